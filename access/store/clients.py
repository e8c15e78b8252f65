"""Queries of machine clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from access.rules.scope import Scope
from access.values import MachineClient
from access.vocabulary import AccountId, AccountStatus, Permission, Role
from kernel.unit_of_work import UnitOfWork


class StoredClient(NamedTuple):
    """A machine client with its account's status; ``usable``: neither revoked nor expired."""

    account: AccountId
    status: AccountStatus
    secret_hash: bytes
    usable: bool
    expires_at: datetime | None


async def insert(
    uow: UnitOfWork,
    client: UUID,
    account: AccountId,
    *,
    name: str,
    secret_hash: bytes,
    permissions: Sequence[Permission] | None,
    expires_at: datetime | None,
    shown_to: AccountId | None,
) -> None:
    """Store a machine client whose secret was ``shown_to`` an account, or at a terminal."""
    await uow.execute(
        "insert into access.machine_client"
        " (id, account, name, secret_hash, created_at, permissions, expires_at, secret_shown_to)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        client,
        account,
        name,
        secret_hash,
        uow.now,
        None if permissions is None else [permission.value for permission in permissions],
        expires_at,
        shown_to,
    )


async def secret_shown_to(uow: UnitOfWork, account: AccountId) -> AccountId | None:
    """Return who saw the secret of the machine with this account; None for people, and at a terminal."""
    found = await uow.fetchval("select secret_shown_to from access.machine_client where account = $1", account)
    return None if found is None else AccountId(found)


async def client(uow: UnitOfWork, client: UUID) -> StoredClient | None:
    """Return a machine client, and keep its account as it is until the transaction ends."""
    row = await uow.fetchrow(
        "select account.id, account.status, client.secret_hash,"
        " client.revoked_at is null and (client.expires_at is null or client.expires_at > $2), client.expires_at"
        " from access.machine_client as client"
        " join access.account on account.id = client.account where client.id = $1 for no key update of account",
        client,
        uow.now,
    )
    return None if row is None else StoredClient(AccountId(row[0]), AccountStatus(row[1]), *row[2:])


async def used(uow: UnitOfWork, client: UUID) -> None:
    """Note that a client signed in now."""
    await uow.execute("update access.machine_client set last_used_at = $2 where id = $1", client, uow.now)


async def clients(uow: UnitOfWork, within: Scope, after: UUID | None, limit: int) -> list[MachineClient]:
    """Return at most ``limit`` machine clients that lie in ``within``, the oldest first, those after ``after``."""
    rows = await uow.fetch(
        "select client.id, client.account, client.name, account.role, account.markets, account.brands,"
        " client.permissions, client.created_at, client.expires_at, client.last_used_at, client.revoked_at"
        " from access.machine_client as client join access.account on account.id = client.account"
        " where ('*' = any($1::text[]) or account.markets <@ $1::text[]) and ('*' = any($4::text[])"
        " or account.brands <@ $4::text[]) and ($2::uuid is null or client.id > $2) order by client.id limit $3",
        sorted(within.markets),
        after,
        limit,
        sorted(within.brands),
    )
    return [
        MachineClient(
            id=row["id"],
            account=AccountId(row["account"]),
            name=row["name"],
            role=Role(row["role"]),
            markets=tuple(row["markets"]),
            brands=tuple(row["brands"]),
            permissions=None if row["permissions"] is None else tuple(map(Permission, row["permissions"])),
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            last_used_at=row["last_used_at"],
            revoked_at=row["revoked_at"],
        )
        for row in rows
    ]


async def replace_secret(
    uow: UnitOfWork, client: UUID, secret_hash: bytes, expires_at: datetime | None, shown_to: AccountId
) -> bool:
    """Replace the secret of a client that was not revoked; tell whether there is one."""
    tag = await uow.execute(
        "update access.machine_client set secret_hash = $2, expires_at = $3, secret_shown_to = $4"
        " where id = $1 and revoked_at is null",
        client,
        secret_hash,
        expires_at,
        shown_to,
    )
    return tag == "UPDATE 1"


async def revoke(uow: UnitOfWork, client: UUID) -> bool:
    """Revoke a client for good; tell whether it was not revoked before."""
    tag = await uow.execute(
        "update access.machine_client set revoked_at = $2 where id = $1 and revoked_at is null", client, uow.now
    )
    return tag == "UPDATE 1"
