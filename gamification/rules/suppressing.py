"""Which numbers about groups of people may be shown: none about fewer than ten, and none that gives one of these away.

A table that comes with its total gives a single hidden cell away as what is missing. So whenever something is hidden,
more is hidden with it, the smallest first, until at least two cells and ten people are.
"""

from collections.abc import Sequence
from typing import Final

FEWEST: Final = 10
"""People behind a number that is shown."""

FEWEST_HIDDEN: Final = 2


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
