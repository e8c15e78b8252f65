"""What a good campaign, award, claim and delivery look like, so that a test can spoil one thing at a time."""

from datetime import date
from typing import Any, TypeVar

import msgspec

from content.vocabulary import ContentClass
from gamification.policy_packs import shipped_packs
from gamification.rules.policy import (
    Approval,
    AwardFacts,
    Board,
    ClaimFacts,
    Condition,
    Currency,
    FulfilFacts,
    ItemCategory,
    LegalNumber,
    Money,
    Pack,
    Person,
    PublishFacts,
    Reward,
    Rule,
    Sessions,
    SignOff,
    Unit,
    YearSoFar,
    pack_for,
)
from gamification.rules.policy.pack import PersonYear
from gamification.vocabulary import RewardKind

DAY = date(2026, 11, 22)
SHIPPED = shipped_packs()
Some = TypeVar("Some", bound=msgspec.Struct)


def but(some: Some, **changes: Any) -> Some:
    """The same with something else in some fields; ``reward__value`` is the value of its reward."""
    for name, value in changes.items():
        first, _, rest = name.partition("__")
        new = but(getattr(some, first), **{rest: value}) if rest else value
        some = msgspec.structs.replace(some, **{first: new})
    return some


def shipped(country: str) -> Pack:
    """The pack that comes with Laurel."""
    return pack_for(SHIPPED, country, DAY)


def signed(country: str) -> Pack:
    """The pack of a country after compliance has signed it off."""
    return but(shipped(country), signed_off=SignOff(by="Compliance", since=DAY))


US, GB, ES, FR = signed("US"), signed("GB"), signed("ES"), signed("FR")
EUR_60 = LegalNumber(value=6_000, unit=Unit.EUR_CENTS, source="the company", confirmed=True)
DE = but(signed("DE"), person_year=PersonYear(value=EUR_60))

APPROVAL = Approval(expires_on=DAY)
BOOKLET = Reward(
    kind=RewardKind.EDUCATIONAL_ITEM,
    value=Money(9_000, "USD"),
    category=ItemCategory.EDUCATIONAL_MATERIAL,
    conditions=frozenset({Condition.EDUCATES, Condition.NO_VALUE_OUTSIDE_WORK}),
    approval=APPROVAL,
)
ATLAS = Reward(
    kind=RewardKind.EDUCATIONAL_ITEM,
    value=Money(3_000, "EUR"),
    category=ItemCategory.BOOK_OR_JOURNAL,
    conditions=frozenset({Condition.RELEVANT_TO_PRACTICE}),
    approval=APPROVAL,
)
PRIZE = Reward(
    kind=RewardKind.EDUCATIONAL_ITEM,
    value=Money(3_000, "EUR"),
    category=ItemCategory.PRIZE,
    conditions=frozenset({Condition.TASK_OF_KNOWLEDGE}),
    approval=APPROVAL,
)
BADGE = Reward(kind=RewardKind.BADGE, approval=APPROVAL)
UNLOCK = Reward(kind=RewardKind.CONTENT_UNLOCK, value=Money(0, "EUR"), approval=APPROVAL)

RECOGNITION = Currency(key="recognition")
CREDIT = Currency(key="learning-credit", unit_value=Money(1, "USD"))
DOCTOR = Person(
    verified=True,
    licence_active=True,
    profession="physician",
    public_employee=False,
    covered_recipient=True,
    regions=frozenset({"NY"}),
)
NOBODY_KNOWS = Person()

RULE = Rule(key="webinar-attended", lanes=frozenset({ContentClass.MEDICAL}))
BOARD = Board(lane=ContentClass.MEDICAL, rules={"webinar-attended": frozenset({ContentClass.MEDICAL})})
CAMPAIGN = PublishFacts(rules=(RULE,), currencies=(RECOGNITION,))
PAYING = PublishFacts(rules=(but(RULE, currency=CREDIT.key),), currencies=(CREDIT,))
AWARD = AwardFacts(
    key="webinar-attended", paid=RECOGNITION, person=NOBODY_KNOWS, lanes=frozenset({ContentClass.MEDICAL})
)
CREDIT_AWARD = but(AWARD, paid=CREDIT, person=DOCTOR)
SESSIONS = Sessions(other=ContentClass.ACCREDITED, minutes_between=30)
CLAIM = ClaimFacts(
    on=DAY,
    reward=BOOKLET,
    currency=CREDIT,
    person=DOCTOR,
    so_far=YearSoFar(currency="USD"),
    lanes=frozenset({ContentClass.MEDICAL}),
)
DELIVERY = FulfilFacts(
    on=DAY,
    reward=BOOKLET,
    currency=CREDIT,
    person=DOCTOR,
    so_far=YearSoFar(currency="USD"),
    reserved=Money(9_000, "USD"),
    recorded=True,
)
GERMAN_CLAIM = but(CLAIM, reward=PRIZE, so_far=YearSoFar(currency="EUR"))
FRENCH_CLAIM = but(CLAIM, reward=ATLAS, so_far=YearSoFar(currency="EUR"))


def ruled(facts: PublishFacts = CAMPAIGN, **changes: Any) -> PublishFacts:
    """A good campaign with another rule."""
    return but(facts, rules=(but(facts.rules[0], **changes),))
