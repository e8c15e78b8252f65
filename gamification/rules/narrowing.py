"""Who may be shown together: the smallest crowd, and no two boards whose difference is a smaller one.

A board is narrowed by one dimension at the most. The same alias stands on every board, so a reader can hold boards
against each other: whoever is on the board of Great Britain and not on that of English speakers is British and speaks
something else. The boards that one person can read cut everybody who takes part into parts (on this one and not on
that one); every part must have nobody in it, or at least as many people as the boards ask for. Otherwise the wider
board is shown, and the narrower one isn't.

The parts are of the people who take part, with points or without: whoever stands on one board and not on the other is
then one of so many. Boards of the same narrowing are not held against each other: who is on one and not on the other
differs in points, and that says nothing about who somebody is.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from gamification.vocabulary import Band, Dimension
from kernel.disclosure import FEWEST, parts

LEAST_PEOPLE: Final = FEWEST
"""No board shows fewer people."""

_BANDS: Final = ((10, Band.TOP_TENTH), (25, Band.TOP_QUARTER), (50, Band.TOP_HALF))
_PLACES: Final = {Dimension.MARKET: 0, Dimension.LANGUAGE: 1, Dimension.PROFESSION: 2}
"""Where in a cell a dimension stands."""

_ORDER: Final = {None: 0, Dimension.MARKET: 1, Dimension.LANGUAGE: 2, Dimension.PROFESSION: 3}


class Cell(NamedTuple):
    """The finest part of a population that boards know: market (ISO 3166-1), language (ISO 639), profession or ""."""

    market: str
    language: str
    profession: str = ""


class Narrowing(NamedTuple):
    """What a board is narrowed to."""

    dimension: Dimension
    value: str


Readable: TypeAlias = tuple[Narrowing | None, int, str]
"""A board as this rule sees it: its narrowing, its minimum and its key."""


def language_of(locale: str) -> str:
    """Return the language of a locale (``en-GB`` is ``en``)."""
    return locale.partition("-")[0]


def cell_of(market: str, locale: str, profession: str | None) -> Cell:
    """Return the part of the population that somebody is in."""
    return Cell(market, language_of(locale), profession or "")


def covers(narrowing: Narrowing | None, cell: Cell) -> bool:
    """Tell whether people in ``cell`` are within a narrowing; everybody is within none."""
    if narrowing is None:
        return True
    return narrowing.value == cell[_PLACES[narrowing.dimension]]


def shown(boards: Sequence[Readable], here: Cell, populations: Mapping[Cell, int]) -> frozenset[str]:
    """Return the keys of those ``boards`` that somebody in ``here`` may read side by side.

    Wider boards come first, then by minimum and key: which of them is left out doesn't depend on who asks for which.
    """
    chosen: list[Narrowing | None] = []
    keys, least = set(), 0
    for narrowing, minimum, key in sorted(boards, key=_place):
        if not covers(narrowing, here):
            continue
        family = chosen if narrowing in chosen else [*chosen, narrowing]
        groups = [{cell for cell in populations if covers(each, cell)} for each in family]
        if all(part >= max(minimum, least) for part in parts(groups, populations)):
            chosen, least = family, max(minimum, least)
            keys.add(key)
    return frozenset(keys)


def _place(board: Readable) -> tuple[int, int, str]:
    narrowing, minimum, key = board
    return _ORDER[narrowing.dimension if narrowing else None], minimum, key


def band(rank: int, total: int) -> Band:
    """Return the band of a rank (from 1) among ``total`` people; equal ranks are in the same band."""
    for percent, named in _BANDS:
        if rank * 100 <= total * percent:
            return named
    return Band.LOWER_HALF
