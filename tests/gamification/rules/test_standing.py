"""What numbers mean today; how periods are spelled; which versions may follow one another."""

from datetime import timedelta

import msgspec
import pytest

from content.vocabulary import ContentClass
from gamification.errors import RuleSetError
from gamification.rules import current_length, level_after, level_of, refuse_succession
from gamification.rules.grammar import CampaignPart, Freezes, Parts, Streak, Threshold
from gamification.rules.periods import periods_of
from gamification.rules.words import Period, Rhythm
from gamification.values import StreakState
from tests.gamification.rules.examples import MONDAY, VIEWED, badge, rule, ruleset


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


def test_a_level_has_its_name_and_the_next_one_follows_it() -> None:
    rules = ruleset()
    assert [level_of(rules, number).name for number in (0, 1, 2, 3)] == ["Newcomer", "Newcomer", "Reader", "Scholar"]
    following = level_after(rules, 2)
    assert following is not None
    assert following.name == "Scholar"
    assert level_after(rules, 3) is None


def test_who_has_a_level_that_a_later_version_left_out_is_shown_the_one_below_it() -> None:
    """Not the first one, as if nothing had ever been earned."""
    fewer = msgspec.structs.replace(ruleset(), levels=ruleset().levels[:2])
    assert level_of(fewer, 3).name == "Reader"
    without = msgspec.structs.replace(ruleset(), levels=(ruleset().levels[0], ruleset().levels[2]))
    assert level_of(without, 2).name == "Newcomer"
    following = level_after(without, 1)
    assert following is not None
    assert following.name == "Scholar"


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


def test_a_key_that_was_left_out_for_a_while_comes_back_with_the_meaning_it_had_last() -> None:
    first, second, without = ruleset([rule(recurs=Period.DAY)]), ruleset([rule(recurs=Period.WEEK)]), ruleset()
    refuse_succession(without, second, older=[first, second])
    with pytest.raises(RuleSetError, match="read was recognition points once per item and week"):
        refuse_succession(without, first, older=[first, second])


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
