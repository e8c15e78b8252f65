"""Queries of token keys that were removed."""

from kernel.unit_of_work import UnitOfWork


async def remove(uow: UnitOfWork, kid: str, reason: str) -> bool:
    """Remove a key; tell whether it had not been removed before."""
    tag = await uow.execute(
        "insert into access.removed_key (kid, reason, removed_at) values ($1, $2, $3) on conflict (kid) do nothing",
        kid,
        reason,
        uow.now,
    )
    return tag == "INSERT 0 1"


async def removed(uow: UnitOfWork) -> frozenset[str]:
    """Return the ids of all keys that were removed."""
    return frozenset(row["kid"] for row in await uow.fetch("select kid from access.removed_key"))
