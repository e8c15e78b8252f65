"""What rules with needs, campaigns and multipliers do where a marketer would ask: one example for each answer."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from content.vocabulary import ContentClass
from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    Cap,
    Freezes,
    Multiplier,
    Parts,
    PointsRule,
    Quest,
    QuestStep,
    Streak,
    Threshold,
    When,
)
from gamification.rules.needs import (
    BadgeNeed,
    CountNeed,
    FirstNeed,
    LevelNeed,
    PointsNeed,
    SequenceNeed,
    StreakNeed,
    SumNeed,
)
from gamification.rules.tracing import trace
from gamification.rules.words import CapUnit, Counted, Once, Period, Quantity, Rhythm
from gamification.values import Folded
from tests.gamification.rules.examples import MONDAY, VIEWED, activity, badge, days, rule, ruleset

PASSED = When(verbs=(Verb.PASSED,))
DAILY = Streak(key="daily", name="Daily", when=VIEWED, every=Rhythm.DAY)


def with_(rules: RuleSet, **fields: object) -> RuleSet:
    return msgspec.structs.replace(rules, **fields)


def campaign(**fields: object) -> CampaignPart:
    given = {"key": "spring", "revision": 1, "rules": Parts(), "lane": ContentClass.MEDICAL} | fields
    return msgspec.convert(msgspec.to_builtins(given), CampaignPart)


def after(rules: RuleSet, *happened: Activity) -> Folded:
    return fold(EMPTY, [(rules, each) for each in happened])


def on_days(count: int, **fields: object) -> list[Activity]:
    return [activity(number, day, content=number, **fields) for number, day in enumerate(days(count), 1)]


def test_what_pays_for_a_streak_pays_with_the_activity_that_reaches_it() -> None:
    reward = rule("reward", recurs=Period.EVER, once_per=Once.PERSON, needs=((StreakNeed(key="daily", length=3),),))
    rules = ruleset([reward], [DAILY])
    assert after(rules, *on_days(2)).state.points == 0
    assert after(rules, *on_days(3)).state.points == 2


def test_shares_add_up_as_people_add_them() -> None:
    needs = ((SumNeed(when=VIEWED, of=Quantity.SCORE, at_least=1.0),),)
    scored = [activity(number, score=score) for number, score in enumerate((0.7, 0.2, 0.1), 1)]
    rules = ruleset(badges=[badge(needs=needs)])
    assert after(rules, *scored).state.badges == ("star",)
    assert after(rules, *scored[:2]).state.badges == ()


@pytest.mark.parametrize(
    ("market", "content_class", "held"),
    [
        ("GB", ContentClass.MEDICAL, ("star-spring",)),
        ("DE", ContentClass.MEDICAL, ()),
        ("GB", ContentClass.PROMOTIONAL, ()),
    ],
)
def test_the_badge_of_a_campaign_is_earned_only_by_activities_that_the_campaign_is_about(
    market: str, content_class: ContentClass, held: tuple[str, ...]
) -> None:
    star = badge("star-spring", threshold=Threshold(points=2))
    rules = with_(ruleset([rule()]), campaigns=(campaign(rules=Parts(badges=(star,)), markets=("GB",)),))
    folded = after(rules, activity(1, market=market, content_class=content_class))
    assert folded.state.points == 2
    assert folded.state.badges == held


def test_a_badge_of_a_campaign_waits_for_an_activity_of_the_campaign() -> None:
    star = badge("star-spring", threshold=Threshold(points=2))
    rules = with_(ruleset([rule()]), campaigns=(campaign(rules=Parts(badges=(star,))),))
    elsewhere = activity(1, content_class=ContentClass.PROMOTIONAL)
    assert after(rules, elsewhere).state.badges == ()
    assert after(rules, elsewhere, activity(2, verb=Verb.PASSED)).state.badges == ("star-spring",)


def test_a_version_that_asks_for_less_gives_the_badge_with_the_next_activity() -> None:
    views, passes = CountNeed(when=VIEWED, at_least=2), CountNeed(when=PASSED, at_least=1)
    strict = ruleset(badges=[badge(needs=((views,), (passes,)))])
    milder = ruleset(badges=[badge(needs=((views,),))])
    history = [*on_days(2), activity(9, days(3)[-1], verb=Verb.RATED)]
    assert fold(EMPTY, [(strict, each) for each in history]).state.badges == ()
    folded = fold(EMPTY, [(strict, history[0]), (strict, history[1]), (milder, history[2])])
    assert folded.state.badges == ("star",)


@pytest.mark.parametrize(("at", "points"), [(1, 4), (0, 2)])
def test_a_campaign_multiplies_a_rule_beside_it_for_its_own_activities(at: int, points: int) -> None:
    opens = activity(1).occurred_at
    more = Multiplier(
        key="more", name="More", percent=200, opens=opens, closes=opens + timedelta(days=1), rules=("read",)
    )
    rules = with_(
        ruleset([rule(), rule("other", when=PASSED)]), campaigns=(campaign(rules=Parts(multipliers=(more,))),)
    )
    assert after(rules, activity(at)).state.points == points
    assert after(rules, activity(at, content_class=ContentClass.PROMOTIONAL)).state.points == 2
    assert after(rules, activity(at, verb=Verb.PASSED)).state.points == 2


def test_a_streak_that_begins_again_earns_freezes_like_a_new_one() -> None:
    streak = msgspec.structs.replace(DAILY, freezes=Freezes(every=1, most=5))
    begun = after(ruleset(streaks=[streak]), activity(1)).state.streaks["daily"]
    broken = after(ruleset(streaks=[streak]), activity(1), activity(2, days(9)[-1])).state.streaks["daily"]
    assert (begun.current, begun.freezes) == (1, 1)
    assert (broken.current, broken.freezes) == (1, 2)


@pytest.mark.parametrize(("gap", "current"), [(1, 2), (2, 3), (3, 3), (4, 1)])
def test_a_gap_takes_grace_first_then_freezes_and_else_ends_the_streak(gap: int, current: int) -> None:
    streak = msgspec.structs.replace(DAILY, grace=1, freezes=Freezes(start=1))
    happened = [activity(1), activity(2, MONDAY + timedelta(days=1))]
    if gap > 1:
        happened.append(activity(3, MONDAY + timedelta(days=1 + gap)))
    assert after(ruleset(streaks=[streak]), *happened).state.streaks["daily"].current == current


@pytest.mark.parametrize(("later", "done"), [(3, True), (4, False)])
def test_within_days_means_at_most_so_many_dates_later_for_quests_and_sequences(later: int, *, done: bool) -> None:
    steps = (QuestStep(name="Read", when=VIEWED), QuestStep(name="Pass", when=PASSED))
    quest = Quest(key="tour", name="Tour", description="Read, pass.", steps=steps, ordered=True, within_days=3)
    sequence = badge(needs=((SequenceNeed(steps=(VIEWED, PASSED), within_days=3),),))
    rules = with_(ruleset(badges=[sequence]), quests=(quest,))
    state = after(rules, activity(1), activity(2, MONDAY + timedelta(days=later), verb=Verb.PASSED)).state
    assert (state.quests_done, state.badges) == ((("tour",), ("star",)) if done else ((), ()))


def test_a_quest_that_was_not_done_in_time_begins_anew_and_is_paid_once() -> None:
    steps = (QuestStep(name="Read", when=VIEWED, at_least=2), QuestStep(name="Pass", when=PASSED))
    quest = Quest(key="tour", name="Tour", description="Read, pass.", steps=steps, within_days=2, points=5)
    rules = with_(ruleset(), quests=(quest,))
    late = [activity(number, days(6)[5], content=number) for number in (3, 4)]
    assert after(rules, *on_days(1), *late).state.quests_done == ()
    passed = [activity(number, days(6)[5], verb=Verb.PASSED) for number in (5, 6)]
    folded = after(rules, *on_days(1), *late, *passed)
    assert (folded.state.points, folded.state.quests_done) == (5, ("tour",))


def test_an_award_that_would_go_over_a_cap_of_points_is_not_made_but_a_smaller_one_can_be() -> None:
    opens = activity(2).occurred_at
    more = Multiplier(key="more", name="More", percent=300, opens=opens, closes=opens + timedelta(seconds=1))
    capped = rule(caps=(Cap(per=Period.DAY, limit=5, of=CapUnit.POINTS),))
    rules = with_(ruleset([capped]), multipliers=(more,))
    folded = after(rules, *(activity(number, content=number) for number in (1, 2, 3)))
    assert [award.points for award in folded.awards] == [2, 2]


@pytest.mark.parametrize(("of", "paid"), [(Counted.ACTIVITIES, 2), (Counted.ITEMS, 1), (Counted.DAYS, 0)])
def test_a_count_is_of_activities_items_or_days(of: Counted, paid: int) -> None:
    rules = ruleset([rule(recurs=Period.EVER, needs=((CountNeed(when=VIEWED, at_least=2, of=of),),))])
    happened = [activity(1, content=1), activity(2, content=1), activity(3, content=2)]
    assert len(after(rules, *happened).awards) == paid


def test_a_sequence_lets_a_rule_pay_on_the_date_it_ends_and_a_badge_for_ever() -> None:
    sequence = ((SequenceNeed(steps=(VIEWED, PASSED), within_days=3),),)
    rules = ruleset([rule(when=PASSED, recurs=Period.EVER, needs=sequence)])
    first, second = activity(1), activity(2, verb=Verb.PASSED)
    same, other = activity(3, verb=Verb.PASSED, content=2), activity(4, days(9)[-1], verb=Verb.PASSED, content=3)
    assert [award.activity for award in after(rules, first, second, same, other).awards] == [second.id, same.id]
    needing: list[Badge] = [badge(needs=(*sequence, (PointsNeed(at_least=2),)))]
    points: list[PointsRule] = [rule(when=When(verbs=(Verb.RATED,)))]
    rated = activity(5, days(20)[-1], verb=Verb.RATED)
    assert after(ruleset(points, badges=needing), first, second, rated).state.badges == ("star",)


def test_a_rule_that_needs_a_level_pays_from_the_activity_after_the_one_that_reached_it() -> None:
    rules = ruleset([rule(points=10), rule("scholar", points=1, needs=((LevelNeed(level=2),),))])
    assert after(rules, activity(1)).state.points == 10
    assert after(rules, activity(1), activity(2, content=2)).state.points == 21


def test_a_badge_that_needs_one_written_after_it_comes_with_the_same_activity() -> None:
    needing = [badge(f"star{n}", needs=((BadgeNeed(key=f"star{n + 1}"),),)) for n in range(3)]
    rules = ruleset(badges=[*needing, badge("star3", when=VIEWED)])
    assert after(rules, activity(1, verb=Verb.PASSED)).state.badges == ()
    assert set(after(rules, activity(1)).state.badges) == {"star0", "star1", "star2", "star3"}


@pytest.mark.parametrize(("later", "points"), [(29, 2), (30, 0)])
def test_a_badge_that_has_expired_opens_nothing_any_more(later: int, points: int) -> None:
    """Whoever asks for a certificate means one that holds."""
    certificate = badge("certified", when=VIEWED, expires_after_days=30)
    gated = rule("gated", when=PASSED, needs=((BadgeNeed(key="certified"),),))
    rules = ruleset([gated], badges=[certificate])
    passed = activity(1, MONDAY + timedelta(days=later), verb=Verb.PASSED)
    folded = after(rules, activity(1), msgspec.structs.replace(passed, id=UUID(int=2)))
    assert folded.state.points == points
    assert folded.state.badges == ("certified",), "it is not earned again"


def test_a_proof_tells_of_a_first_try_that_it_was_one() -> None:
    rules = ruleset([rule(when=PASSED, needs=((FirstNeed(when=When((Verb.PASSED, Verb.FAILED))),),))])
    first, failed = activity(2, verb=Verb.PASSED), activity(1, verb=Verb.FAILED)
    assert [each.key.rule for each in after(rules, first).awards] == ["read"]
    (line,) = [each for each in trace(rules, "read", [], first) if each.condition.startswith("needs")]
    assert (line.wanted, line.found, line.holds) == ("1", "1", True)
    (line,) = [each for each in trace(rules, "read", [(rules, failed)], first) if each.condition.startswith("needs")]
    assert (line.found, line.holds) == ("0", False)


def test_versions_that_take_turns_give_what_each_of_them_gives() -> None:
    plain, giving = ruleset([rule()]), ruleset([rule()], badges=[badge(threshold=Threshold(points=4))])
    first, second, third = on_days(3)
    rated = activity(4, days(4)[-1], verb=Verb.RATED)
    taking_turns = [(giving, first), (plain, second), (plain, third)]
    assert fold(EMPTY, taking_turns).state.badges == ()
    assert fold(EMPTY, [*taking_turns, (giving, rated)]).state.badges == ("star",)


def test_earning_a_badge_forgets_what_it_waited_for_and_nothing_of_a_key_that_begins_alike() -> None:
    needs = ((CountNeed(when=VIEWED, at_least=2),),)
    rules = ruleset(badges=[badge("a", needs=((CountNeed(when=VIEWED, at_least=1),),)), badge("a-b", needs=needs)])
    once = after(rules, activity(1)).state
    assert (once.badges, [name.split("/")[0] for name in once.seen]) == (("a",), ["a-b"])
    assert after(rules, activity(1), activity(2)).state.badges == ("a", "a-b")
