"""What numbers mean today; how periods are spelled; which versions may follow one another."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.vocabulary import ContentClass
from gamification.errors import RuleSetError
from gamification.rules import current_length, level_after, level_at, refuse_succession
from gamification.rules.grammar import CampaignPart, Freezes, Parts, Streak, Threshold
from gamification.rules.periods import POSITIONS, WITHIN, missed, number_of, periods_of
from gamification.rules.words import Period, Rhythm
from gamification.values import StreakState
from tests.gamification.rules.examples import MONDAY, VIEWED, badge, rule, ruleset
from tests.gamification.rules.strategies import unhurried


@unhurried
@given(st.dates())
def test_periods_are_spelled_as_the_calendar_spells_them(day: date) -> None:
    periods = periods_of(day)
    year, week, _ = day.isocalendar()
    text = day.isoformat()
    quarter = {"01": 1, "02": 1, "03": 1, "04": 2, "05": 2, "06": 2, "07": 3, "08": 3, "09": 3}.get(text[5:7], 4)
    assert periods == (text, f"{year:04d}-W{week:02d}", text[:7], f"{text[:4]}-Q{quarter}", text[:4], "ever")


@unhurried
@given(st.dates(date.min + timedelta(days=7)))
def test_neighbouring_days_and_weeks_have_neighbouring_numbers(day: date) -> None:
    today, yesterday, last_week = (periods_of(day - timedelta(days=ago)) for ago in (0, 1, 7))
    assert number_of(today.day, Rhythm.DAY) - number_of(yesterday.day, Rhythm.DAY) == 1
    assert number_of(today.week, Rhythm.WEEK) - number_of(last_week.week, Rhythm.WEEK) == 1
    assert missed(yesterday.day, today.day, Rhythm.DAY) == 0
    assert missed(last_week.day, today.day, Rhythm.DAY) == 6


@unhurried
@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 400), st.sampled_from(list(Period)))
def test_days_of_one_period_are_days_of_every_period_it_lies_within(day: date, later: int, inner: Period) -> None:
    names = POSITIONS
    one, other = periods_of(day), periods_of(day + timedelta(days=later))
    if one[names[inner]] == other[names[inner]]:
        assert all(one[names[outer]] == other[names[outer]] for outer in WITHIN[inner])


@pytest.mark.parametrize(("days_later", "length"), [(0, 3), (1, 3), (2, 0)])
def test_a_daily_streak_stands_until_a_whole_day_was_missed(days_later: int, length: int) -> None:
    kept, streak = StreakState(MONDAY.isoformat(), 3, 9), Streak("daily", "Daily", VIEWED, Rhythm.DAY)
    assert current_length(kept, streak, MONDAY + timedelta(days=days_later)) == length


@pytest.mark.parametrize(("days_later", "length"), [(4, 3), (5, 0)])
def test_grace_and_the_freezes_that_are_left_keep_a_streak_alive(days_later: int, length: int) -> None:
    streak = Streak("daily", "Daily", VIEWED, Rhythm.DAY, grace=1, freezes=Freezes(most=2))
    kept = StreakState(MONDAY.isoformat(), 3, 9, freezes=2)
    assert current_length(kept, streak, MONDAY + timedelta(days=days_later)) == length


@pytest.mark.parametrize(("days_later", "length"), [(0, 3), (13, 3), (14, 0)])
def test_a_weekly_streak_stands_until_a_whole_week_was_missed(days_later: int, length: int) -> None:
    kept, streak = StreakState(periods_of(MONDAY).week, 3, 9), Streak("weekly", "Weekly", VIEWED, Rhythm.WEEK)
    assert current_length(kept, streak, MONDAY + timedelta(days=days_later)) == length


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


def test_a_key_keeps_its_meaning_also_where_it_moves_into_a_campaign() -> None:
    daily = Streak(key="daily", name="Daily", when=VIEWED, every=Rhythm.DAY)
    before = ruleset(streaks=[daily])
    for every, allowed in ((Rhythm.DAY, True), (Rhythm.WEEK, False)):
        rules = Parts(streaks=(msgspec.structs.replace(daily, every=every),))
        spring = CampaignPart(key="spring", revision=1, rules=rules, lane=ContentClass.MEDICAL)
        after = msgspec.structs.replace(ruleset(), campaigns=(spring,))
        if allowed:
            refuse_succession(before, after)
        else:
            with pytest.raises(RuleSetError, match="daily was a streak by day"):
                refuse_succession(before, after)
