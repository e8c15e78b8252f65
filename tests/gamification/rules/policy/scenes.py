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
    Quiz,
    QuizPlace,
    Reward,
    Rule,
    SignOff,
    Unit,
    YearSoFar,
    pack_for,
)
from gamification.rules.policy.pack import PersonYear

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

APPROVAL = Approval(
    id="approval-1", version=1, expires_on=DAY, countries=frozenset({"US", "GB", "ES", "DE", "FR", "IT", "JP"})
)
BOOKLET = Reward(
    kind="educational_item",
    value=Money(9_000, "USD"),
    category=ItemCategory.EDUCATIONAL_MATERIAL,
    conditions=frozenset({Condition.EDUCATES, Condition.NO_VALUE_OUTSIDE_WORK}),
    approval=APPROVAL,
)
ATLAS = Reward(
    kind="educational_item",
    value=Money(3_000, "EUR"),
    category=ItemCategory.BOOK_OR_JOURNAL,
    conditions=frozenset({Condition.RELEVANT_TO_PRACTICE}),
    approval=APPROVAL,
)
QUIZ = Quiz(place=QuizPlace.COURSE, promotional=False, genuine=True)
PRIZE = Reward(kind="educational_item", value=Money(3_000, "EUR"), quiz=QUIZ, approval=APPROVAL)
BADGE = Reward(kind="badge", approval=APPROVAL)
POINTS = Reward(kind="points")
UNLOCK = Reward(kind="content_unlock", value=Money(0, "EUR"), approval=APPROVAL)

RECOGNITION = Currency(key="recognition")
CREDIT = Currency(key="learning-credit", value_bearing=True, unit_value=Money(1, "USD"))
DOCTOR = Person(
    verified=True,
    licence_active=True,
    profession="physician",
    public_employee=False,
    covered_recipient=True,
    regions=frozenset({"NY"}),
)
NOBODY_KNOWS = Person()

RULE = Rule(
    key="webinar-attended", reads=frozenset({"attended", "cardiology"}), lanes=frozenset({ContentClass.MEDICAL})
)
BOARD = Board(opt_in=True, pseudonymous=True, cohort=10, lanes=frozenset({ContentClass.MEDICAL}))
CAMPAIGN = PublishFacts(
    on=DAY, rules=(RULE,), rewards=(BADGE,), currencies=(RECOGNITION,), boards=(BOARD,), approval=APPROVAL
)
AWARD = AwardFacts(
    on=DAY, reward=POINTS, currency=RECOGNITION, person=NOBODY_KNOWS, lane=ContentClass.MEDICAL, approval=APPROVAL
)
CREDIT_AWARD = but(AWARD, currency=CREDIT, person=DOCTOR)
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


def campaign_with(*rewards: Reward) -> PublishFacts:
    """The good campaign with other rewards."""
    return but(CAMPAIGN, rewards=rewards)


def ruled(**changes: Any) -> PublishFacts:
    """The good campaign with another rule."""
    return but(CAMPAIGN, rules=(but(RULE, **changes),))


def boarded(**changes: Any) -> PublishFacts:
    """The good campaign with another board."""
    return but(CAMPAIGN, boards=(but(BOARD, **changes),))
