"""Queries about retention and legal holds."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from audit.rules.tree import leaf_hash
from audit.values import EntryHold
from audit.vocabulary import Action
from kernel.database import Connection
from kernel.unit_of_work import UnitOfWork

REMOVING_LOCK: Final = 0x4C41_5552_000A
_HOLDS: Final = (
    "select id, first_index, end_index, reason, placed_by, placed_at from audit.hold"
    " where lifted_at is null and ($1::uuid is null or id > $1) order by id limit $2"
)


REMOVALS: Final = (
    "select e.body, substr(t.hashes, (l.index % 256)::int * 32 + 1, 32) as tiled"
    " from audit.leaf l join audit.entry e on e.id = l.entry join audit.tile t on t.place = l.index / 256"
    ' where l.action collate "C" = $1 and l.index >= 0 and l.index < $2 and e.body is not null order by l.index'
)
MINIMUM: Final = "select coalesce(max(index), 0) from audit.minimum"


class Gone(NamedTuple):
    """An entry whose content was removed: its index, its kind, and for how many days such are kept."""

    at: int
    kind: str
    days: int


async def keep_all(uow: UnitOfWork) -> None:
    """Let nothing be removed until the transaction ends, so that what it reads in several questions is one state."""
    await uow.execute("select pg_advisory_xact_lock_shared($1)", REMOVING_LOCK)


async def remove_expired(uow: UnitOfWork) -> list[Gone]:
    """Remove the content of some entries whose kind's days are over; return which, by index."""
    if not await uow.fetchval("select pg_try_advisory_xact_lock($1)", REMOVING_LOCK):
        return []  # somebody exports; the next round removes
    return [Gone(*row) for row in await uow.fetch("select index, kind, days from audit.remove_expired()")]


async def set_retention(connection: Connection, days: Mapping[str, int]) -> dict[str, int]:
    """Replace the days of all kinds and return those before; only the tables' owner may."""
    before = {row["kind"]: row["days"] for row in await connection.fetch("select kind, days from audit.retention")}
    await connection.execute("delete from audit.retention where kind <> all($1::text[])", [*days])
    await connection.execute(
        "insert into audit.retention (kind, days) select * from unnest($1::text[], $2::int[])"
        " on conflict (kind) do update set days = excluded.days",
        [*days],
        [*days.values()],
    )
    return before


async def minimum_index(uow: UnitOfWork) -> int:
    """Return the index below which content may have been removed, a multiple of 256 (c2sp.org/tlog-tiles, Pruning)."""
    index: int = await uow.fetchval(MINIMUM)
    return index


async def is_removed(uow: UnitOfWork, index: int) -> bool:
    """Tell whether an index has no content any more."""
    removed: bool = await uow.fetchval(
        "select $1::bigint >= 0 and $1 < coalesce(max(m.index), 0)"
        " and not exists (select from audit.leaf l where l.index = $1) from audit.minimum m",
        index,
    )
    return removed


async def count_present(uow: UnitOfWork, first: int, end: int) -> int:
    """Return how many entries of a range have their content."""
    count: int = await uow.fetchval("select count(*) from audit.leaf where index >= $1 and index < $2", first, end)
    return count


async def absent(uow: UnitOfWork, first: int, end: int) -> list[int]:
    """Return the indexes of a range that have no content."""
    rows = await uow.fetch(
        "select i from generate_series($1::bigint, $2::bigint - 1) as i"
        " where not exists (select from audit.leaf l where l.index = i) order by i",
        first,
        end,
    )
    return [row["i"] for row in rows]


async def said_removed(uow: UnitOfWork, size: int) -> list[bytes]:
    """Return the entries below ``size`` that say which others were removed, as their tiles have them."""
    return believed(await uow.fetch(REMOVALS, Action.ENTRIES_REMOVED.value, size))


def believed(rows: Iterable[asyncpg.Record]) -> list[bytes]:
    """Return those of ``REMOVALS`` whose bytes are what their tiles have: a changed one excuses nothing."""
    return [row["body"] for row in rows if leaf_hash(row["body"]) == row["tiled"]]


async def insert_hold(uow: UnitOfWork, hold: EntryHold) -> None:
    """Store a hold."""
    await uow.execute(
        "insert into audit.hold (id, first_index, end_index, reason, placed_by, placed_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        hold.id,
        hold.first_index,
        hold.end_index,
        hold.reason.value,
        hold.placed_by,
        hold.placed_at,
    )


async def lift_hold(uow: UnitOfWork, hold: UUID, account: UUID, at: datetime) -> bool:
    """End a hold; return False where none of this id is in force."""
    lifted: int = await uow.fetchval("select audit.lift_hold($1, $2, $3)", hold, account, at)
    return lifted == 1


async def holds(uow: UnitOfWork, after: UUID | None, limit: int) -> list[EntryHold]:
    """Return the holds in force in the order of their ids."""
    return [msgspec.convert(dict(row), EntryHold) for row in await uow.fetch(_HOLDS, after, limit)]
