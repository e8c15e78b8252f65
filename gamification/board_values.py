"""What crosses the boundary of this room about boards; the package passes it on."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from content.vocabulary import ContentClass
from gamification.rules.narrowing import LEAST_PEOPLE, Cell, Narrowing
from gamification.rules.schedules import EVER
from gamification.vocabulary import Band, BoardState, Dimension, Ties, Visibility

__all__ = [
    "Board",
    "BoardLine",
    "BoardPage",
    "Cell",
    "LivePeriod",
    "Narrowing",
    "NewBoard",
    "Page",
    "Period",
    "Sight",
    "Wanted",
]

SETTLING_MINUTES: Final = 60


class BoardLine(msgspec.Struct, frozen=True):
    """One line of a board."""

    rank: int
    alias: str
    points: int
    me: bool = False


class NewBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A board to be made.

    Only points for content of ``lane`` count. ``rules`` are the keys of the points rules that count, None for all; they
    may be yet to come. ``schedule`` is
    ``ever`` or a cron expression of five fields, in ``zone``, that begins a period. ``starts_at`` is when the first
    period begins: None means now, or for ``ever`` everything that there is. A period closes ``settling_minutes`` after
    its end: what is recorded until then, and happened within it, counts. ``brand`` is whose it is, None: nobody's.
    """

    key: str
    name: str
    rules: tuple[str, ...] | None = None
    schedule: str = EVER
    zone: str = "UTC"
    ties: Ties = Ties.STANDARD
    narrowing: Narrowing | None = None
    visibility: Visibility = Visibility.FULL
    minimum: int = LEAST_PEOPLE
    settling_minutes: int = SETTLING_MINUTES
    starts_at: datetime | None = None
    brand: str | None = None
    lane: ContentClass = ContentClass.MEDICAL


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A board as it is stored."""

    id: UUID
    key: str
    name: str
    rules: tuple[str, ...] | None
    schedule: str
    zone: str
    ties: Ties
    dimension: Dimension | None
    value: str | None
    visibility: Visibility
    minimum: int
    settling_minutes: int
    state: BoardState
    created_by: str
    created_at: datetime
    archived_at: datetime | None
    brand: str | None
    lane: ContentClass = ContentClass.MEDICAL

    @property
    def narrowing(self) -> Narrowing | None:
        """Return what the board is narrowed to."""
        return Narrowing(self.dimension, self.value) if self.dimension and self.value else None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One period of a board, UTC; ``ends_at`` is None for ever, ``closed_at`` until its standings are frozen."""

    id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime | None
    closed_at: datetime | None


class LivePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """A period with a copy in Valkey. ``lifetime``: its points are those of the balance, and need no counting."""

    id: UUID
    key: str
    number: int
    ends_at: datetime | None
    settling_minutes: int
    lifetime: bool
    dense: bool
    accredited: bool = False


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one query knows about a reader and a board.

    ``alias`` is None for who takes no part; ``shares`` tells who agrees to be seen in accredited education. ``people``
    and ``own`` (place, rank, points) are those of a closed period.
    """

    board: Board
    period: Period | None
    alias: str | None
    people: int | None
    own: tuple[int, int, int] | None
    populations: dict[Cell, int]
    others: tuple[tuple[Narrowing | None, int, str], ...]
    shares: bool = False


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines somebody asks for: ``size`` of them from ``start``, or around the reader when that is None.

    ``period`` is the number of a period, None for the newest one.
    """

    period: int | None = None
    start: int | None = 0
    size: int = 50


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a board. ``after`` is where the next page starts, None at the end; ``points`` are the reader's own.

    ``few`` says that there are fewer people than may be shown; then there are no lines and no ``total``.
    """

    total: int = 0
    items: list[BoardLine] = []
    after: int | None = None
    own: BoardLine | None = None
    points: int = 0
    few: bool = False


class BoardPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a board with the board and the period it is of; ``band`` is given where the board shows no more.

    ``reason`` is the code of policy for which the reader is not on it.
    """

    board: Board
    period: Period
    page: Page
    band: Band | None = None
    reason: str | None = None
