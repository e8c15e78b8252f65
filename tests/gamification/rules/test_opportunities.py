"""What somebody is told to be able to earn is what the fold would pay, and when it says again, then again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.vocabulary import ContentClass, ContentId
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.grammar import CampaignPart, Cap, Multiplier, Parts, Quest, QuestStep, When
from gamification.rules.needs import (
    AwardsNeed,
    BadgeNeed,
    CountNeed,
    FirstNeed,
    LevelNeed,
    PointsNeed,
    SequenceNeed,
    StreakNeed,
    Window,
)
from gamification.rules.opportunities import Opportunity, Together, opportunities
from gamification.rules.parts import parts_of
from gamification.rules.standing import Here
from gamification.rules.words import CapUnit, Period
from gamification.values import Folded, State
from gamification.vocabulary import WhyNot
from people.vocabulary import PersonId, Profession
from tests.gamification.rules.examples import VIEWED, activity, badge, cap, rule, ruleset
from tests.gamification.rules.happenings import KINDS, MARKETS, START, TAGS, VERBS, unhurried
from tests.gamification.rules.running import running
from tests.gamification.rules.strategies import activities

NOON = datetime(2013, 9, 30, 12, tzinfo=UTC)
PASSED = When((Verb.PASSED,))


def here(now: datetime = NOON, zone: str = "UTC", **fields: object) -> Here:
    given_ = {"market": "GB", "profession": None} | fields
    return Here(now, now.astimezone(ZoneInfo(zone)).date(), zone, **given_)  # type: ignore[arg-type]


def told(rules: RuleSet, state: State = EMPTY, where: Here | None = None, **known: object) -> dict[str, Opportunity]:
    paid = known.pop("paid", frozenset())
    return {each.key: each for each in opportunities(rules, state, where or here(), paid, **known)}  # type: ignore[arg-type]


def after(rules: RuleSet, *happened: Activity) -> State:
    return fold(EMPTY, [(rules, each) for each in happened]).state


def paid_once(folded: Folded) -> frozenset[tuple[str, str]]:
    return frozenset((award.key.rule, award.key.period) for award in folded.awards if not award.key.subject)


OTHERS = (BadgeNeed, AwardsNeed, StreakNeed, PointsNeed, LevelNeed)
"""What another rule can bring at the same time: an activity that does both can be one that nobody would think of."""


def everything(now: datetime, where: Here) -> list[Activity]:
    """Activities of every sort that the drawn rules know, about an item that nobody has met."""
    return [
        Activity(
            id=UUID(int=10**6), person=PersonId(UUID(int=1)), verb=verb, content=ContentId(UUID(int=10**6)), kind=kind,
            tags=frozenset(tags), occurred_at=now, local_date=where.today, channel=Channel.WEB, market=where.market,
            content_class=lane, score=share, progress=share, success=flag, completion=flag, duration_seconds=seconds,
            due_at=due, profession=where.profession, eligible=not where.refusals,
        )
        for verb, kind, tags, lane in product(VERBS, KINDS, ((), ("a",), ("b",), ("c",), TAGS), ContentClass)
        for share, flag, seconds, due in (
            (1.0, True, 600.0, now + timedelta(days=9)), (0.6, False, 30.0, now - timedelta(days=1)),
            (0.1, None, 0.0, None),
        )
    ]  # fmt: skip


@settings(unhurried, max_examples=30)
@given(
    running(), activities(), st.integers(-30, 40), st.sampled_from(["UTC", "Pacific/Auckland", "America/Los_Angeles"])
)
def test_what_cannot_be_earned_is_paid_to_nobody_and_what_can_is_paid_for_something(
    rules: RuleSet, history: list[Activity], later: int, zone: str
) -> None:
    now = START + timedelta(days=35 + later, hours=11)
    folded = fold(EMPTY, [(rules, each) for each in history if each.occurred_at < now])
    where = here(now, zone, market=MARKETS[0], profession=Profession.NURSE)
    lines = told(rules, folded.state, where, paid=paid_once(folded))
    awarded = {award.key for award in folded.awards}
    earning = {
        award.key.rule
        for each in everything(now, where)
        for award in fold(folded.state, [(rules, each)], awarded).awards
    }
    for each, campaign in [(each, campaign) for parts, campaign in parts_of(rules) for each in parts.points]:
        if campaign and each.when.classes and campaign.lane not in each.when.classes:
            continue  # nobody can write that
        needs = [need for group in each.needs or () for need in group]
        line = lines[each.key]
        if each.key in earning and not any(isinstance(need, OTHERS) for need in needs):
            assert line.can_earn, (line, each)
        if line.can_earn and line.points and not needs:
            assert each.key in earning, (line, each)


ZONES = ["Europe/London", "America/Santiago", "Pacific/Apia", "America/Havana", "Asia/Kathmandu", "Pacific/Auckland"]


@pytest.mark.parametrize("per", [Period.DAY, Period.WEEK, Period.MONTH, Period.QUARTER, Period.YEAR])
@pytest.mark.parametrize("zone", ZONES)
def test_a_full_cap_opens_at_the_very_moment_that_is_told(per: Period, zone: str) -> None:
    """Also where the clock is changed at midnight, a day is left out, or the year of weeks ends before the year."""
    rules = ruleset([rule(caps=cap(per, 1), recurs=per)])
    for at in (
        datetime(2011, 12, 29, 9, tzinfo=UTC),
        datetime(2019, 9, 7, 15, tzinfo=UTC),
        datetime(2020, 12, 31, 23, tzinfo=UTC),
    ):
        where = here(at, zone)
        state = after(rules, activity(1, where.today, occurred_at=at))
        line = told(rules, state, where)["read"]
        assert (line.can_earn, line.reason) == (False, WhyNot.CAP_REACHED)
        assert line.again_at is not None
        assert not told(rules, state, here(line.again_at - timedelta(seconds=1), zone))["read"].can_earn
        assert told(rules, state, here(line.again_at, zone))["read"].can_earn


def test_who_moved_to_where_it_is_yesterday_is_told_the_end_of_the_day_that_was_begun() -> None:
    rules, noon = ruleset([rule(caps=cap(Period.DAY, 1))]), datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    auckland = here(noon, "Pacific/Auckland")
    state = after(rules, activity(1, auckland.today, occurred_at=noon))
    los_angeles = here(noon + timedelta(hours=1), "America/Los_Angeles")
    assert (auckland.today - los_angeles.today).days == 1
    again = told(rules, state, los_angeles)["read"].again_at
    assert again == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert told(rules, state, here(again, "America/Los_Angeles"))["read"].can_earn
    assert not told(rules, state, here(again - timedelta(seconds=1), "America/Los_Angeles"))["read"].can_earn


@pytest.mark.parametrize(("closes", "told_again"), [(1, False), (2, True)])
def test_nothing_is_said_to_come_again_after_its_campaign_has_closed(closes: int, *, told_again: bool) -> None:
    part = CampaignPart(
        key="spring", revision=1, rules=Parts(points=(rule(caps=cap(Period.WEEK, 1)),)), lane=ContentClass.MEDICAL,
        closes=datetime(2013, 10, 6, tzinfo=UTC) + timedelta(days=closes),
    )  # fmt: skip
    rules = msgspec.structs.replace(ruleset(), campaigns=(part,))
    line = told(rules, after(rules, activity(1)))["read"]
    assert (line.reason, line.again_at is not None) == (WhyNot.CAP_REACHED, told_again)


FIRST = ((FirstNeed(when=When((Verb.PASSED, Verb.FAILED))),),)
THIRD = ((CountNeed(when=VIEWED, at_least=3, within=Window(days=7)),),)
ROW = ((SequenceNeed(steps=(PASSED, VIEWED), within_days=3),),)


@pytest.mark.parametrize(
    ("fields", "happened", "can_earn"),
    [
        ({"when": PASSED, "needs": FIRST}, [], True),
        ({"needs": THIRD}, [activity(1)], False),
        ({"needs": THIRD}, [activity(1), activity(2, content=2)], True),
        ({"needs": ROW}, [], False),
        ({"needs": ROW}, [activity(1, verb=Verb.PASSED)], True),
        ({"when": PASSED, "needs": THIRD}, [activity(1), activity(2, content=2)], False),
    ],
)
def test_what_the_next_activity_brings_itself_is_not_missing(
    fields: Mapping[str, Any], happened: Sequence[Activity], *, can_earn: bool
) -> None:
    rules = ruleset([rule(**fields)])
    line = told(rules, after(rules, *happened), here(NOON + timedelta(hours=1)))["read"]
    assert (line.can_earn, line.reason) == (can_earn, None if can_earn else WhyNot.NEEDS_MISSING)
    assert line.needed is not None, "how far the person is, is told all the same"


@pytest.mark.parametrize(("percent", "points", "can_earn"), [(100, 10, True), (200, 20, False), (50, 5, True)])
def test_what_a_multiplier_makes_of_a_rule_is_told_and_held_against_its_cap(
    percent: int, points: int, *, can_earn: bool
) -> None:
    """A day has room for fifteen points: an award that is worth twenty now is not made."""
    capped = rule(points=10, caps=(Cap(Period.DAY, 15, CapUnit.POINTS),))
    week = Multiplier(
        key="week", name="Week", percent=percent, opens=NOON - timedelta(days=1), closes=NOON + timedelta(days=1)
    )
    line = told(msgspec.structs.replace(ruleset([capped]), multipliers=(week,)))["read"]
    assert (line.points, line.can_earn) == (points, can_earn)


@pytest.mark.parametrize(("left", "can_earn"), [(2, True), (1, False), (0, False)])
@pytest.mark.parametrize("budget", ["read", "campaign:spring"])
def test_what_a_used_up_budget_no_longer_pays_is_not_offered(budget: str, left: int, *, can_earn: bool) -> None:
    part = CampaignPart(
        key="spring", revision=1, rules=Parts(points=(rule(budget=100, caps=cap(Period.DAY, 9)),)),
        lane=ContentClass.MEDICAL,
    )  # fmt: skip
    rules = msgspec.structs.replace(ruleset(), campaigns=(part,))
    line = told(rules, together=Together(left={budget: left}))["read"]
    assert (line.can_earn, line.reason) == (can_earn, None if can_earn else WhyNot.BUDGET_USED_UP)


def test_a_badge_whose_earners_are_complete_is_not_offered_and_holders_still_hold_it() -> None:
    rules = ruleset(badges=[badge(when=VIEWED, most_earners=3)])
    assert told(rules, together=Together(left={"star": 1}))["star"].can_earn
    assert told(rules, together=Together(left={"star": 0}))["star"].reason is WhyNot.BUDGET_USED_UP
    holder = told(rules, after(rules, activity(1)), together=Together(left={"star": 0}))["star"]
    assert holder.reason is WhyNot.HELD


def test_a_badge_that_was_revoked_or_has_expired_is_not_said_to_be_held() -> None:
    rules = ruleset(badges=[badge(when=VIEWED, expires_after_days=30)])
    state = after(rules, activity(1))
    assert told(rules, state)["star"].reason is WhyNot.HELD
    assert told(rules, state, revoked=frozenset({"star"}))["star"].reason is WhyNot.REVOKED
    assert told(rules, revoked=frozenset({"star"}))["star"].reason is WhyNot.REVOKED, "though its ground has gone"
    assert told(rules, state, here(NOON + timedelta(days=31)))["star"].reason is WhyNot.EXPIRED


def test_a_quest_whose_steps_were_changed_begins_anew_for_who_asks_as_well() -> None:
    def quest(second: Verb) -> Quest:
        steps = (QuestStep(name="One", when=VIEWED), QuestStep(name="Two", when=When((second,))))
        return Quest(key="tour", name="Tour", description="Two steps.", steps=steps)

    before = msgspec.structs.replace(ruleset(), quests=(quest(Verb.PASSED),))
    following = msgspec.structs.replace(ruleset(), quests=(quest(Verb.ATTENDED),))
    state = after(before, activity(1))
    assert told(before, state)["tour"].progress == 1
    assert told(following, state)["tour"].progress == 0


def test_a_hidden_badge_is_shown_to_its_holders_and_to_staff_who_ask() -> None:
    rules = ruleset(badges=[badge(when=VIEWED, hidden=True)])
    assert "star" not in told(rules)
    assert "star" in told(rules, after(rules, activity(1)))
    assert told(rules, hidden=True)["star"].can_earn
