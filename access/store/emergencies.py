"""Queries of emergency access."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from access.authority_errors import BreakGlassOpenError
from access.authority_values import BreakGlass
from access.vocabulary import AccountId, Finding, Role
from kernel.unit_of_work import UnitOfWork

_COLUMNS: Final = ", ".join(BreakGlass.__struct_fields__)


async def insert(uow: UnitOfWork, opened: BreakGlass) -> None:
    """Store an access that begins now; one that is over by itself makes room for it.

    Raises:
        BreakGlassOpenError: the account has one; the transaction can only be rolled back.

    """
    await uow.execute(
        "update access.break_glass set ended_at = ends_at, ended_by = account"
        " where account = $1 and ended_at is null and ends_at <= $2",
        opened.account,
        uow.now,
    )
    try:
        await uow.execute(
            "insert into access.break_glass (id, account, permission, market, reason, opened_at, ends_at)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            opened.id,
            opened.account,
            opened.permission,
            opened.market,
            opened.reason,
            opened.opened_at,
            opened.ends_at,
        )
    except asyncpg.UniqueViolationError:
        raise BreakGlassOpenError("This account has an emergency access that is open.") from None


async def unreviewed(uow: UnitOfWork, after: UUID | None, limit: int) -> list[BreakGlass]:
    """Return at most ``limit`` that nobody has reviewed, the oldest first, those after ``after``."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from access.break_glass"  # noqa: S608 - field names
        " where reviewed_at is null and ($1::uuid is null or id > $1) order by id limit $2",
        after,
        limit,
    )
    return [_converted(row) for row in rows]


async def lock(uow: UnitOfWork, identifier: UUID) -> BreakGlass | None:
    """Return one that nobody has reviewed, and keep others from it meanwhile."""
    row = await uow.fetchrow(
        f"select {_COLUMNS} from access.break_glass where id = $1 and reviewed_at is null for update",  # noqa: S608
        identifier,
    )
    return None if row is None else _converted(row)


async def open_of(uow: UnitOfWork, account: AccountId) -> UUID | None:
    """Return which access of ``account`` is open now."""
    found = await uow.fetchval(
        "select id from access.break_glass where account = $1 and ended_at is null and ends_at > $2", account, uow.now
    )
    return None if found is None else UUID(str(found))


async def is_unreviewed(uow: UnitOfWork, account: AccountId) -> bool:
    """Tell whether an access of ``account`` is over that nobody has reviewed."""
    return bool(
        await uow.fetchval(
            "select exists (select from access.break_glass where account = $1 and reviewed_at is null"
            " and (ended_at is not null or ends_at <= $2))",
            account,
            uow.now,
        )
    )


async def end(uow: UnitOfWork, identifier: UUID, by: AccountId) -> None:
    """Note that it was ended now, and by whom."""
    await uow.execute(
        "update access.break_glass set ended_at = $2, ended_by = $3 where id = $1 and ended_at is null",
        identifier,
        uow.now,
        by,
    )


async def review(uow: UnitOfWork, identifier: UUID, by: AccountId, finding: Finding, words: str) -> None:
    """Note what somebody else thinks of it."""
    await uow.execute(
        "update access.break_glass set finding = $2, words = $3, reviewed_by = $4, reviewed_at = $5,"
        " ended_at = coalesce(ended_at, ends_at), ended_by = coalesce(ended_by, account) where id = $1",
        identifier,
        finding.value,
        words,
        by,
        uow.now,
    )


async def holders(uow: UnitOfWork, roles: Sequence[Role], but: AccountId) -> list[AccountId]:
    """Return the active accounts of these roles, without one."""
    rows = await uow.fetch(
        "select id from access.account where role = any($1) and status = 'active' and id <> $2 order by id",
        [role.value for role in roles],
        but,
    )
    return [AccountId(row[0]) for row in rows]


def _converted(row: asyncpg.Record) -> BreakGlass:
    return msgspec.convert(dict(row), BreakGlass)
