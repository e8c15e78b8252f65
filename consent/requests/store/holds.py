"""Legal holds, and the erasures that this database knows of."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from consent.request_values import LegalHold
from consent.request_vocabulary import HoldReason
from kernel.holdings import Holding
from kernel.unit_of_work import UnitOfWork

_COLUMNS: Final = 'id, holding as "table", record, reason, market, placed_at, released_at'
_WITHIN: Final = "('*' = any({place}::text[]) or market = any({place}::text[]))"


async def exists(uow: UnitOfWork, holding: Holding, record: UUID) -> bool:
    """Tell whether a table has this record."""
    sql = f"select exists (select from {holding.table} where {holding.key} = $1)"  # noqa: S608 - from a declaration in the code
    return bool(await uow.fetchval(sql, record))


async def market_of(uow: UnitOfWork, holding: Holding, record: UUID) -> str | None:
    """Return where the person is whom a record is about; None where that person is gone."""
    market: str | None = await uow.fetchval(
        f"select p.market from {holding.table} t join people.person p on p.id = t.person where t.{holding.key} = $1",  # noqa: S608 - from a declaration in the code
        record,
    )
    return market


async def place(
    uow: UnitOfWork, table: str, record: UUID, reason: HoldReason, market: str | None, account: UUID
) -> LegalHold:
    """Hold a record and return the hold; one that is held already stays as it is."""
    await uow.execute(
        "insert into consent.legal_hold (id, holding, record, reason, market, placed_by, placed_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (holding, record) where released_at is null do nothing",
        uow.new_id(),
        table,
        record,
        reason.value,
        market,
        account,
        uow.now,
    )
    row = await uow.fetchrow(
        f"select {_COLUMNS} from consent.legal_hold where holding = $1 and record = $2 and released_at is null",  # noqa: S608 - a constant
        table,
        record,
    )
    return msgspec.convert(dict(row or {}), LegalHold)


async def release(uow: UnitOfWork, hold: UUID, markets: Sequence[str], account: UUID) -> LegalHold | None:
    """End a hold and return it; None where none of this id is in force in these markets."""
    row = await uow.fetchrow(
        "update consent.legal_hold set released_by = $2, released_at = $3 where id = $1 and released_at is null"  # noqa: S608 - constants
        f" and {_WITHIN.format(place='$4')} returning {_COLUMNS}",
        hold,
        account,
        uow.now,
        list(markets),
    )
    return None if row is None else msgspec.convert(dict(row), LegalHold)


async def holds(uow: UnitOfWork, markets: Sequence[str], after: UUID | None, limit: int) -> list[LegalHold]:
    """Return the holds in force in these markets, in the order of their ids."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from consent.legal_hold where released_at is null and ($1::uuid is null or id > $1)"  # noqa: S608 - constants
        f" and {_WITHIN.format(place='$3')} order by id limit $2",
        after,
        limit,
        list(markets),
    )
    return [msgspec.convert(dict(row), LegalHold) for row in rows]


async def note_erasure(uow: UnitOfWork, request: UUID, person: UUID) -> None:
    """Note that somebody was erased in this database."""
    await uow.execute(
        "insert into consent.erasure (request, person, erased_at) values ($1, $2, $3)", request, person, uow.now
    )


async def unknown_erasures(uow: UnitOfWork, requests: Sequence[UUID]) -> set[UUID]:
    """Return those of ``requests`` whose erasure this database has neither done nor in hand."""
    rows = await uow.fetch(
        "select r.id from unnest($1::uuid[]) as r (id)"
        " where not exists (select from consent.erasure e where e.request = r.id)"
        " and not exists (select from consent.privacy_request p where p.id = r.id and p.state = 'in_progress')",
        requests,
    )
    return {row["id"] for row in rows}
