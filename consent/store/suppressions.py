"""Addresses that are never to be used, as keyed hashes."""

from collections.abc import Sequence

from consent.vocabulary import AddressKind, SuppressionReason
from kernel.unit_of_work import UnitOfWork


async def insert(uow: UnitOfWork, indexes: Sequence[tuple[AddressKind, bytes]], reason: SuppressionReason) -> None:
    """Keep hashes; one that is there already stays as it is."""
    await uow.executemany(
        "insert into consent.suppression (id, kind, address_index, reason, recorded_at) values ($1, $2, $3, $4, $5)"
        " on conflict (kind, address_index) do nothing",
        [(uow.new_id(), kind, index, reason, uow.now) for kind, index in indexes],
    )


async def holds(uow: UnitOfWork, kind: AddressKind, index: bytes) -> bool:
    """Tell whether a hash is kept."""
    found: bool = await uow.fetchval(
        "select exists (select from consent.suppression where kind = $1 and address_index = $2)", kind, index
    )
    return found
