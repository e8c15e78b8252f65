"""By how many people two numbers differ, at least, without saying who is behind either.

Each person falls into one of many places by a hash, and leaves there a hash of themselves and of what they add
to the number. Where two sketches differ in a place, somebody in it differs; so ten places are at least ten people. Two
who fall into one place count as one: a difference is taken for smaller than it is, never for larger.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final, TypeAlias
from uuid import UUID

from kernel.disclosure import FEWEST

PLACES: Final = 16_384
"""Of ten people two share a place once in 360 times: a day of a preview has dozens of numbers about ten people."""

Sketch: TypeAlias = dict[int, int]
"""What people left behind, by place; places where nobody is are left out."""


def draw(sketch: Sketch, person: UUID, amount: int) -> None:
    """Add a person who adds ``amount`` to the number; each MUST be added once."""
    digest = blake2b(person.bytes, digest_size=8).digest()
    left = blake2b(digest + amount.to_bytes(16, signed=True), digest_size=7).digest()
    lay(sketch, int.from_bytes(digest) % PLACES, int.from_bytes(left))


def lay(sketch: Sketch, place: int, left: int) -> None:
    """Add what was left at a place: two sketches of different people add up to one of all of them."""
    found = sketch.get(place, 0) ^ left
    if found:
        sketch[place] = found
    else:
        sketch.pop(place, None)


def is_close(one: Mapping[int, int], other: Mapping[int, int]) -> bool:
    """Tell whether two numbers differ, by people who may be fewer than ten."""
    differing = 0
    for place in one.keys() | other.keys():
        differing += one.get(place) != other.get(place)
        if differing == FEWEST:
            return False
    return differing > 0
