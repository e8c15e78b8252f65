"""What a grammatical pack must also make sense of: its days and units, and that it only ever allows what was read."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from gamification.rules.policy.numbers import Place, found, numbers
from gamification.rules.policy.pack import (
    ALERT,
    COHORT,
    RECOGNITION_ONLY,
    SILENCE,
    Disclosure,
    ItemLimit,
    LegalNumber,
    Pack,
    Ruling,
    ValueRuling,
)
from gamification.rules.policy.texts import RULES
from gamification.rules.policy.vocabulary import Unit, ValueBearing
from gamification.vocabulary import RewardKind

Fault: TypeAlias = tuple[Place, str, str]
"""Where, what is wrong, and the remedy."""

EARNABLE = frozenset({RewardKind.CONTENT_UNLOCK, RewardKind.EDUCATIONAL_ITEM})
COUNTS = {
    "year_count": Unit.ITEMS,
    "count": Unit.ITEMS,
    "silence": Unit.MINUTES,
    "cohort": Unit.PEOPLE,
    "alert": Unit.PER_CENT,
    "agreement_notice": Unit.WORKING_DAYS,
}
"""The unit of each field that isn't money."""


def faults(pack: Pack) -> Iterator[Fault]:
    """Yield everything about a pack that doesn't make sense."""
    yield from _names(pack)
    yield from _rules(pack)
    yield from _permissions(pack)
    yield from _units(pack)
    yield from _standards(pack)
    yield from _items(pack)
    yield from _twice("regions", [region.code for region in pack.regions])


def _names(pack: Pack) -> Iterator[Fault]:
    if pack.code == RECOGNITION_ONLY:
        yield ("code",), "is the name of the built-in pack", "give the pack a code of its own"
    if pack.valid_to is not None and pack.valid_to < pack.valid_from:
        yield ("valid_to",), "lies before valid_from", "let the pack hold for at least one day"


def _rules(pack: Pack) -> Iterator[Fault]:
    ruled: list[tuple[Place, Ruling | ValueRuling | ItemLimit | Disclosure]] = []
    ruled += [*found(Ruling, pack), *found(ValueRuling, pack), *found(ItemLimit, pack), *found(Disclosure, pack)]
    for place, part in ruled:
        if part.rule not in RULES:
            yield (*place, "rule"), f"{part.rule} isn't a rule", "name one of C1 to C22"


def _permissions(pack: Pack) -> Iterator[Fault]:
    """What was not read may forbid, never allow."""
    remedy = "allow nothing until somebody has read the text that allows it"
    for place, ruling in found(Ruling, pack):
        if ruling.allowed and not ruling.confirmed:
            yield (*place, "allowed"), "allows what is not confirmed", remedy
    value = pack.value_bearing
    if value.state is ValueBearing.CONDITIONAL and not value.confirmed:
        yield ("value_bearing", "state"), "allows what is not confirmed", remedy
    earnable = any(limit.kinds for limit in pack.items)
    if value.state is ValueBearing.CONDITIONAL and not earnable:
        yield ("items",), "names nothing that may be earned", "name its category, kinds and limits, or turn value off"


def _units(pack: Pack) -> Iterator[Fault]:
    currencies: dict[str, Place] = {}
    for place, number in numbers(pack):
        wanted = COUNTS.get(str(place[-1]))
        currency = number.unit.currency
        if wanted is not None and number.unit is not wanted:
            yield (*place, "unit"), f"must be {wanted}", f"count it in {wanted}"
        elif wanted is None and currency is None:
            yield (*place, "unit"), "must be money", "give it in hundredths of a currency"
        elif currency is not None:
            currencies.setdefault(currency, place)
    for currency, place in list(currencies.items())[1:]:
        fault = f"is in {currency}, other numbers are in {next(iter(currencies))}"
        yield (*place, "unit"), fault, "use one currency in a pack, so that its limits can be added up"


def _standards(pack: Pack) -> Iterator[Fault]:
    """A pack may be stricter than Laurel, never laxer."""
    for name, least in (("silence", SILENCE), ("cohort", COHORT)):
        number: LegalNumber = getattr(pack, name)
        if number.value < least.value:
            yield (name, "value"), f"must be at least {least.value}", "a pack may be stricter, never laxer"
    if not 0 < pack.alert.value <= ALERT.value:
        yield ("alert", "value"), f"must be from 1 to {ALERT.value}", "a pack may warn earlier, never later"


def _items(pack: Pack) -> Iterator[Fault]:
    yield from _twice("items", [limit.category for limit in pack.items])
    for index, limit in enumerate(pack.items):
        for position, kind in enumerate(limit.kinds):
            if kind not in EARNABLE:
                remedy = f"use {', '.join(sorted(EARNABLE))}"
                yield ("items", index, "kinds", position), f"a {kind} is no item with a value", remedy
        if limit.kinds and limit.each is None:
            yield ("items", index), "may be earned and has no limit for each", "say what one may be worth at most"


def _twice(field: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (field, index), f"{name} is there already", "name it once"
        seen.add(name)
