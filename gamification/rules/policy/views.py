"""A pack as people read it: every number with its place, its source and whether that was read."""

from datetime import date

import msgspec

from gamification.rules.meaning import spelled
from gamification.rules.policy.choosing import Packs, in_force
from gamification.rules.policy.numbers import numbers, shown, unconfirmed
from gamification.rules.policy.pack import Pack
from gamification.rules.policy.refusal import Refusal
from gamification.rules.policy.texts import RULES
from gamification.rules.policy.value import country_refusals


class NumberLine(msgspec.Struct, frozen=True, kw_only=True):
    """A number of a pack. ``field`` is its place, ``shown`` says it in words and says so where it is unconfirmed."""

    field: str
    value: int
    unit: str
    shown: str
    source: str
    confirmed: bool


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One of C1 to C22."""

    rule: str
    sentence: str
    source: str
    confirmed: bool


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """The pack that holds in a country on a day. ``unconfirmed``: the places of everything whose text was not read.

    ``no_value_because``: why nothing with a value may be given; if it is empty, items may, within all limits.
    """

    country: str
    on: date
    stamp: str
    no_value_because: list[Refusal]
    notice: str
    numbers: list[NumberLine]
    unconfirmed: list[str]
    pack: Pack


class PoliciesView(msgspec.Struct, frozen=True, kw_only=True):
    """The packs that hold on a day, and the rules that they are about; a country that is absent has none."""

    on: date
    items: list[PolicyView]
    rules: list[RuleLine]


def policy_view(pack: Pack, on: date) -> PolicyView:
    """Show a pack."""
    lines = [
        NumberLine(
            field=spelled(place),
            value=number.value,
            unit=number.unit.value,
            shown=shown(number),
            source=number.source,
            confirmed=number.confirmed,
        )
        for place, number in numbers(pack)
    ]
    return PolicyView(
        country=pack.country,
        on=on,
        stamp=pack.stamp,
        no_value_because=list(country_refusals(pack)),
        notice=pack.notice,
        numbers=lines,
        unconfirmed=[spelled(place) for place, _ in unconfirmed(pack)],
        pack=pack,
    )


def policies_view(packs: Packs, on: date) -> PoliciesView:
    """Show the packs that hold on a day."""
    rules = [
        RuleLine(rule=rule, sentence=text.sentence, source=text.source, confirmed=text.confirmed)
        for rule, text in RULES.items()
    ]
    return PoliciesView(on=on, items=[policy_view(pack, on) for pack in in_force(packs, on)], rules=rules)
