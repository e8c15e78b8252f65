"""What must hold of anything with a value in money, wherever it is decided: the country, the person and the lane."""

from collections.abc import Iterator

from content.vocabulary import ContentClass
from gamification.rules.policy.facts import Person, Reward
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, refusal, ruled
from gamification.rules.policy.vocabulary import Reason, ValueBearing
from gamification.vocabulary import RewardKind


def bears_value(reward: Reward) -> bool:
    """Whether a reward has a value in money. An educational item always does."""
    stated = reward.value is not None and reward.value.hundredths != 0
    return stated or reward.kind == RewardKind.EDUCATIONAL_ITEM


def country_refusals(pack: Pack) -> Iterator[Refusal]:
    """Yield why nothing with a value may be given under the pack that holds (``pack_for`` chooses no other)."""
    if pack.value_bearing.state is not ValueBearing.CONDITIONAL:
        detail = f"nothing with a value may be given under {pack.stamp}"
        yield ruled(Reason.VALUE_OFF, pack.value_bearing, detail)
    elif pack.signed_off is None:
        detail = f"nobody of compliance has signed {pack.stamp} off, so nothing with a value may be given"
        yield refusal(Reason.PACK_NOT_SIGNED_OFF, "C12", detail)


def person_refusals(pack: Pack, person: Person) -> Iterator[Refusal]:
    """Yield why this person may get nothing with a value (C19); what nobody knows is a no."""
    if person.verified is not True:
        yield refusal(Reason.PERSON_NOT_VERIFIED, "C19", "the person isn't verified as a healthcare professional")
    if person.licence_active is not True:
        yield refusal(Reason.LICENCE_NOT_ACTIVE, "C19", "the person isn't known to have an active licence")
    if None in (person.profession, person.public_employee, person.covered_recipient):
        detail = "profession, public employment and covered recipient must be known, to be kept with what is given"
        yield refusal(Reason.CLASS_UNKNOWN, "C19", detail)
    if person.public_employee and not pack.public_employees.allowed:
        yield ruled(Reason.PUBLIC_EMPLOYEE, pack.public_employees, "public employees get nothing with a value")


def accredited_refusals(lanes: frozenset[ContentClass], product: str | None, *, value: bool) -> Iterator[Refusal]:
    """Yield why accredited education may not lead to this: no value comes of it (C16), and no product with it (C13)."""
    if ContentClass.ACCREDITED not in lanes:
        return
    if value:
        yield refusal(Reason.ACCREDITED_EARNS_VALUE, "C16", "nothing with a value comes of accredited education")
    if product is not None:
        yield refusal(Reason.PRODUCT_IN_ACCREDITED, "C13", "what accredited education earns bears no product's name")
