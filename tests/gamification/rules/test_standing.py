"""What numbers mean today; how periods are spelled; which versions may follow one another."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.errors import RuleSetError
from gamification.rules import current_length, level_after, level_at, refuse_succession
from gamification.rules.grammar import Streak, Threshold
from gamification.rules.periods import WITHIN, periods_of
from gamification.values import StreakState
from gamification.vocabulary import Period, Rhythm
from tests.gamification.rules.examples import MONDAY, VIEWED, badge, rule, ruleset
from tests.gamification.rules.strategies import unhurried


@unhurried
@given(st.dates())
def test_periods_are_spelled_as_the_calendar_spells_them(day: date) -> None:
    periods = periods_of(day)
    year, week, _ = day.isocalendar()
    assert periods[:4] == (day.isoformat(), f"{year:04d}-W{week:02d}", day.isoformat()[:7], "ever")
    if day > date.min + timedelta(days=7):
        assert periods.previous_day == periods_of(day - timedelta(days=1)).day
        assert periods.previous_week == periods_of(day - timedelta(days=7)).week


def test_the_first_days_of_the_calendar_have_no_day_or_week_before_them() -> None:
    assert periods_of(date.min)[4:] == ("", "")
    assert periods_of(date.min + timedelta(days=7)).previous_week == periods_of(date.min).week


@unhurried
@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 400), st.sampled_from(list(Period)))
def test_days_of_one_period_are_days_of_every_period_it_lies_within(day: date, later: int, inner: Period) -> None:
    names = {"day": 0, "week": 1, "month": 2, "ever": 3}
    one, other = periods_of(day), periods_of(day + timedelta(days=later))
    if one[names[inner]] == other[names[inner]]:
        assert all(one[names[outer]] == other[names[outer]] for outer in WITHIN[inner])


@pytest.mark.parametrize(("days_later", "length"), [(0, 3), (1, 3), (2, 0)])
def test_a_daily_streak_stands_until_a_whole_day_was_missed(days_later: int, length: int) -> None:
    streak = StreakState(MONDAY.isoformat(), 3, 9)
    assert current_length(streak, Rhythm.DAY, MONDAY + timedelta(days=days_later)) == length


@pytest.mark.parametrize(("days_later", "length"), [(0, 3), (13, 3), (14, 0)])
def test_a_weekly_streak_stands_until_a_whole_week_was_missed(days_later: int, length: int) -> None:
    streak = StreakState(periods_of(MONDAY).week, 3, 9)
    assert current_length(streak, Rhythm.WEEK, MONDAY + timedelta(days=days_later)) == length


def test_a_level_reaches_from_its_points_to_the_next() -> None:
    rules = ruleset()
    assert [level_at(rules, points).name for points in (0, 9, 10, 20, 999)] == [
        "Newcomer", "Newcomer", "Reader", "Scholar", "Scholar",
    ]  # fmt: skip
    following = level_after(rules, 2)
    assert following is not None
    assert following.name == "Scholar"
    assert level_after(rules, 3) is None


def test_a_version_may_change_anything_but_what_a_key_means() -> None:
    before = ruleset(
        [rule(), rule("old")], [Streak("daily", "Daily", VIEWED, Rhythm.DAY)], [badge(threshold=Threshold(points=5))]
    )
    after = ruleset([rule(points=50), rule("new")], before.streaks, [badge(threshold=Threshold(points=1))])
    refuse_succession(before, after)
    weekly = msgspec.structs.replace(before.streaks[0], every=Rhythm.WEEK)
    worse = ruleset([rule(recurs=Period.EVER), rule("star")], [weekly])
    with pytest.raises(RuleSetError) as caught:
        refuse_succession(before, msgspec.structs.replace(worse, key="another"))
    assert {problem.field for problem in caught.value.problems} == {"key", "points[0]", "points[1]", "streaks[0]"}
