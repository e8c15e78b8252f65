"""Queries about retention and legal holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from audit.values import EntryHold
from kernel.unit_of_work import UnitOfWork

_HOLDS: Final = (
    "select id, first_index, end_index, reason, placed_by, placed_at from audit.hold"
    " where lifted_at is null and ($1::uuid is null or id > $1) order by id limit $2"
)


async def remove_expired(uow: UnitOfWork, days: Mapping[str, int]) -> list[tuple[int, str]]:
    """Remove the content of some entries whose kind's days are over; return their indexes, which grow, and kinds."""
    rows = await uow.fetch("select index, kind from audit.remove_expired($1, $2)", [*days], [*days.values()])
    return [(row["index"], row["kind"]) for row in rows]


async def minimum_index(uow: UnitOfWork) -> int:
    """Return the index below which content may have been removed, a multiple of 256 (c2sp.org/tlog-tiles, Pruning)."""
    index: int = await uow.fetchval("select coalesce(max(index), 0) from audit.minimum")
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
