"""Queries of approvals."""

from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from access.authority_values import Approval
from access.policy import ROLE_PERMISSIONS
from access.rules.four_eyes import HOLDS, WAITS, state
from access.vocabulary import AccountId, AccountStatus, Permission
from kernel.unit_of_work import UnitOfWork

_COLUMNS: Final = "id, operation, body, reason, requested_by, requested_at, decided_by, decided_at, approved, used_at"


async def insert(uow: UnitOfWork, asked: Approval, body: bytes, digest: bytes) -> None:
    """Store a question that nobody has answered."""
    await uow.execute(
        "insert into access.approval (id, operation, body, digest, reason, requested_by, requested_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        asked.id,
        asked.operation,
        body.decode(),
        digest,
        asked.reason,
        asked.requested_by,
        asked.requested_at,
    )


async def waiting(uow: UnitOfWork, after: UUID | None, limit: int) -> list[Approval]:
    """Return at most ``limit`` questions that wait, the oldest first, those after ``after``."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from access.approval"  # noqa: S608 - a constant
        " where decided_at is null and requested_at > $1 and ($2::uuid is null or id > $2) order by id limit $3",
        uow.now - WAITS,
        after,
        limit,
    )
    return [_approval(uow, row) for row in rows]


async def approval(uow: UnitOfWork, identifier: UUID, *, lock: bool = False) -> Approval | None:
    """Return a question; with ``lock``, nobody else answers it meanwhile."""
    suffix = " for update" if lock else ""
    row = await uow.fetchrow(f"select {_COLUMNS} from access.approval where id = $1{suffix}", identifier)  # noqa: S608
    return None if row is None else _approval(uow, row)


async def decide(uow: UnitOfWork, identifier: UUID, by: AccountId, *, approved: bool) -> None:
    """Note what was decided, and by whom."""
    await uow.execute(
        "update access.approval set decided_by = $2, decided_at = $3, approved = $4 where id = $1",
        identifier,
        by,
        uow.now,
        approved,
    )


async def use(uow: UnitOfWork, identifier: UUID, by: AccountId, digest: bytes) -> AccountId | None:
    """Use an approval up and return who gave it; None when it does not cover this. Of many at once one succeeds.

    It is as good as whoever gave it: from somebody who was switched off since, or may give none any more, it is none.
    """
    found = await uow.fetchval(
        "update access.approval set used_at = $4 where id = $1 and requested_by = $2 and digest = $3"
        " and approved and used_at is null and decided_at > $5"
        " and exists (select from access.account where account.id = decided_by and status = $6 and role = any($7))"
        " returning decided_by",
        identifier,
        by,
        digest,
        uow.now,
        uow.now - HOLDS,
        AccountStatus.ACTIVE.value,
        [role.value for role, held in ROLE_PERMISSIONS.items() if Permission.APPROVAL_DECIDE in held],
    )
    return None if found is None else AccountId(found)


def _approval(uow: UnitOfWork, row: asyncpg.Record) -> Approval:
    stands = state(
        row["requested_at"], row["decided_at"], uow.now, approved=row["approved"], used=row["used_at"] is not None
    )
    return Approval(
        id=row["id"],
        operation=row["operation"],
        body=msgspec.json.decode(row["body"]),
        reason=row["reason"],
        state=stands,
        requested_by=AccountId(row["requested_by"]),
        requested_at=row["requested_at"],
        decided_by=None if row["decided_by"] is None else AccountId(row["decided_by"]),
        decided_at=row["decided_at"],
    )
