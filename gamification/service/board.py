"""Reading boards: pseudonymous, opt-in, most points first, and never so few people that they could be recognised."""

from datetime import date
from typing import Final

import msgspec

from gamification.board_values import Board, BoardLine, BoardPage, Cell, Narrowing, Page, Period, Sight, Wanted
from gamification.errors import BoardNotFoundError, BoardPeriodNotFoundError
from gamification.policy_packs import packs_in_force
from gamification.rules.definitions import is_key
from gamification.rules.narrowing import band, cell_of, covers, shown
from gamification.rules.policy import Packs, least_cohort, sharing_refusals
from gamification.store import board_rows, board_standings
from gamification.store.boards import Boards
from gamification.vocabulary import Action, Dimension, Visibility
from kernel.unit_of_work import UnitOfWork
from people import Bearings
from people.vocabulary import PersonId

NEIGHBOURS: Final = 5
"""Lines that a board of neighbours shows: one's own and two on either side."""

MISSING: Final = "There is no board with this key."


async def board(
    uow: UnitOfWork,
    boards: Boards,
    key: str,
    person: PersonId,
    where: Bearings,
    wanted: Wanted,
    packs: Packs | None = None,
) -> BoardPage:
    """Return a page of a board to a person with these bearings.

    One query and one round trip to Valkey; of a closed period two queries.

    Raises:
        BoardNotFoundError: there is none, it is hidden, or the person is outside of what it is narrowed to.
        BoardPeriodNotFoundError: there is none of this number, or it has not begun.
        BoardRebuildingError: its copy is being made again.

    """
    here = cell_of(where.market, where.locale, where.profession)
    sight = await board_rows.see(uow, key, person, wanted.period) if is_key(key) else None
    if sight is None or not _exists(sight.board, here):
        raise BoardNotFoundError(MISSING)
    sight = _lawful(sight, uow.now.date(), packs or packs_in_force())
    found, current = sight.board, sight.period
    if current is None:
        message = "The board has no such period, or it has not begun."
        raise BoardPeriodNotFoundError(message)
    wanted = _allowed(found, wanted, takes_part=sight.alias is not None)
    withheld = key not in shown(sight.others, here, sight.populations)
    if current.closed_at is None:
        page = await _open_page(boards, sight, current, wanted, withheld=withheld)
    else:
        page = await _closed_page(uow, sight, current, wanted, withheld=withheld)
    uow.record(Action.BOARD_READ, subject=person, resource=f"board:{key}:{current.number}", count=len(page.items))
    seen = _seen(found, current, page)
    refused = next(sharing_refusals(found.lane, agreed=sight.shares), None)
    return msgspec.structs.replace(seen, reason=refused.code if refused else None)


async def boards_for(uow: UnitOfWork, where: Bearings) -> list[Board]:
    """Return the boards that exist for somebody with these bearings, by key."""
    here = cell_of(where.market, where.locale, where.profession)
    found = [each for each in await board_rows.boards(uow) if _exists(each, here)]
    uow.record(Action.BOARDS_READ, count=len(found))
    return found


async def board_periods(uow: UnitOfWork, key: str, where: Bearings, before: int | None, limit: int) -> list[Period]:
    """Return the periods of a board that have begun, newest first.

    Raises:
        BoardNotFoundError: there is no such board for somebody with these bearings.

    """
    found = await board_rows.board(uow, key) if is_key(key) else None
    if found is None or not _exists(found, cell_of(where.market, where.locale, where.profession)):
        raise BoardNotFoundError(MISSING)
    periods = await board_rows.periods(uow, found.id, before, limit)
    uow.record(Action.BOARD_PERIODS_READ, resource=f"board:{key}", count=len(periods))
    return periods


def _lawful(sight: Sight, on: date, packs: Packs) -> Sight:
    """Let each board ask for as many people as the packs of the countries that it shows do, if that is more (C21)."""

    def least(narrowing: Narrowing | None, own: int) -> int:
        by_market = narrowing is not None and narrowing.dimension is Dimension.MARKET
        return max(own, least_cohort(packs, narrowing.value if narrowing and by_market else None, on))

    board = msgspec.structs.replace(sight.board, minimum=least(sight.board.narrowing, sight.board.minimum))
    others = tuple((narrowing, least(narrowing, own), key) for narrowing, own, key in sight.others)
    return msgspec.structs.replace(sight, board=board, others=others)


def _exists(board: Board, here: Cell) -> bool:
    return board.visibility is not Visibility.HIDDEN and covers(board.narrowing, here)


def _allowed(board: Board, wanted: Wanted, *, takes_part: bool) -> Wanted:
    """Return what may be shown of what is wanted; nobody is beside somebody who takes no part."""
    if board.visibility is Visibility.FULL:
        return wanted
    neighbours = board.visibility is Visibility.NEIGHBOURS and takes_part
    return Wanted(start=None, size=min(wanted.size, NEIGHBOURS) if neighbours else 0)


async def _open_page(boards: Boards, sight: Sight, period: Period, wanted: Wanted, *, withheld: bool) -> Page:
    found = await boards.page(
        period.id,
        sight.board.ties,
        sight.alias,
        start=-1 if wanted.start is None else wanted.start,
        size=0 if withheld else wanted.size,
        minimum=sight.board.minimum,
    )
    if sight.board.visibility is not Visibility.FULL and found.own is None:
        found = msgspec.structs.replace(found, items=[])
    return Page(points=found.points, few=True) if withheld or found.few else found


async def _closed_page(uow: UnitOfWork, sight: Sight, period: Period, wanted: Wanted, *, withheld: bool) -> Page:
    place, rank, points = sight.own or (0, 0, 0)
    total = sight.people or 0
    if withheld or total < sight.board.minimum:
        return Page(points=points, few=True)
    own = BoardLine(rank, sight.alias, points, me=True) if sight.own and sight.alias else None
    size = wanted.size if own or sight.board.visibility is Visibility.FULL else 0
    start = max(0, place - 1 - size // 2) if wanted.start is None else wanted.start
    lines = await board_standings.lines(uow, period.id, start, size + 1, sight.alias) if size else []
    return Page(
        total=total,
        items=[line for _, line in lines[:size]],
        after=lines[size - 1][0] if len(lines) > size else None,
        own=own,
        points=points,
    )


def _seen(board: Board, period: Period, page: Page) -> BoardPage:
    """Leave out what the board doesn't show: a relative one says no more than in which band the reader is."""
    if board.visibility is Visibility.FULL:
        return BoardPage(board=board, period=period, page=page)
    if board.visibility is Visibility.NEIGHBOURS:
        return BoardPage(board=board, period=period, page=_without_end(page))
    told = band(page.own.rank, page.total) if page.own else None
    return BoardPage(board=board, period=period, page=Page(points=page.points, few=page.few), band=told)


def _without_end(page: Page) -> Page:
    return Page(total=page.total, items=page.items, own=page.own, points=page.points, few=page.few)
