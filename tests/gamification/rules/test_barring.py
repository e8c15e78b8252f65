"""What packs forbid a rule is found beforehand, and is what asking at each award would say."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.values import Activity
from engagement.vocabulary import Channel, Verb
from gamification.policy_packs import shipped_packs
from gamification.rules import EMPTY, RuleSet, fold, load
from gamification.rules.barring import barred, lanes_of, reasons
from gamification.rules.campaigns.policing import described
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    Cap,
    CommunityQuest,
    Earlier,
    Parts,
    PointsRule,
    Quest,
    QuestStep,
    ShareRange,
    Streak,
    Threshold,
    When,
)
from gamification.rules.law import Law
from gamification.rules.needs import CountNeed, SumNeed
from gamification.rules.opportunities import opportunities
from gamification.rules.policy import (
    AwardFacts,
    Behaviour,
    Currency,
    Money,
    Packs,
    Person,
    PublishFacts,
    award_refusals,
    pack_for,
    publish_refusals,
)
from gamification.rules.policy.value import country_refusals, person_refusals
from gamification.rules.standing import Here
from gamification.rules.words import Period, Quantity, Rhythm
from gamification.vocabulary import WhyNot
from people.vocabulary import PersonId
from tests.gamification.rules.happenings import unhurried
from tests.gamification.rules.reference.story import Story
from tests.gamification.shop import country

DAY = date(2026, 3, 2)


def _summed(when: When) -> SumNeed:
    return SumNeed(when=when, of=Quantity.SCORE, at_least=2.0)


MERIT = Currency(key="merit", unit_value=Money(10, "USD"))
STARS = Currency(key="stars")
ANSWER = st.sampled_from([True, True, False, None])
BASE = load("key: programme\nname: P\npast: new_only\nlevels: [{level: 1, name: One, at: 0}]\n")


def points(key: str, *verbs: Verb, capped: bool = False, currency: str = "recognition") -> PointsRule:
    caps = (Cap(Period.DAY, 3),) if capped else ()
    return PointsRule(key, key, When(verbs), 5, Period.DAY, caps=caps, currency=currency)


def programme(*rules: PointsRule) -> RuleSet:
    return msgspec.structs.replace(BASE, points=rules)


def activity(market: str, lane: ContentClass, verb: Verb = Verb.VIEWED, *, eligible: bool = False) -> Activity:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Activity(
        id=UUID(int=7), person=PersonId(UUID(int=1)), verb=verb, content=ContentId(UUID(int=2)),
        kind=ContentKind.PODCAST, tags=frozenset(), occurred_at=at, local_date=at.date(), channel=Channel.WEB,
        market=market, content_class=lane, eligible=eligible,
    )  # fmt: skip


def paid(ruleset: RuleSet, market: str, lane: ContentClass) -> list[str]:
    return [award.key.rule for award in fold(EMPTY, [(ruleset, activity(market, lane))]).awards]


def test_looking_at_promotion_is_paid_within_a_cap_or_not_at_all() -> None:
    rules = programme(points("open", Verb.VIEWED), points("capped", Verb.VIEWED, capped=True))
    found = barred(rules, Law(shipped_packs(), DAY))
    assert paid(found, "GB", ContentClass.MEDICAL) == ["open", "capped"]
    assert paid(found, "GB", ContentClass.PROMOTIONAL) == ["capped"]
    assert paid(rules, "GB", ContentClass.PROMOTIONAL) == ["open", "capped"], "the packs were not asked yet"
    assert reasons(found, "open", ContentClass.PROMOTIONAL, "GB") == ("promotion-uncapped",)
    assert reasons(found, "open", ContentClass.MEDICAL, "GB") == ()


def test_listening_to_promotion_is_looking_at_it() -> None:
    """A podcast is heard and not seen: without this, its promotion would be paid without any cap."""
    rules = programme(points("open", Verb.LISTENED), points("capped", Verb.LISTENED, capped=True))
    found = barred(rules, Law(shipped_packs(), DAY))
    assert reasons(found, "open", ContentClass.PROMOTIONAL, "GB") == ("promotion-uncapped",)
    assert reasons(found, "capped", ContentClass.PROMOTIONAL, "GB") == ()
    assert reasons(found, "open", ContentClass.MEDICAL, "GB") == ()


@pytest.mark.parametrize(
    ("most_each", "codes"), [(None, {"quest-on-promotion", "promotion-uncapped"}), (3, {"quest-on-promotion"})]
)
def test_a_quest_that_everybody_works_on_is_a_quest_to_the_law(most_each: int | None, codes: set[str]) -> None:
    """In the United Kingdom nobody is sent from promotion to promotion, together or alone (C8)."""
    goal = CommunityQuest("together", "T", "D", When((Verb.VIEWED,)), 9, 5, most_each=most_each)

    def refused(lane: ContentClass) -> set[str]:
        facts = PublishFacts(rules=(described("community_quests", goal, lane),))
        return {each.code for each in publish_refusals(pack_for(shipped_packs(), "GB", DAY), facts)}

    assert refused(ContentClass.PROMOTIONAL) == codes
    assert refused(ContentClass.MEDICAL) == set()


def test_a_quest_that_names_no_lane_counts_no_promotion_where_a_pack_says_no() -> None:
    quest = Quest("tour", "T", "D", (QuestStep("S", When((Verb.VIEWED,))),), points=5)
    goal = CommunityQuest("together", "T", "D", When((Verb.VIEWED,)), 9, 5, most_each=3)
    rules = msgspec.structs.replace(BASE, quests=(quest,), community_quests=(goal,))
    found = barred(rules, Law(shipped_packs(), DAY))
    assert paid(rules, "GB", ContentClass.PROMOTIONAL) == ["tour", "together"], "the packs were not asked yet"
    for market in ("GB", "PL"):
        assert paid(found, market, ContentClass.PROMOTIONAL) == []
        assert paid(found, market, ContentClass.MEDICAL) == ["tour", "together"]
        story = Story([(found, activity(market, ContentClass.PROMOTIONAL))])
        assert (story.quests, story.given) == ({}, [])
    assert reasons(found, "tour", ContentClass.PROMOTIONAL, "GB") == ("quest-on-promotion",)


def test_a_quiz_about_a_product_is_not_paid_by_a_rule_that_names_no_lane() -> None:
    found = barred(programme(points("quiz", Verb.PASSED)), Law(shipped_packs(), DAY))
    assert reasons(found, "quiz", ContentClass.PROMOTIONAL, "GB") == ("quiz-promotes",)
    assert reasons(found, "quiz", ContentClass.MEDICAL, "GB") == ()


RATED = When((Verb.RATED,))
GOOD = When((Verb.RATED,), score=ShareRange(at_least=0.8))


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        (PointsRule("r", "R", RATED, 5, Period.EVER), False),
        (PointsRule("r", "R", GOOD, 5, Period.EVER), True),
        (PointsRule("r", "R", When((Verb.PASSED,), score=ShareRange(at_least=0.8)), 5, Period.EVER), False),
        (PointsRule("r", "R", RATED, 5, Period.EVER, needs=((CountNeed(when=GOOD, at_least=3),),)), True),
        (PointsRule("r", "R", RATED, 5, Period.EVER, needs=((CountNeed(when=RATED, at_least=3),),)), False),
        (PointsRule("r", "R", RATED, 5, Period.EVER, needs=((_summed(RATED),),)), True),
        (Streak("r", "R", GOOD, Rhythm.WEEK), True),
        (Badge("r", "R", "D", threshold=Threshold(activities=GOOD, at_least=3)), True),
        (Badge("r", "R", "D", threshold=Threshold(activities=RATED, at_least=3)), False),
        (Quest("r", "R", "D", (QuestStep("S", GOOD),)), True),
        (CommunityQuest("r", "R", "D", GOOD, 9, 5), True),
    ],
)
def test_feedback_is_rewarded_for_taking_part_and_never_for_the_answer(rule: Any, *, refused: bool) -> None:
    kinds: dict[type, str] = {PointsRule: "points", Streak: "streaks", Badge: "badges", Quest: "quests"}
    kind = kinds.get(type(rule), "community_quests")
    said = described(kind, rule, ContentClass.MEDICAL)
    assert (Behaviour.SURVEY_ANSWERED in said.behaviours) is refused


@pytest.mark.parametrize("market", ["GB", "PL"])
@pytest.mark.parametrize("lane", [ContentClass.MEDICAL, ContentClass.PROMOTIONAL])
def test_the_naive_model_pays_nothing_that_is_barred_either(market: str, lane: ContentClass) -> None:
    found = barred(
        programme(points("open", Verb.VIEWED), points("capped", Verb.VIEWED, capped=True)), Law(shipped_packs(), DAY)
    )
    story = Story([(found, activity(market, lane))])
    assert [each.rule for each in story.paid] == paid(found, market, lane)
    assert "capped" in paid(found, market, lane), "something is paid in each of them"


@pytest.mark.parametrize(
    ("currency", "known", "codes"),
    [
        ("recognition", {}, ()),
        ("stars", {}, ("currency-unknown",)),
        ("merit", {"merit": MERIT}, ("value-bearing-off",)),
    ],
)
def test_a_currency_is_paid_where_somebody_answers_for_it(
    currency: str, known: dict[str, Currency], codes: tuple[str, ...]
) -> None:
    rules = programme(points("rule", Verb.VIEWED, currency=currency))
    found = barred(rules, Law(country(), DAY, known))
    said = reasons(found, "rule", ContentClass.MEDICAL, "FR")
    assert set(said) >= set(codes)
    assert bool(said) is bool(codes)


def test_nothing_with_a_value_is_given_to_whom_nobody_has_verified() -> None:
    rules = programme(points("rule", Verb.VIEWED, currency="merit"))
    found = barred(rules, Law(country(), DAY, {"merit": MERIT}))
    said = reasons(found, "rule", ContentClass.MEDICAL, "US")
    assert "person-not-verified" in said
    assert paid(found, "US", ContentClass.MEDICAL) == []
    known = fold(EMPTY, [(found, activity("US", ContentClass.MEDICAL, eligible=True))])
    assert [award.key.rule for award in known.awards] == ["rule"]
    assert reasons(found, "rule", ContentClass.MEDICAL, "US", eligible=True) == ()
    accredited = fold(EMPTY, [(found, activity("US", ContentClass.ACCREDITED, eligible=True))])
    assert accredited.awards == (), "being known opens no other door"


def test_what_an_earlier_revision_may_not_pay_is_barred_as_well() -> None:
    now, before = points("rule", Verb.VIEWED, capped=True), points("rule", Verb.VIEWED)
    part = CampaignPart(
        key="spring", revision=2, rules=Parts(points=(now,)), lane=ContentClass.PROMOTIONAL,
        earlier=(Earlier(revision=1, rules=Parts(points=(before,))),),
    )  # fmt: skip
    alone = msgspec.structs.replace(part, earlier=())
    law = Law(shipped_packs(), DAY)
    whole, without = (barred(msgspec.structs.replace(BASE, campaigns=(each,)), law) for each in (part, alone))
    assert reasons(whole, "rule", None, "GB") == ("promotion-uncapped",)
    assert reasons(without, "rule", None, "GB") == ()


@unhurried
@given(
    verbs=st.sets(st.sampled_from(list(Verb)), min_size=1, max_size=3),
    lane=st.sampled_from(list(ContentClass)),
    currency=st.sampled_from(["recognition", "merit", "stars"]),
    market=st.sampled_from(["US", "GB", "DE", "FR", "ES", "IT", "PL", "JP"]),
    capped=st.booleans(),
    ours=st.booleans(),
    person=st.builds(
        Person,
        verified=ANSWER,
        licence_active=ANSWER,
        profession=st.sampled_from(["nurse", None]),
        public_employee=ANSWER,
        covered_recipient=ANSWER,
    ),
    on=st.dates(date(2025, 12, 30), date(2027, 1, 2)),
)
def test_a_bar_is_what_asking_at_the_award_would_say(
    *,
    verbs: set[Verb],
    lane: ContentClass,
    currency: str,
    market: str,
    capped: bool,
    ours: bool,
    person: Person,
    on: date,
) -> None:
    packs = country() if ours else shipped_packs()
    rule = points("rule", *sorted(verbs), capped=capped, currency=currency)
    law = Law(packs, on, {"merit": MERIT, "stars": STARS})
    found = barred(programme(rule), law)
    said = described("points", rule, lane)
    pack = pack_for(packs, market, on)
    eligible = not any(country_refusals(pack)) and not any(person_refusals(pack, person))
    asked = award_refusals(
        pack,
        AwardFacts(
            key="rule",
            lanes=frozenset({lane}),
            behaviours=said.behaviours,
            promotional_view_cap=said.promotional_view_cap,
            quiz=said.quiz,
            paid=law.currency(currency) or Currency(key="none"),
            person=person,
        ),
    )
    assert bool(reasons(found, "rule", lane, market, eligible=eligible)) is bool(asked)
    assert lane in lanes_of(rule, None)
    matching = activity(market, lane, min(verbs), eligible=eligible)
    assert bool(fold(EMPTY, [(found, matching)]).awards) is not bool(asked)


def test_without_packs_every_country_is_judged_by_the_one_for_countries_that_nobody_knows() -> None:
    rules = programme(points("fine", Verb.VIEWED), points("merit", Verb.VIEWED, currency="merit"))
    found = barred(rules, Law(Packs(), DAY, {"merit": MERIT}))
    assert paid(found, "GB", ContentClass.MEDICAL) == ["fine"]
    assert {(bar.markets, bar.elsewhere) for bar in found.bars if bar.rule == "merit"} == {((), True)}


def test_whoever_asks_is_told_that_a_pack_forbids_it_and_by_which_code() -> None:
    rules = programme(points("merit", Verb.VIEWED, currency="merit"), points("open", Verb.VIEWED))
    found = barred(rules, Law(country(), DAY, {"merit": MERIT}))
    here = Here(datetime(2026, 3, 2, 9, tzinfo=UTC), DAY, "Europe/London", "GB")
    merit, opened = opportunities(found, EMPTY, here, frozenset())
    assert (merit.can_earn, merit.reason) == (False, WhyNot.REFUSED_BY_POLICY)
    assert "value-bearing-off" in merit.refusals
    assert (opened.can_earn, opened.refusals) == (True, ()), "it is barred for promotion alone"
