"""Queries of accounts."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from access.errors import AccountExistsError
from access.rules.scope import Scope
from access.values import Credential
from access.vocabulary import AccountId, AccountStatus, Role
from kernel.unit_of_work import UnitOfWork
from people import PersonId

_NOBODY: Final = UUID(int=0)
"""Looked for when nobody is known, so that the same queries run either way."""


async def insert_account(
    uow: UnitOfWork,
    account: AccountId,
    person: PersonId | None,
    role: Role,
    scope: Scope,
    password_hash: str | None,
) -> None:
    """Store an active account.

    Raises:
        AccountExistsError: the person has one; the transaction can only be rolled back.

    """
    try:
        await uow.execute(
            "insert into access.account (id, person, role, markets, brands, status, password_hash, created_at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8)",
            account,
            person,
            role.value,
            sorted(scope.markets),
            sorted(scope.brands),
            AccountStatus.ACTIVE.value,
            password_hash,
            uow.now,
        )
    except asyncpg.UniqueViolationError:
        raise AccountExistsError("This person has an account already.", field="person") from None


async def account_of(uow: UnitOfWork, person: PersonId) -> AccountId | None:
    """Return the account of ``person``."""
    found = await uow.fetchval("select id from access.account where person = $1", person)
    return None if found is None else AccountId(found)


async def staff_among(uow: UnitOfWork, persons: Collection[PersonId]) -> set[PersonId]:
    """Return which of these people have an account with a role other than an HCP's."""
    rows = await uow.fetch(
        "select person from access.account where person = any($1) and role <> $2", list(persons), Role.HCP.value
    )
    return {PersonId(row["person"]) for row in rows}


async def person_of(uow: UnitOfWork, account: AccountId) -> PersonId | None:
    """Return whose account it is; None for machines and where there is none."""
    found = await uow.fetchval("select person from access.account where id = $1", account)
    return None if found is None else PersonId(found)


async def scope_of(uow: UnitOfWork, account: AccountId) -> Scope | None:
    """Return the markets and brands of an account; None where there is none."""
    row = await uow.fetchrow("select markets, brands from access.account where id = $1", account)
    return None if row is None else Scope(frozenset(row["markets"]), frozenset(row["brands"]))


async def role_of(uow: UnitOfWork, account: AccountId) -> Role:
    """Return the role of an account that exists."""
    return Role(await uow.fetchval("select role from access.account where id = $1", account))


async def status_of(uow: UnitOfWork, account: AccountId) -> AccountStatus:
    """Return the status of an account that exists."""
    return AccountStatus(await uow.fetchval("select status from access.account where id = $1", account))


async def agreed(uow: UnitOfWork, account: AccountId) -> bool:
    """Tell whether an account may be switched on: somebody agreed to its role, or it needs nobody to agree.

    HCPs and machines need nobody. Staff with a password came in by an invitation, which was agreed to, or were made at
    the terminal. Of anybody else the newest request counts: one that waits is not agreed to, whatever was before.
    """
    found = await uow.fetchval(
        "select person is null or role = 'hcp' or password_hash is not null or (select approved"
        " from access.role_request where role_request.account = account.id order by role_request.id desc limit 1)"
        " from access.account where id = $1",
        account,
    )
    return found is True


async def credential(uow: UnitOfWork, person: PersonId | None) -> Credential:
    """Return how the account of ``person`` signs in; an empty credential where there is none."""
    row = await uow.fetchrow(
        "select id, person, status, password_hash, exists (select from access.session"
        " where session.account = account.id and session.address = $2) as familiar"
        " from access.account where person = $1",
        person or _NOBODY,
        uow.origin.address,
    )
    if row is None:
        return Credential()
    return Credential(
        account=AccountId(row["id"]),
        person=PersonId(row["person"]),
        status=AccountStatus(row["status"]),
        password_hash=row["password_hash"],
        familiar=row["familiar"],
    )


async def still_stands(uow: UnitOfWork, known: Credential) -> bool:
    """Tell whether ``known`` is active and has the same password hash, and keep it so until the transaction ends."""
    found = await uow.fetchval(
        "select true from access.account where id = $1 and status = 'active' and password_hash = $2 for no key update",
        known.account,
        known.password_hash,
    )
    return found is True


async def set_password_hash(uow: UnitOfWork, account: AccountId, password_hash: str) -> bool:
    """Replace the hash; tell whether there is such an account, with a person who can have a password."""
    tag = await uow.execute(
        "update access.account set password_hash = $2 where id = $1 and person is not null", account, password_hash
    )
    return tag == "UPDATE 1"


async def set_status(uow: UnitOfWork, account: AccountId, status: AccountStatus) -> bool:
    """Switch the account on or off; tell whether it exists."""
    tag = await uow.execute("update access.account set status = $2 where id = $1", account, status.value)
    return tag == "UPDATE 1"


async def give_up_unconfirmed(uow: UnitOfWork, before: datetime, most: int) -> list[tuple[AccountId, PersonId]]:
    """Switch off HCPs' accounts pending since ``before``, with no letter since; return them and whose they are.

    Whoever confirms one at this moment keeps it: it is passed over.
    """
    rows = await uow.fetch(
        "update access.account set status = $3 where id in (select id from access.account where status = $4"
        " and role = $5 and person is not null and created_at < $1"
        " and not exists (select from access.letter where letter.account = account.id and letter.created_at >= $1)"
        " order by id limit $2 for update skip locked) returning id, person",
        before,
        most,
        AccountStatus.DISABLED.value,
        AccountStatus.PENDING.value,
        Role.HCP.value,
    )
    return [(AccountId(row["id"]), PersonId(row["person"])) for row in rows]


async def lock_status(uow: UnitOfWork, account: AccountId) -> AccountStatus | None:
    """Return the status of an account, and keep it until the transaction ends; None where there is none."""
    found = await uow.fetchval("select status from access.account where id = $1 for no key update", account)
    return None if found is None else AccountStatus(found)


async def set_role(uow: UnitOfWork, account: AccountId, role: Role, scope: Scope) -> None:
    """Replace role and scope."""
    await uow.execute(
        "update access.account set role = $2, markets = $3, brands = $4 where id = $1",
        account,
        role.value,
        sorted(scope.markets),
        sorted(scope.brands),
    )


async def lock_account(uow: UnitOfWork, account: AccountId) -> tuple[PersonId | None, Role] | None:
    """Return whose account it is and its role, and keep it as it is until the transaction ends."""
    row = await uow.fetchrow("select person, role from access.account where id = $1 for no key update", account)
    if row is None:
        return None
    return None if row["person"] is None else PersonId(row["person"]), Role(row["role"])
