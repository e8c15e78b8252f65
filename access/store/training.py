"""Queries of training."""

from datetime import datetime
from uuid import UUID

from access.vocabulary import AccountId
from kernel.unit_of_work import UnitOfWork


async def insert(uow: UnitOfWork, account: AccountId, item: UUID, completed_at: datetime, by: AccountId) -> bool:
    """Store that a module was completed; tell whether that was new."""
    tag = await uow.execute(
        "insert into access.training (id, account, item, completed_at, recorded_by, recorded_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict (account, item, completed_at) do nothing",
        uow.new_id(),
        account,
        item,
        completed_at,
        by,
        uow.now,
    )
    return tag == "INSERT 0 1"


async def trained_at(uow: UnitOfWork, account: AccountId) -> datetime | None:
    """Return when ``account`` last completed a module."""
    found: datetime | None = await uow.fetchval(
        "select max(completed_at) from access.training where account = $1", account
    )
    return found
