"""Which numbers about groups of people may be shown: none about fewer than ten, and none that gives one of these away.

A table that comes with its total gives a single hidden cell away as what is missing. So whenever something is hidden,
more is hidden with it, the smallest first, until at least two cells and ten people are.

Numbers that are told one after the other are held against each other, too. Those that were told cut the people into
parts: in this one and not in that one. Whatever is worked out from them, by adding and subtracting in any way, is a
number of whole parts. So while every part has nobody in it or at least ten, no smaller number follows from them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeVar

Cell = TypeVar("Cell")

FEWEST: Final = 10
"""People behind a number that is shown."""

FEWEST_HIDDEN: Final = 2

MOST_TOLD: Final = 50
"""Different numbers about the same people that one reader is told: each leaves less room for the next."""


def shown(people: Sequence[int]) -> list[bool]:
    """Return which cells of a table that comes with its total may be shown; ``people`` are those behind each cell.

    A cell of nobody is shown, unless it must hide another one.
    """
    hidden = {place for place, count in enumerate(people) if 0 < count < FEWEST}
    if hidden:
        rest = sorted((count, place) for place, count in enumerate(people) if place not in hidden)
        for count, place in sorted(rest, key=lambda cell: (cell[0] == 0, cell)):
            if len(hidden) >= FEWEST_HIDDEN and sum(people[each] for each in hidden) >= FEWEST:
                break
            if count or len(hidden) < FEWEST_HIDDEN:
                hidden.add(place)
    return [place not in hidden for place in range(len(people))]


def counts(people: Sequence[int]) -> list[int | None]:
    """Return the cells of such a table, those that are hidden as None."""
    return [count if show else None for count, show in zip(people, shown(people), strict=True)]


def alone(people: int) -> int | None:
    """Return a number of people that no total is shown beside, or None if it is too small."""
    return people if people == 0 or people >= FEWEST else None


def parts(groups: Sequence[Collection[Cell]], people: Mapping[Cell, int]) -> list[int]:
    """Return the sizes of the parts into which ``groups`` of cells cut those who are in any; empty parts are left out.

    ``people`` says how many are in each cell; cells have nobody in common.
    """
    sizes: Counter[tuple[bool, ...]] = Counter()
    for cell, count in people.items():
        part = tuple(cell in group for group in groups)
        if any(part):
            sizes[part] += count
    return [size for size in sizes.values() if size > 0]


def may_be_told(
    asked: Collection[Cell],
    told: Sequence[Collection[Cell]],
    people: Mapping[Cell, int],
    *,
    least: int = FEWEST,
    most: int = MOST_TOLD,
) -> bool:
    """Tell whether the number of people in the cells ``asked`` may be told to whoever was ``told`` the others.

    What was told before may be told again. Anything else must leave no part of fewer than ``least`` people, and is one
    of at most ``most``.
    """
    groups = [frozenset(group) for group in told]
    if frozenset(asked) in groups:
        return True
    return len(set(groups)) < most and all(size >= least for size in parts([*groups, frozenset(asked)], people))
