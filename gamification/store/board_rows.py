"""The definitions of boards and their periods, and what a reader may know of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from content.vocabulary import ContentClass
from gamification.board_values import Board, Cell, LivePeriod, Narrowing, Period, Sight
from gamification.rules.schedules import BEGINNING, EVER
from gamification.vocabulary import BoardState, Dimension, Ties, Visibility
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_INSERT: Final = """
insert into gamification.board (id, key, name, rules, schedule, zone, ties, dimension, value, visibility, minimum,
  settling_minutes, state, created_by, created_at, archived_at, brand, lane)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict do nothing returning id
"""
_PERIOD: Final = "p.id as period, p.number, p.starts_at, p.ends_at, p.closed_at"
_LIVE: Final = """
select p.id, b.key, p.number, p.ends_at, b.settling_minutes, b.ties = 'dense' as dense,
  b.schedule = $1 and b.rules is null and b.lane = 'medical' and p.starts_at = $2 and p.ends_at is null as lifetime,
  b.lane = 'accredited' as accredited
from gamification.board_period p join gamification.board b on b.id = p.board where p.closed_at is null
order by b.key, p.number
"""
_FIND: Final = f"""
select b.*, {_PERIOD}, m.alias, coalesce(m.shares, false) as shares,
  case when p.closed_at is not null
    then (select count(*) from gamification.board_standing s where s.period = p.id) end as people,
  case when p.closed_at is not null and m.alias is not null then (select array[s.place, s.rank, s.points]
    from gamification.board_standing s where s.period = p.id and s.person = m.person) end as own,
  (select json_agg(json_build_array(market, language, profession, people)) from gamification.board_population
    where people > 0) as populations,
  (select json_agg(json_build_array(dimension, value, minimum, key)) from gamification.board
    where visibility <> 'hidden') as others
from gamification.board b
left join lateral (select * from gamification.board_period where board = b.id and starts_at <= $4
  and ($3::int is null or number = $3) order by number desc limit 1) p on true
left join gamification.board_member m on m.person = $2 and m.active
where b.key = $1
"""  # noqa: S608 - a constant of this file
_PopulationRows = list[tuple[str, str, str, int]]
_OtherRows = list[tuple[Dimension | None, str | None, int, str]]


async def insert(uow: UnitOfWork, board: Board) -> bool:
    """Keep a new board; return False where its key is taken."""
    made = await uow.fetchval(
        _INSERT,
        board.id,
        board.key,
        board.name,
        None if board.rules is None else list(board.rules),
        board.schedule,
        board.zone,
        board.ties,
        board.dimension,
        board.value,
        board.visibility,
        board.minimum,
        board.settling_minutes,
        board.state,
        board.created_by,
        board.created_at,
        board.archived_at,
        board.brand,
        board.lane,
    )
    return made is not None


async def insert_period(
    uow: UnitOfWork, board: UUID, number: int, starts_at: datetime, ends_at: datetime | None
) -> bool:
    """Begin a period; return False where somebody else did it first."""
    made = await uow.fetchval(
        "insert into gamification.board_period (id, board, number, starts_at, ends_at, closed_at)"
        " values ($1, $2, $3, $4, $5, null) on conflict do nothing returning id",
        uow.new_id(),
        board,
        number,
        starts_at,
        ends_at,
    )
    return made is not None


async def boards(uow: UnitOfWork, brands: Sequence[str] | None = None) -> list[Board]:
    """Return every board, by key; with ``brands``, those that belong to one of them or to none."""
    rows = await uow.fetch(
        "select * from gamification.board where $1::text[] is null or brand is null or brand = any($1) order by key",
        brands,
    )
    return [_board(row) for row in rows]


async def board(uow: UnitOfWork, key: str, *, lock: bool = False) -> Board | None:
    """Return one board; with ``lock`` nobody else changes it until the transaction ends."""
    row = await uow.fetchrow(
        f"select * from gamification.board where key = $1{' for update' if lock else ''}",  # noqa: S608 - two constants
        key,
    )
    return _board(row) if row else None


async def archive(uow: UnitOfWork, board: UUID) -> None:
    """Begin no more periods, end the one that runs, and forget those that have not begun."""
    await uow.execute(
        "update gamification.board set state = 'archived', archived_at = $2 where id = $1 and state = 'active'",
        board,
        uow.now,
    )
    await uow.execute(
        "delete from gamification.board_period where board = $1 and starts_at >= $2 and closed_at is null"
        " and number > 1",
        board,
        uow.now,
    )
    await uow.execute(
        "update gamification.board_period set ends_at = greatest($2, starts_at + interval '1 microsecond')"
        " where board = $1 and closed_at is null and (ends_at is null or ends_at > $2)",
        board,
        uow.now,
    )


async def periods(uow: UnitOfWork, board: UUID, before: int | None, limit: int) -> list[Period]:
    """Return the periods of a board that have begun, newest first."""
    rows = await uow.fetch(
        "select id, number, starts_at, ends_at, closed_at from gamification.board_period where board = $1"
        " and starts_at <= $2 and ($3::int is null or number < $3) order by number desc limit $4",
        board,
        uow.now,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), Period) for row in rows]


async def newest_period(uow: UnitOfWork, board: UUID) -> Period | None:
    """Return the period of a board that begins last."""
    row = await uow.fetchrow(
        "select id, number, starts_at, ends_at, closed_at from gamification.board_period where board = $1"
        " order by number desc limit 1",
        board,
    )
    return msgspec.convert(dict(row), Period) if row else None


async def live_periods(uow: UnitOfWork) -> list[LivePeriod]:
    """Return every period that is not closed."""
    return [msgspec.convert(dict(row), LivePeriod) for row in await uow.fetch(_LIVE, EVER, BEGINNING)]


async def following_due(uow: UnitOfWork, before: datetime) -> list[Board]:
    """Return the active boards whose newest period ends ``before`` that instant, or that have none yet."""
    rows = await uow.fetch(
        "select b.* from gamification.board b left join lateral (select ends_at, id from gamification.board_period"
        " where board = b.id order by number desc limit 1) p on true"
        " where b.state = 'active' and (p.id is null or p.ends_at < $1) order by b.key",
        before,
    )
    return [_board(row) for row in rows]


async def see(uow: UnitOfWork, key: str, person: PersonId, number: int | None) -> Sight | None:
    """Return everything there is to know before a page of a board is shown; None if there is no such board."""
    row = await uow.fetchrow(_FIND, key, person, number, uow.now)
    if row is None:
        return None
    period = None
    if row["period"] is not None:
        period = Period(
            id=row["period"],
            number=row["number"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            closed_at=row["closed_at"],
        )
    people = msgspec.json.decode(row["populations"] or "[]", type=_PopulationRows)
    others = msgspec.json.decode(row["others"] or "[]", type=_OtherRows)
    return Sight(
        board=_board(row),
        period=period,
        alias=row["alias"],
        shares=row["shares"],
        people=row["people"],
        own=tuple(row["own"]) if row["own"] else None,
        populations={Cell(*place): count for *place, count in people},
        others=tuple(
            (Narrowing(dimension, value) if dimension and value else None, minimum, each)
            for dimension, value, minimum, each in others
        ),
    )


def _board(row: asyncpg.Record) -> Board:
    return Board(
        id=row["id"],
        key=row["key"],
        name=row["name"],
        rules=None if row["rules"] is None else tuple(row["rules"]),
        schedule=row["schedule"],
        zone=row["zone"],
        ties=Ties(row["ties"]),
        dimension=Dimension(row["dimension"]) if row["dimension"] else None,
        value=row["value"],
        visibility=Visibility(row["visibility"]),
        minimum=row["minimum"],
        settling_minutes=row["settling_minutes"],
        state=BoardState(row["state"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        archived_at=row["archived_at"],
        brand=row["brand"],
        lane=ContentClass(row["lane"]),
    )
