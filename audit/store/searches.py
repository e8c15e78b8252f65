"""Queries about saved searches."""

from uuid import UUID

import msgspec

from audit.values import EntryFilter, SavedSearch
from kernel.unit_of_work import UnitOfWork

_COLUMNS = "select id, name, filters, saved_at from audit.saved_search where account = $1"

_filters = msgspec.json.Decoder(EntryFilter).decode


async def insert_search(uow: UnitOfWork, account: UUID, search: SavedSearch, most: int) -> bool:
    """Store a search; return False, and store nothing, where the account has the name or ``most`` already."""
    done = await uow.execute(
        "insert into audit.saved_search (id, account, name, filters, saved_at) select $1, $2, $3, $4, $5"
        " where (select count(*) from audit.saved_search where account = $2) < $6"
        " on conflict (account, name) do nothing",
        search.id,
        account,
        search.name,
        msgspec.json.encode(search.filters),
        search.saved_at,
        most,
    )
    return done.endswith(" 1")


async def searches(uow: UnitOfWork, account: UUID) -> list[SavedSearch]:
    """Return an account's searches by name."""
    rows = await uow.fetch(f"{_COLUMNS} order by name", account)
    return [SavedSearch(**dict(row) | {"filters": _filters(row["filters"])}) for row in rows]


async def search(uow: UnitOfWork, account: UUID, identifier: UUID) -> SavedSearch | None:
    """Return one search of an account, or None."""
    row = await uow.fetchrow(f"{_COLUMNS} and id = $2", account, identifier)
    return None if row is None else SavedSearch(**dict(row) | {"filters": _filters(row["filters"])})


async def forget_search(uow: UnitOfWork, account: UUID, identifier: UUID) -> bool:
    """Take a search away; return False where the account has none like it."""
    gone: int = await uow.fetchval("select audit.forget_search($1, $2)", account, identifier)
    return gone == 1
