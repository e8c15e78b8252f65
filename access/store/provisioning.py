"""Queries of accounts that a directory keeps."""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from access.vocabulary import AccountId, AccountStatus, Role
from kernel.unit_of_work import UnitOfWork
from people import PersonId

_COLUMNS = (
    "account.id, account.person, account.status, account.password_hash is not null as opened, provisioned.user_type,"
    " provisioned.created_at, provisioned.changed_at, provisioned.deactivated_at is not null as deactivated"
    " from access.provisioned join access.account on account.id = provisioned.account"
)


class StoredUser(NamedTuple):
    """An account that a directory keeps; ``opened``: its owner chose a password, ``deactivated``: by the directory."""

    account: AccountId
    person: PersonId
    status: AccountStatus
    opened: bool
    user_type: Role
    created_at: datetime
    changed_at: datetime
    deactivated: bool


async def insert(uow: UnitOfWork, account: AccountId, client: AccountId, user_type: Role) -> None:
    """Note that ``client`` keeps an account."""
    await uow.execute(
        "insert into access.provisioned (account, client, user_type, created_at, changed_at)"
        " values ($1, $2, $3, $4, $4)",
        account,
        client,
        user_type.value,
        uow.now,
    )


async def lock(uow: UnitOfWork, account: AccountId, client: AccountId) -> StoredUser | None:
    """Return an account that ``client`` keeps, and keep it as it is until the transaction ends."""
    row = await uow.fetchrow(
        f"select {_COLUMNS} where provisioned.account = $1 and provisioned.client = $2"
        " for no key update of account, provisioned",
        account,
        client,
    )
    return None if row is None else _user(row)


async def find(uow: UnitOfWork, account: AccountId, client: AccountId) -> StoredUser | None:
    """Return an account that ``client`` keeps."""
    row = await uow.fetchrow(
        f"select {_COLUMNS} where provisioned.account = $1 and provisioned.client = $2",
        account,
        client,
    )
    return None if row is None else _user(row)


async def page(uow: UnitOfWork, client: AccountId, offset: int, limit: int) -> tuple[list[StoredUser], int]:
    """Return at most ``limit`` accounts that ``client`` keeps, the oldest first, and how many there are."""
    rows = await uow.fetch(
        f"select {_COLUMNS} where provisioned.client = $1 order by account.id offset $2 limit $3",
        client,
        offset,
        limit,
    )
    total = await uow.fetchval("select count(*) from access.provisioned where client = $1", client)
    return [_user(row) for row in rows], int(total)


async def note_change(uow: UnitOfWork, account: AccountId, *, deactivated: bool) -> None:
    """Note that a directory changed an account, and whether it keeps it switched off."""
    await uow.execute(
        "update access.provisioned set changed_at = $2, deactivated_at ="
        " case when $3 then coalesce(deactivated_at, $2) end where account = $1",
        account,
        uow.now,
        deactivated,
    )


async def leave_to_staff(uow: UnitOfWork, account: AccountId) -> None:
    """Note that staff switched an account on or off: it is no longer as its directory left it."""
    await uow.execute("update access.provisioned set deactivated_at = null where account = $1", account)


async def remove(uow: UnitOfWork, account: AccountId) -> None:
    """Note that no directory keeps an account any more."""
    await uow.execute("delete from access.provisioned where account = $1", account)


def _user(row: asyncpg.Record) -> StoredUser:
    return StoredUser(
        account=AccountId(row["id"]),
        person=PersonId(row["person"]),
        status=AccountStatus(row["status"]),
        opened=row["opened"],
        user_type=Role(row["user_type"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        deactivated=row["deactivated"],
    )
