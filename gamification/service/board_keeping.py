"""Keeping boards: lines up to date, periods begun and closed in time, a copy made again when it was lost."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

import consent
import people
from consent.vocabulary import BOARD_TOPIC, Purpose
from gamification.board_values import Board, LivePeriod
from gamification.rules.narrowing import LEAST_PEOPLE, Cell, cell_of
from gamification.rules.schedules import BEGINNING, EVER, next_start
from gamification.store import board_members, board_rows, board_standings
from gamification.store.board_members import Member
from gamification.store.boards import Boards
from gamification.vocabulary import Action, BoardState, Ties, Visibility
from kernel.cache import AWAY
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

ALL_TIME: Final = "all-time"
BOARD_PURPOSES: Final = (Purpose.LEADERBOARD, Purpose.GAMIFICATION)
ASKED: Final = (*BOARD_PURPOSES, Purpose.ACCREDITED_SHARING)
AHEAD: Final = timedelta(minutes=10)
"""How long before its beginning a period is made, so that its copy is there when it begins."""

SYSTEM: Final = "system:board"


class Joined(msgspec.Struct, frozen=True):
    """How somebody takes part now: where, until when at the latest, and whether on boards of accredited education."""

    cell: Cell
    ends: datetime | None
    shares: bool


async def refresh(uow: UnitOfWork, boards: Boards, keys: Sequence[UUID]) -> None:
    """Bring these people's lines on every board up to date: deliverer of the outbox's board messages.

    Whose membership changes now is copied by the next delivery, when the change is committed: Valkey knows no
    rollback, and the line of an alias that was never given would stay there for ever.
    """
    persons = [PersonId(key) for key in keys]
    members, changed = await _enlisted(uow, persons)
    if changed:
        await board_members.put(uow, changed)
    for member in changed:
        uow.publish(BOARD_TOPIC, member.person)
    gone = [person for person in persons if person not in members or not members[person].active]
    # Of everybody and not only of who changed: a closing that was under way may have kept a line after the change.
    unshared = [person for person, each in members.items() if each.active and not each.shares]
    for member in changed:
        del members[member.person]
    await _copy_lines(uow, boards, members)
    if gone:
        await board_standings.erase(uow, gone)
    if unshared:
        await board_standings.erase_accredited(uow, unshared)


async def _copy_lines(uow: UnitOfWork, boards: Boards, members: Mapping[PersonId, Member]) -> None:
    """Copy the lines of these people, whose membership MUST be committed, to Valkey."""
    if not members:
        return
    periods = await board_rows.live_periods(uow)
    counted = await board_standings.scores(uow, periods, [person for person, each in members.items() if each.active])
    absent = dict.fromkeys((member.alias for member in members.values()), None)
    await boards.put({period: {**absent, **counted[period]} for period in periods})


async def leave(
    uow: UnitOfWork, boards: Boards, person: PersonId, refused: Collection[Purpose] = BOARD_PURPOSES
) -> None:
    """Take a person off the boards that need one of the purposes ``refused``, as soon as this transaction commits.

    The outbox says it once more: a delivery or a closing that was under way may have read the state of before.
    """
    periods = await board_rows.live_periods(uow)
    if not set(BOARD_PURPOSES).isdisjoint(refused):
        alias = await board_members.deactivate(uow, person)
        await board_standings.erase(uow, [person])
    elif Purpose.ACCREDITED_SHARING in refused:
        alias = await board_members.unshare(uow, person)
        await board_standings.erase_accredited(uow, [person])
        periods = [each for each in periods if each.accredited]
    else:
        return
    if alias is not None:
        _remove(uow, boards, alias, periods)


def _remove(uow: UnitOfWork, boards: Boards, alias: str, periods: Sequence[LivePeriod]) -> None:
    async def remove() -> None:
        try:
            await boards.put({period: {alias: None} for period in periods})
        except AWAY:
            return  # the outbox waits for Valkey

    uow.after_commit(remove)


async def boards_wait(uow: UnitOfWork, boards: Boards) -> bool:
    """Tell whether there is anything for ``keep_boards`` to do; costs a few small queries and one round trip."""
    periods = await board_rows.live_periods(uow)
    if await boards.missing(periods) or not await boards.whole():
        return True
    if await board_rows.following_due(uow, uow.now + AHEAD) or await board_standings.due(uow):
        return True
    return bool(await board_members.expired(uow))


async def keep_boards(uow: UnitOfWork, boards: Boards) -> bool:
    """Begin and close periods that are due, send away whose consent ran out; tell whether every copy was lost.

    Nothing must be delivered meanwhile (``hold_back``). Running it twice, or in two workers, does everything once.
    Copies are made afterwards (``copy_boards``), of what is committed alone.
    """
    lost = not await boards.whole()
    await _begin_periods(uow)
    if lost:
        await _enlist_everybody(uow)
    await _close_periods(uow, boards)
    for person in await board_members.expired(uow):
        uow.publish(BOARD_TOPIC, person)
    return lost


async def copy_boards(uow: UnitOfWork, boards: Boards, *, lost: bool) -> None:
    """Make the copies in Valkey that are not whole, while nothing is delivered (``hold_back``).

    ``lost`` is what ``keep_boards`` said: where everything went in between, the next round begins from the start.
    """
    await _copy(uow, boards)
    if lost:
        await boards.mark()


async def _copy(uow: UnitOfWork, boards: Boards) -> None:
    """Make the copies in Valkey that are not whole."""
    periods = await boards.missing(await board_rows.live_periods(uow))
    for period in periods:
        await boards.begin(period)
    after: PersonId | None = None
    while periods and (persons := await board_members.active_after(uow, after)):
        for period, lines in (await board_standings.scores(uow, periods, persons)).items():
            await boards.add(period, lines)
        after = persons[-1]
    for period in periods:
        await boards.swap(period, uow.now)
        uow.record(Action.BOARD_REBUILT, resource=_resource(period.key, period.number))


async def _enlist_everybody(uow: UnitOfWork) -> None:
    """Ask anew who takes part. All of it is written at once: see ``board_members.put``."""
    after: PersonId | None = None
    changed: list[Member] = []
    while persons := await board_members.earners_after(uow, after):
        changed += (await _enlisted(uow, persons))[1]
        after = persons[-1]
    if changed:
        await board_members.put(uow, changed)


async def _enlisted(uow: UnitOfWork, persons: Sequence[PersonId]) -> tuple[dict[PersonId, Member], list[Member]]:
    """Return those of ``persons`` who have an alias, as consent and vault say now, and which of them changed.

    Whoever takes part and ever earned something is given an alias.
    """
    if not persons:
        return {}, []
    records = await consent.standing(uow, persons, ASKED)
    where = await people.bearings(uow, persons)
    joined: dict[PersonId, Joined] = {}
    for person, bearings in where.items():
        given = {
            purpose: record
            for purpose in ASKED
            if consent.decide(purpose, record := records.get((person, purpose)), uow.now, bearings.market).allowed
        }
        if given.keys() >= set(BOARD_PURPOSES):
            ends = [record.expires_at for record in given.values() if record and record.expires_at]
            cell = cell_of(bearings.market, bearings.locale, bearings.profession)
            joined[person] = Joined(cell, min(ends, default=None), shares=Purpose.ACCREDITED_SHARING in given)
    known = await board_members.members(uow, persons)
    fresh = await board_members.earners(uow, [person for person in joined if person not in known])
    known |= await board_members.give_aliases(uow, fresh) if fresh else {}
    now = {person: _as_of(member, joined.get(person)) for person, member in known.items()}
    return now, [member for person, member in now.items() if member != known[person]]


def _as_of(member: Member, joined: Joined | None) -> Member:
    if joined is None:
        return msgspec.structs.replace(member, active=False, shares=False)
    cell = joined.cell
    said = {"market": cell.market, "language": cell.language, "profession": cell.profession or None}
    return msgspec.structs.replace(member, active=True, expires_at=joined.ends, shares=joined.shares, **said)


async def _begin_periods(uow: UnitOfWork) -> None:
    """Make the periods that begin before long, and the board of all time if there is none yet."""
    if await board_rows.board(uow, ALL_TIME) is None:
        await board_rows.insert(uow, _all_time(uow))
    while due := await board_rows.following_due(uow, uow.now + AHEAD):
        for board in due:
            newest = await board_rows.newest_period(uow, board.id)
            number, starts_at = (1, None) if newest is None else (newest.number + 1, newest.ends_at)
            if newest is None or starts_at is not None:
                await begin(uow, board, number, starts_at)
                uow.record(Action.BOARD_BEGUN, resource=_resource(board.key, number))


async def begin(uow: UnitOfWork, board: Board, number: int, starts_at: datetime | None) -> None:
    """Begin a period of a board; the first one of a board without a start has everything, or begins now."""
    ever = board.schedule == EVER
    at = starts_at or (BEGINNING if ever else uow.now)
    ends_at = None if ever else next_start(board.schedule, ZoneInfo(board.zone), at)
    await board_rows.insert_period(uow, board.id, number, at, ends_at)


async def _close_periods(uow: UnitOfWork, boards: Boards) -> None:
    for period, key, number, ties in await board_standings.close_due(uow):
        count = await board_standings.freeze(uow, period, ties)
        uow.record(Action.BOARD_CLOSED, resource=_resource(key, number), count=count)
        uow.after_commit(_dropping(boards, period))


class _dropping:  # noqa: N801 - a function with a memory
    """Removes the copy of a closed period; one that is left behind goes by itself."""

    def __init__(self, boards: Boards, period: UUID) -> None:
        self._boards, self._period = boards, period

    async def __call__(self) -> None:
        try:
            await self._boards.drop(self._period)
        except AWAY:
            return


def _all_time(uow: UnitOfWork) -> Board:
    return Board(
        id=uow.new_id(),
        key=ALL_TIME,
        name="All time",
        rules=None,
        schedule=EVER,
        zone="UTC",
        ties=Ties.STANDARD,
        dimension=None,
        value=None,
        visibility=Visibility.FULL,
        minimum=LEAST_PEOPLE,
        settling_minutes=60,
        state=BoardState.ACTIVE,
        created_by=SYSTEM,
        created_at=uow.now,
        archived_at=None,
        brand=None,
    )


def _resource(key: str, number: int) -> str:
    return f"board:{key}:{number}"
