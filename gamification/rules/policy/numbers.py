"""Every number and every ruling of a pack with the place where it stands, for screens and for checks."""

from collections.abc import Iterator
from typing import TypeAlias, TypeVar

import msgspec

from gamification.rules.policy.pack import LegalNumber, Pack, Sourced
from gamification.rules.policy.vocabulary import Unit

Place: TypeAlias = tuple[str | int, ...]
"""The way to a field from the top of a pack: names of fields and positions in lists."""

Wanted = TypeVar("Wanted")


def found(kind: type[Wanted], part: object, place: Place = ()) -> Iterator[tuple[Place, Wanted]]:
    """Yield every part of a kind within ``part``, with its place, in the order in which they stand."""
    if isinstance(part, kind):
        yield place, part
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from found(kind, getattr(part, name), (*place, name))
    elif isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from found(kind, each, (*place, index))


def numbers(pack: Pack) -> list[tuple[Place, LegalNumber]]:
    """Return every number of a pack."""
    return list(found(LegalNumber, pack))


def unconfirmed(pack: Pack) -> list[tuple[Place, Sourced]]:
    """Return every number, ruling and duty of a pack whose text was not read."""
    return [(place, each) for place, each in found(Sourced, pack) if not each.confirmed]


def shown(number: LegalNumber) -> str:
    """Spell a number as people read it, such as ``USD 13.82`` or ``4 items``; unconfirmed ones say so."""
    currency = number.unit.currency
    plain = f"{number.value} {number.unit}"
    if currency is not None:
        plain = f"{currency} {number.value // 100}.{number.value % 100:02}"
    elif number.unit is Unit.PER_CENT:
        plain = f"{number.value} %"
    return plain if number.confirmed else f"{plain} (unconfirmed)"
