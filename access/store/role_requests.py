"""Queries of role requests."""

from typing import Final
from uuid import UUID

import asyncpg

from access.errors import RoleRequestOpenError
from access.policy import ROLE_PERMISSIONS
from access.rules.scope import Scope
from access.values import RoleRequest
from access.vocabulary import AccountId, AccountStatus, Permission, Role
from kernel.unit_of_work import UnitOfWork

_PROPOSING: Final = frozenset({Permission.ACCOUNT_MANAGE, Permission.STAFF_PROVISION})
_COLUMNS: Final = "id, account, role, markets, brands, reason, requested_by, requested_at"


async def insert(
    uow: UnitOfWork, request: UUID, account: AccountId, role: Role, scope: Scope, reason: str, by: AccountId
) -> None:
    """Store a request that nobody has decided, and who knew the secret by then if it is a machine's.

    Raises:
        RoleRequestOpenError: the account has one; the transaction can only be rolled back.

    """
    try:
        await uow.execute(
            "insert into access.role_request"
            " (id, account, role, markets, brands, reason, requested_by, requested_at, secret_holder)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8,"
            " (select secret_shown_to from access.machine_client where account = $7))",
            request,
            account,
            role.value,
            sorted(scope.markets),
            sorted(scope.brands),
            reason,
            by,
            uow.now,
        )
    except asyncpg.UniqueViolationError:
        raise RoleRequestOpenError("This account has a request that nobody has decided.", field="account") from None


async def waiting(uow: UnitOfWork, within: Scope, after: UUID | None, limit: int) -> list[RoleRequest]:
    """Return at most ``limit`` undecided requests that lie in ``within``, the oldest first, those after ``after``.

    What the account has now lies there, too.
    """
    rows = await uow.fetch(
        f"select {_COLUMNS} from access.role_request as request"  # noqa: S608 - a constant
        " where decided_at is null and ('*' = any($1::text[]) or markets <@ $1::text[])"
        " and ('*' = any($4::text[]) or brands <@ $4::text[])"
        " and exists (select from access.account where account.id = request.account"
        " and ('*' = any($1::text[]) or account.markets <@ $1::text[])"
        " and ('*' = any($4::text[]) or account.brands <@ $4::text[]))"
        " and ($2::uuid is null or id > $2) order by id limit $3",
        sorted(within.markets),
        after,
        limit,
        sorted(within.brands),
    )
    return [_request(row) for row in rows]


async def lock(uow: UnitOfWork, request: UUID, *, approve: bool = False) -> RoleRequest | None:
    """Return a request that nobody has decided, and keep others from deciding it meanwhile.

    To ``approve``, it is as good as whoever made it: from somebody who was switched off since, or may propose no role
    any more, it is none.
    """
    row = await uow.fetchrow(
        f"select {_COLUMNS} from access.role_request as request where id = $1 and decided_at is null"  # noqa: S608 - a constant
        " and (not $2 or exists (select from access.account where account.id = request.requested_by"
        " and account.status = $3 and account.role = any($4))) for update of request",
        request,
        approve,
        AccountStatus.ACTIVE.value,
        [role.value for role, held in ROLE_PERMISSIONS.items() if held & _PROPOSING],
    )
    return None if row is None else _request(row)


async def secret_holder(uow: UnitOfWork, request: UUID) -> AccountId | None:
    """Return who knew the secret of the machine that made a request, then; None where a person did."""
    found = await uow.fetchval("select secret_holder from access.role_request where id = $1", request)
    return None if found is None else AccountId(found)


async def is_open(uow: UnitOfWork, account: AccountId) -> bool:
    """Tell whether a request for an account waits to be decided."""
    return bool(
        await uow.fetchval(
            "select exists (select from access.role_request where account = $1 and decided_at is null)", account
        )
    )


async def withdraw(uow: UnitOfWork, account: AccountId) -> UUID | None:
    """Remove the request for an account that nobody has decided, and return which it was; the trail knows it."""
    found: UUID | None = await uow.fetchval(
        "delete from access.role_request where account = $1 and decided_at is null returning id", account
    )
    return found


async def decide(uow: UnitOfWork, request: UUID, by: AccountId, *, approved: bool) -> None:
    """Note what was decided, and by whom."""
    await uow.execute(
        "update access.role_request set decided_by = $2, decided_at = $3, approved = $4 where id = $1",
        request,
        by,
        uow.now,
        approved,
    )


def _request(row: asyncpg.Record) -> RoleRequest:
    return RoleRequest(
        id=row["id"],
        account=AccountId(row["account"]),
        role=Role(row["role"]),
        markets=tuple(row["markets"]),
        brands=tuple(row["brands"]),
        reason=row["reason"],
        requested_by=AccountId(row["requested_by"]),
        requested_at=row["requested_at"],
    )
