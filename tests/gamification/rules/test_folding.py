"""What single rules do: periods, caps, streaks, badges, levels and versions."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.errors import OutOfOrderError
from gamification.rules import EMPTY, RuleSet, candidates, evaluate, fold
from gamification.rules.grammar import Multiplier, Streak, StreakLength, Threshold, When
from gamification.rules.words import Period, Rhythm
from gamification.values import AwardKey, Effects, Folded
from tests.gamification.rules.examples import MONDAY, VIEWED, activity, badge, cap, days, rule, ruleset

DAILY = Streak("daily", "Daily", VIEWED, Rhythm.DAY)
WEEKLY = Streak("weekly", "Weekly", VIEWED, Rhythm.WEEK)


def folded(rules: RuleSet, *activities: Activity) -> Folded:
    return fold(EMPTY, [(rules, each) for each in activities])


@pytest.mark.parametrize(("recurs", "paid"), [(Period.DAY, 40), (Period.WEEK, 6), (Period.MONTH, 3), (Period.EVER, 1)])
def test_a_subject_pays_once_in_each_period(recurs: Period, paid: int) -> None:
    twice_a_day = [activity(number, day) for day in days(40) for number in (day.toordinal(), day.toordinal() + 1)]
    assert folded(ruleset([rule(recurs=recurs, points=1)]), *twice_a_day).state.points == paid


def test_a_cap_lets_only_so_many_subjects_through_and_opens_again_in_the_next_period() -> None:
    rules = ruleset([rule(points=1, caps=cap(Period.DAY, 2))])
    tuesday = MONDAY + timedelta(days=1)
    activities = [activity(number, day, content=number) for day in (MONDAY, tuesday) for number in range(1, 6)]
    activities = [msgspec.structs.replace(each, id=activity(index).id) for index, each in enumerate(activities)]
    result = folded(rules, *activities)
    assert [bool(effects.points) for effects in result.effects] == [True, True, False, False, False] * 2


def test_a_capped_subject_can_pay_later() -> None:
    rules = ruleset([rule(recurs=Period.EVER, points=1, caps=cap(Period.DAY, 1))])
    tuesday = MONDAY + timedelta(days=1)
    result = folded(rules, activity(1, content=1), activity(2, content=2), activity(3, tuesday, content=2))
    assert [each.key.subject[-1] for each in result.awards] == ["1", "2"]


def test_a_day_is_the_local_date_and_not_the_date_in_utc() -> None:
    late = datetime(2013, 9, 30, 23, 30, tzinfo=UTC)
    in_london = activity(1, occurred_at=late, local_date=date(2013, 10, 1))
    next_noon = activity(2, occurred_at=late + timedelta(hours=12), local_date=date(2013, 10, 1))
    assert folded(ruleset([rule()]), in_london, next_noon).awards[0].key.period == "2013-10-01"
    assert folded(ruleset([rule()]), in_london, next_noon).state.points == 2


def test_a_date_never_runs_backwards_so_changing_zones_opens_no_day_anew() -> None:
    tuesday = MONDAY + timedelta(days=1)
    rules = ruleset([rule()], [DAILY])
    back = activity(3, occurred_at=activity(3, tuesday).occurred_at, local_date=MONDAY, content=1)
    result = folded(rules, activity(1, MONDAY), activity(2, tuesday), back, activity(4, tuesday + timedelta(days=1)))
    assert [len(effects.points) for effects in result.effects] == [1, 1, 0, 1]
    assert result.state.streaks["daily"].current == 3


def test_a_daily_streak_grows_breaks_and_remembers_its_longest() -> None:
    week = days(7)
    result = folded(ruleset([], [DAILY]), *(activity(day.toordinal(), day) for day in [*week[:3], *week[4:6]]))
    assert [effects.streaks[0].current for effects in result.effects] == [1, 2, 3, 1, 2]
    assert [effects.streaks[0].longest for effects in result.effects] == [1, 2, 3, 3, 3]


def test_a_second_activity_of_the_day_leaves_the_streak_and_has_no_effect() -> None:
    assert folded(ruleset([], [DAILY]), activity(1), activity(2)).effects[1] == Effects()


def test_a_weekly_streak_goes_on_over_the_end_of_an_iso_year() -> None:
    sundays = [date(2015, 12, 27), date(2016, 1, 3), date(2016, 1, 10)]
    result = folded(ruleset([], [WEEKLY]), *(activity(day.toordinal(), day) for day in sundays))
    assert result.state.streaks["weekly"].period == "2016-W01"
    assert result.state.streaks["weekly"].current == 3


def test_each_kind_of_badge_is_earned_by_the_activity_that_fulfils_it() -> None:
    badges = [
        badge("passing", when=When((Verb.PASSED,))),
        badge("points", threshold=Threshold(points=4)),
        badge("awards", threshold=Threshold(awards_of="read", at_least=3)),
        badge("activities", threshold=Threshold(activities=VIEWED, at_least=4)),
        badge("streak", streak=StreakLength("daily", 5)),
    ]
    rules = ruleset([rule()], [DAILY], badges)
    steps = [activity(day.toordinal(), day) for day in days(5)]
    passed = activity(MONDAY.toordinal() + 9, days(6)[5], verb=Verb.PASSED)
    result = folded(rules, *steps, passed)
    earned = [[each.key for each in effects.badges] for effects in result.effects]
    assert earned == [[], ["points"], ["awards"], ["activities"], ["streak"], ["passing"]]
    assert next(award.key for award in result.awards if not award.key.subject) == AwardKey("points", "", "ever")


def test_a_held_badge_is_never_earned_again_under_a_newer_version() -> None:
    old, new = (ruleset([rule()], [], [badge(threshold=Threshold(points=points))]) for points in (2, 4))
    steps = [(rules, activity(day.toordinal(), day)) for rules, day in zip([old, new, new], days(3), strict=True)]
    result = fold(EMPTY, steps)
    assert [len(effects.badges) for effects in result.effects] == [1, 0, 0]
    assert result.state.badges == ("star",)


def test_a_streak_badge_of_a_newer_version_counts_the_longest_streak_so_far() -> None:
    old, new = ruleset([], [DAILY]), ruleset([], [DAILY], [badge(streak=StreakLength("daily", 3))])
    week = days(7)
    steps = [(old, activity(number, day)) for number, day in enumerate(week[:3])]
    later = (new, activity(9, week[6]))
    assert [each.key for each in fold(EMPTY, [*steps, later]).effects[-1].badges] == ["star"]
    assert fold(EMPTY, [*steps[1:], later]).effects[-1].badges == ()


def test_a_badge_that_is_held_is_counted_for_no_more() -> None:
    rules = ruleset([], [], [badge(threshold=Threshold(activities=VIEWED, at_least=2))])
    first, second, third = (activity(number) for number in (1, 2, 3))
    assert folded(rules, first).state.matches == {"star": 1}
    assert folded(rules, first, second, third).state.matches == {}


def test_an_award_that_exists_is_never_made_again_under_a_newer_version() -> None:
    old, new = (ruleset([rule(recurs=Period.EVER, points=points)]) for points in (2, 50))
    result = fold(EMPTY, [(old, activity(1)), (new, activity(2)), (new, activity(3, content=2))])
    assert [each.points for each in result.awards] == [2, 50]


def test_every_level_that_is_crossed_is_told_and_the_first_one_is_not() -> None:
    result = folded(ruleset([rule(points=25)]), activity(1))
    assert [(each.level, each.name) for each in result.effects[0].levels] == [(2, "Reader"), (3, "Scholar")]
    assert folded(ruleset(), activity(1)).effects[0] == Effects()
    assert folded(ruleset(), activity(1)).state.level == 1


def test_a_level_is_not_lost_when_a_newer_version_asks_for_more() -> None:
    steeper = msgspec.structs.replace(
        ruleset(), levels=(*ruleset().levels[:1], msgspec.structs.replace(ruleset().levels[1], at=1000))
    )
    result = fold(EMPTY, [(ruleset([rule(points=12)]), activity(1)), (steeper, activity(2))])
    assert result.state.level == 2


def test_evaluating_one_activity_is_folding_one() -> None:
    rules = ruleset([rule()], [DAILY])
    outcome, whole = evaluate(rules, EMPTY, activity(1)), folded(rules, activity(1))
    assert (outcome.effects, outcome.awards, outcome.state) == (whole.effects[0], whole.awards, whole.state)


def test_an_activity_before_the_state_is_refused_and_one_after_it_is_not() -> None:
    state = folded(ruleset(), activity(5)).state
    with pytest.raises(OutOfOrderError):
        evaluate(ruleset(), state, activity(4))
    assert evaluate(ruleset(), state, activity(6)).state.last_id == activity(6).id


def test_folding_nothing_changes_nothing() -> None:
    state = folded(ruleset([rule()]), activity(5)).state
    assert fold(state, []) == Folded((), (), state)


def test_candidates_are_the_awards_that_a_fold_may_ask_for() -> None:
    rules = ruleset([rule(caps=cap(Period.DAY, 2)), rule("pass", when=When((Verb.PASSED,)))])
    steps = [(rules, activity(number, content=number)) for number in (1, 2, 3)]
    keys = {AwardKey("read", str(each.content), "2013-09-30") for _, each in steps}
    assert candidates(EMPTY, steps) == keys
    assert len(candidates(fold(EMPTY, steps[:1]).state, steps[1:])) == 2
    assert candidates(fold(EMPTY, steps[:2]).state, steps[2:]) == set()


def test_candidates_are_of_the_latest_date_even_where_the_local_date_runs_back() -> None:
    rules, tuesday = ruleset([rule()]), MONDAY + timedelta(days=1)
    state = folded(rules, activity(1, tuesday)).state
    back = activity(2, tuesday, local_date=MONDAY, content=2)
    assert {key.period for key in candidates(state, [(rules, back)])} == {tuesday.isoformat()}
    after = [(rules, activity(3, tuesday, content=3)), (rules, activity(4, tuesday, local_date=MONDAY, content=4))]
    assert {key.period for key in candidates(EMPTY, after)} == {tuesday.isoformat()}


def test_an_award_in_the_database_is_not_made_again() -> None:
    state = folded(ruleset([rule(recurs=Period.EVER)]), activity(1)).state
    again = (ruleset([rule(recurs=Period.EVER)]), activity(2))
    existing = candidates(state, [again])
    assert fold(state, [again], existing).awards == ()
    assert len(fold(state, [again]).awards) == 1


def test_a_state_is_small_and_survives_json() -> None:
    rules = ruleset([rule(caps=cap(Period.DAY, 5))], [DAILY, WEEKLY], [badge(threshold=Threshold(points=10))])
    year = [activity(number, day, content=number) for number, day in enumerate(days(365))]
    encoded = msgspec.json.encode(folded(rules, *year).state)
    assert len(encoded) < 500
    assert msgspec.json.decode(encoded, type=type(EMPTY)) == folded(rules, *year).state


def test_effects_read_as_the_answer_that_clients_get() -> None:
    encoded = msgspec.json.decode(msgspec.json.encode(folded(ruleset([rule()], [DAILY]), activity(1)).effects[0]))
    subject = str(activity(1).content)
    assert encoded == {
        "points": [
            {
                "rule": "read",
                "name": "Read",
                "points": 2,
                "subject": subject,
                "period": "2013-09-30",
                "currency": "recognition",
            }
        ],
        "badges": [],
        "levels": [],
        "streaks": [{"key": "daily", "name": "Daily", "current": 1, "longest": 1}],
        "quests": [],
        "contributions": [],
    }


def test_what_an_award_was_paid_is_the_most_it_pays_and_no_reason_to_pay_for_what_is_worth_nothing() -> None:
    opens = activity(1).occurred_at
    tenth = Multiplier(key="tenth", name="Tenth", percent=10, opens=opens, closes=opens + timedelta(seconds=1))
    rules = msgspec.structs.replace(ruleset([rule(recurs=Period.EVER, points=8)]), multipliers=(tenth,))
    steps = [(rules, activity(1)), (rules, activity(2))]
    key = AwardKey("read", str(activity(1).content), "ever")
    for most, points in ((5, 5), (9, 8)):
        (award,) = fold(EMPTY, steps, fixed={key: most}).awards
        assert (award.activity, award.points) == (activity(2).id, points), "a tenth of 8 is nothing"
