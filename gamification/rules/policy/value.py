"""What must hold of anything with a value in money, wherever it is decided: the kind, the country and the person."""

from collections.abc import Iterator
from datetime import date

from content.vocabulary import ContentClass
from gamification.rules.policy.facts import Currency, Person, Reward
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal, refusal, ruled
from gamification.rules.policy.vocabulary import (
    RECOGNITION_KINDS,
    Reason,
    RefusedKind,
    RewardKind,
    ValueBearing,
)
from gamification.vocabulary import RECOGNITION


def bears_value(reward: Reward, currency: Currency | None = None) -> bool:
    """Whether something has a value in money. An educational item always does; points do if their currency does."""
    stated = reward.value is not None and reward.value.hundredths != 0
    in_currency = currency is not None and currency.value_bearing and reward.kind == RewardKind.POINTS
    return stated or in_currency or reward.kind == RewardKind.EDUCATIONAL_ITEM


def kind_refusals(reward: Reward) -> Iterator[Refusal]:
    """Yield why this kind of thing may not be given anywhere (C2), or not with a value (C3)."""
    kinds = {kind.value for kind in RewardKind}
    if reward.kind not in kinds:
        named = "is never given" if reward.kind in {kind.value for kind in RefusedKind} else "isn't on the whitelist"
        yield refusal(Reason.KIND_REFUSED, "C2", f"{reward.kind[:40]!r} {named}; use {', '.join(sorted(kinds))}")
    elif reward.kind in RECOGNITION_KINDS and bears_value(reward):
        yield refusal(Reason.RECOGNITION_HAS_VALUE, "C3", f"a {reward.kind} has no value in money")


def currency_refusals(currency: Currency) -> Iterator[Refusal]:
    """Yield what makes a kind of points into money (C3)."""
    key = currency.key
    if currency.transferable or currency.sold or currency.converts_to:
        yield refusal(Reason.CURRENCY_NOT_CLOSED, "C3", f"{key} can be passed on, sold or turned into something else")
    if currency.value_bearing and currency.unit_value is None:
        yield refusal(Reason.UNIT_VALUE_MISSING, "C3", f"compliance has not set what one unit of {key} is worth")
    if currency.unit_value is not None and not currency.value_bearing:
        yield refusal(Reason.RECOGNITION_HAS_VALUE, "C3", f"{key} is recognition, so one unit of it is worth nothing")
    if currency.value_bearing and key == RECOGNITION:
        yield refusal(Reason.RECOGNITION_HAS_VALUE, "C3", f"{key} never has a value; use another currency")


def country_refusals(pack: Pack, on: date) -> Iterator[Refusal]:
    """Yield why nothing with a value may be given under this pack on this day."""
    if not pack.valid_on(on):
        detail = f"{pack.stamp} doesn't hold on {on.isoformat()}, so nothing with a value may be given"
        yield refusal(Reason.PACK_NOT_VALID, "C12", detail)
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
