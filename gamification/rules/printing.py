"""Which people are behind each number of a preview, as sketches: so that two previews can be held side by side."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TypeAlias
from uuid import UUID

import msgspec

from gamification.rules.previewing import Cell, Tally
from gamification.rules.reporting import EDGES
from kernel.sketches import Sketch, draw, lay

Name: TypeAlias = tuple[str, ...]
"""What a number is about, from the table that it stands in to the column."""


class Prints(msgspec.Struct):
    """Sketches of the numbers of one programme, by name."""

    sketches: dict[Name, Sketch] = {}

    def add(self, person: UUID, own: Tally) -> None:
        """Add one person, of whom ``own`` holds all that they contribute."""
        for name, amount in _numbers(own):
            self.draw(name, person, amount)

    def draw(self, name: Name, person: UUID, amount: int = 1) -> None:
        """Add one person to one number."""
        draw(self.sketches.setdefault(name, {}), person, amount)

    def merge(self, other: "Prints") -> None:
        """Add other people."""
        for name, sketch in other.sketches.items():
            mine = self.sketches.setdefault(name, {})
            for place, left in sketch.items():
                lay(mine, place, left)

    def of(self, *beginning: str) -> dict[str, Sketch]:
        """Return the sketches of all numbers whose names begin so, by what is left of their names, with spaces."""
        size = len(beginning)
        return {" ".join(name[size:]): sketch for name, sketch in self.sketches.items() if name[:size] == beginning}


def bar_of(points: int) -> Name:
    """Return the name of the bar in which somebody with so many points stands."""
    return "bar", str(bisect_right(EDGES, points))


def _numbers(own: Tally) -> Iterator[tuple[Name, int]]:
    """Yield what one person adds to each number that can be told."""
    if own.people:
        yield ("crowd", "people"), 1
        yield ("effort", "activities"), own.activities
    if own.earners:
        yield ("crowd", "earners"), 1
    for points in own.points:
        if points:
            yield ("points", "points"), points
        yield ("spread", *bar_of(points)), 1
    for level in own.levels:
        yield ("spread", "level", str(level)), 1
    for reason in own.blocked:
        yield ("blocked", reason.value, "people"), 1
    yield from _cells("rule", {(rule, kind.value): cell for (rule, kind), cell in own.rules.items()})
    yield from _cells("burn", {(rule, day.isoformat()): cell for (rule, day), cell in own.days.items()})
    yield from _cells("held", {(rule, reason.value): cell for (rule, reason), cell in own.held.items()})
    yield from _cells("transfers", {(money, country): cell for (country, money), cell in own.countries.items()})


def _cells(table: str, cells: Mapping[Name, Cell]) -> Iterator[tuple[Name, int]]:
    for name, cell in cells.items():
        for column, amount in zip(Cell._fields, cell, strict=True):
            if amount:
                yield (table, *name, column), amount
