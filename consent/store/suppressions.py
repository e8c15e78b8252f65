"""Addresses that are never to be used, as keyed hashes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from consent.message_values import SuppressionView
from consent.vocabulary import AddressKind, LiftReason, SuppressionReason
from kernel.unit_of_work import UnitOfWork

_COLUMNS: Final = "id, kind, reason, recorded_at"


async def insert(uow: UnitOfWork, indexes: Sequence[tuple[AddressKind, bytes]], reason: SuppressionReason) -> None:
    """Keep hashes; one that is in force already stays as it is."""
    await uow.executemany(
        "insert into consent.suppression (id, kind, address_index, reason, recorded_at) values ($1, $2, $3, $4, $5)"
        " on conflict (kind, address_index) where lifted_at is null do nothing",
        [(uow.new_id(), kind, index, reason, uow.now) for kind, index in indexes],
    )


async def find(uow: UnitOfWork, kind: AddressKind, index: bytes) -> SuppressionView | None:
    """Return the suppression of a hash that is in force."""
    row = await uow.fetchrow(
        f"select {_COLUMNS} from consent.suppression"  # noqa: S608 - a constant of this file
        " where kind = $1 and address_index = $2 and lifted_at is null",
        kind,
        index,
    )
    return None if row is None else _view(row)


async def listed(uow: UnitOfWork, after: UUID | None, limit: int) -> list[SuppressionView]:
    """Return those in force, in the order of their ids."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from consent.suppression"  # noqa: S608 - a constant of this file
        " where lifted_at is null and ($1::uuid is null or id > $1) order by id limit $2",
        after,
        limit,
    )
    return [_view(row) for row in rows]


async def lift(uow: UnitOfWork, identifier: UUID, account: UUID, reason: LiftReason) -> SuppressionView | None:
    """End one and return it; None where none of this id is in force. The row stays, and says who and why."""
    row = await uow.fetchrow(
        "update consent.suppression set lifted_at = $4, lifted_by = $2, lift_reason = $3"  # noqa: S608 - a constant
        f" where id = $1 and lifted_at is null returning {_COLUMNS}",
        identifier,
        account,
        reason,
        uow.now,
    )
    return None if row is None else _view(row)


def _view(row: asyncpg.Record) -> SuppressionView:
    return msgspec.convert(dict(row), SuppressionView)
