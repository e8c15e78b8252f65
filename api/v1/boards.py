"""Boards: the ones that somebody can read, and the ones that marketers define."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter

import gamification
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from content.vocabulary import ContentClass
from gamification import BoardLine
from gamification.vocabulary import Action, Band, BoardState, Dimension, Ties, Visibility
from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

BoardLimit = Annotated[int, QueryParameter(ge=1, le=50)]
PeriodNumber = Annotated[int | None, QueryParameter(ge=1, le=1_000_000)]
Start = Annotated[int | None, QueryParameter(ge=0, le=1_000_000_000)]
WITHIN = "within a tie the order is by alias"
TIE_RULES = {
    Ties.DENSE: f"dense: equal points share a rank and no rank is left out (1, 2, 2, 3); {WITHIN}",
    Ties.STANDARD: f"standard: equal points share a rank (1, 2, 2, 4); {WITHIN}",
    Ties.ORDINAL: f"ordinal: every line has its own rank (1, 2, 3, 4); {WITHIN}",
}


class Within(Body, frozen=True, kw_only=True):
    """The one thing that a board is narrowed to: a market, a language, or a profession."""

    dimension: Dimension
    value: str


class PeriodView(msgspec.Struct, frozen=True, kw_only=True):
    """A period, from ``starts_at`` to before ``ends_at`` (null for ever); ``closed`` once its standings are final."""

    number: int
    starts_at: datetime
    ends_at: datetime | None
    closed: bool


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a board, most points first; ``own`` is the caller's line, if the caller takes part.

    ``points`` are the caller's own, whatever the board shows. A ``notice`` of ``too-few-people`` says that fewer people
    take part than may be shown: then there are no lines. One of ``individuals-not-shared``: the board is of accredited
    education, and the caller, who does not agree to be seen there, is not on it.
    A relative board tells a ``band`` and no rank.
    """

    key: str
    name: str
    tie_rule: str
    visibility: Visibility
    period: PeriodView
    notice: Literal["too-few-people", "individuals-not-shared"] | None
    total: int
    items: list[BoardLine]
    next: str | None
    own: BoardLine | None
    points: int
    band: Band | None


class BoardSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A board that exists for the caller; ``dimension`` says by what it is narrowed to people like the caller."""

    key: str
    name: str
    tie_rule: str
    visibility: Visibility
    dimension: Dimension | None
    schedule: str
    zone: str
    state: BoardState


class NewBoard(Body, frozen=True, kw_only=True):
    """A board to be made of the points of one ``lane``; ``rules`` left out count all of them.

    ``schedule`` is ``ever`` or a cron expression; ``brand`` is the key of the brand whose a promotional board is.
    """

    key: str
    name: str
    rules: tuple[str, ...] | None = None
    schedule: str = "ever"
    zone: str = "UTC"
    ties: Ties = Ties.STANDARD
    within: Within | None = None
    visibility: Visibility = Visibility.FULL
    minimum: int = 10
    settling_minutes: int = 60
    starts_at: datetime | None = None
    brand: str | None = None
    lane: ContentClass = ContentClass.MEDICAL


class BoardDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A board as it was defined."""

    key: str
    name: str
    rules: tuple[str, ...] | None
    schedule: str
    zone: str
    ties: Ties
    within: Within | None
    visibility: Visibility
    minimum: int
    settling_minutes: int
    state: BoardState
    created_at: datetime
    archived_at: datetime | None
    brand: str | None
    lane: ContentClass


@query.get(
    "/leaderboards", permission=Permission.LEADERBOARD_READ, purpose=Purpose.LEADERBOARD, records=Action.BOARDS_READ
)
async def leaderboards(uow: UnitOfWork, passage: Passage) -> Listing[BoardSummary]:
    """Return the boards that exist for the caller."""
    return Listing(
        [
            BoardSummary(
                key=each.key,
                name=each.name,
                tie_rule=TIE_RULES[each.ties],
                visibility=each.visibility,
                dimension=each.dimension,
                schedule=each.schedule,
                zone=each.zone,
                state=each.state,
            )
            for each in await gamification.boards_for(uow, passage.whereabouts())
        ]
    )


@query.get(
    "/leaderboards/{key:str}",
    permission=Permission.LEADERBOARD_READ,
    purpose=Purpose.LEADERBOARD,
    records=Action.BOARD_READ,
)
async def leaderboard(
    uow: UnitOfWork,
    passage: Passage,
    key: FromPath[str],
    around: FromQuery[Literal["me"] | None] = None,
    period: PeriodNumber = None,
    start: Start = None,
    cursor: FromQuery[str | None] = None,
    limit: BoardLimit = 50,
) -> Board:
    """Return a page of an opt-in, pseudonymous board: from the top, a position, a cursor, or around the caller."""
    after = cursors.read_number(cursor)
    first = start if after is None else after
    found = await gamification.board(
        uow,
        passage.runtime.boards,
        key,
        _reader(passage),
        passage.whereabouts(),
        gamification.Wanted(period=period, start=None if around and first is None else first or 0, size=limit),
    )
    page = found.page
    return Board(
        key=found.board.key,
        name=found.board.name,
        tie_rule=TIE_RULES[found.board.ties],
        visibility=found.board.visibility,
        period=_period(found.period),
        notice="too-few-people" if page.few else "individuals-not-shared" if found.reason else None,
        total=page.total,
        items=page.items,
        next=None if page.after is None else cursors.written(page.after),
        own=page.own,
        points=page.points,
        band=found.band,
    )


@query.get(
    "/leaderboards/{key:str}/periods",
    permission=Permission.LEADERBOARD_READ,
    purpose=Purpose.LEADERBOARD,
    records=Action.BOARD_PERIODS_READ,
)
async def leaderboard_periods(
    uow: UnitOfWork, passage: Passage, key: FromPath[str], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[PeriodView]:
    """Return the periods of a board that have begun, newest first."""
    before = cursors.read_number(cursor)
    found = await gamification.board_periods(uow, key, passage.whereabouts(), before, limit + 1)
    following = cursors.written(found[limit - 1].number) if len(found) > limit else None
    return Listing([_period(each) for each in found[:limit]], following)


@query.get("/boards", permission=Permission.BOARD_READ, purpose=Purpose.CONTENT_OPERATIONS, records=Action.BOARDS_READ)
async def boards(uow: UnitOfWork, caller: Caller) -> Listing[BoardDefinition]:
    """Return how every board of the caller's brands and of none is defined, hidden and archived ones too."""
    return Listing([_definition(each) for each in await gamification.boards(uow, caller.scope)])


@command.post(
    "/boards",
    permission=Permission.BOARD_MANAGE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.BOARD_CREATED,
    creates=True,
)
async def create_board(uow: UnitOfWork, caller: Caller, data: NewBoard) -> BoardDefinition:
    """Make a board and begin its first period."""
    narrowing = gamification.Narrowing(data.within.dimension, data.within.value) if data.within else None
    new = gamification.NewBoard(
        key=data.key,
        name=data.name,
        rules=data.rules,
        schedule=data.schedule,
        zone=data.zone,
        ties=data.ties,
        narrowing=narrowing,
        visibility=data.visibility,
        minimum=data.minimum,
        settling_minutes=data.settling_minutes,
        starts_at=data.starts_at,
        brand=data.brand,
        lane=data.lane,
    )
    return _definition(await gamification.create_board(uow, new, scope=caller.scope))


@command.post(
    "/boards/{key:str}/archive",
    permission=Permission.BOARD_MANAGE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.BOARD_ARCHIVED,
)
async def archive_board(uow: UnitOfWork, caller: Caller, key: FromPath[str]) -> BoardDefinition:
    """End a board's running period and begin no more; its periods stay to be read. Archiving twice is harmless."""
    return _definition(await gamification.archive_board(uow, key, scope=caller.scope))


def _reader(passage: Passage) -> PersonId:
    assert passage.caller is not None  # noqa: S101 - the gate lets nobody through without one
    assert passage.caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    return passage.caller.person


def _period(period: gamification.Period) -> PeriodView:
    return PeriodView(
        number=period.number,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        closed=period.closed_at is not None,
    )


def _definition(board: gamification.Board) -> BoardDefinition:
    return BoardDefinition(
        key=board.key,
        name=board.name,
        rules=board.rules,
        schedule=board.schedule,
        zone=board.zone,
        ties=board.ties,
        within=Within(dimension=board.narrowing.dimension, value=board.narrowing.value) if board.narrowing else None,
        visibility=board.visibility,
        minimum=board.minimum,
        settling_minutes=board.settling_minutes,
        state=board.state,
        created_at=board.created_at,
        archived_at=board.archived_at,
        brand=board.brand,
        lane=board.lane,
    )


ROUTES = [leaderboards, leaderboard, leaderboard_periods, boards, create_board, archive_board]
