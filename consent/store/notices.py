"""Notices, and what was shown of them to whom."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from consent.values import NewNotice, Notice, NoticeReference, Shown
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_REFERENCE: Final = "id, purpose, version, locale, sha256, market, status"
_SHOWN: Final = "id, person, notice, surface, shown_at"


async def insert(uow: UnitOfWork, notice: Notice) -> None:
    """Keep ``notice``; does nothing where its purpose, version and locale are taken."""
    await uow.execute(
        "insert into consent.notice_version (id, purpose, version, locale, market, status, text, sha256, published_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (purpose, version, locale) do nothing",
        notice.id,
        notice.purpose,
        notice.version,
        notice.locale,
        notice.market,
        notice.status,
        notice.text,
        notice.sha256,
        notice.published_at,
    )


async def redraft(uow: UnitOfWork, new: NewNotice, sha256: bytes) -> bool:
    """Replace the text of a staged notice; False where there is none that may still be changed."""
    done = await uow.execute(
        "update consent.notice_version set text = $4, sha256 = $5, published_at = $6"
        " where purpose = $1 and version = $2 and locale = $3 and status = 'staged'",
        new.purpose,
        new.version,
        new.locale,
        new.text,
        sha256,
        uow.now,
    )
    return done != "UPDATE 0"


async def get(uow: UnitOfWork, purpose: Purpose, version: int, locale: str) -> Notice | None:
    """Return one notice with its text."""
    row = await uow.fetchrow(
        "select * from consent.notice_version where purpose = $1 and version = $2 and locale = $3",
        purpose,
        version,
        locale,
    )
    return None if row is None else _notice(row)


async def by_ids(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, Notice]:
    """Return notices with their texts by their ids."""
    rows = await uow.fetch("select * from consent.notice_version where id = any($1::uuid[])", list(ids))
    return {row["id"]: _notice(row) for row in rows}


async def lock(uow: UnitOfWork, purpose: Purpose) -> None:
    """Let nobody else stage, publish or activate notices of ``purpose`` until this transaction ends."""
    await uow.execute("select pg_advisory_xact_lock(hashtextextended('consent.notice:' || $1, 0))", purpose)


async def retire(uow: UnitOfWork, purpose: Purpose, market: str | None, before: int) -> None:
    """Retire the active versions of one purpose and market that are older than ``before``, in all their languages."""
    await uow.execute(
        "update consent.notice_version set status = 'retired', retired_at = $4 where purpose = $1"
        " and market is not distinct from $2 and version < $3 and status = 'active'",
        purpose,
        market,
        before,
        uow.now,
    )


async def activate(uow: UnitOfWork, purpose: Purpose, version: int) -> int:
    """Make the staged notices of one version active; return how many there were."""
    done = await uow.execute(
        "update consent.notice_version set status = 'active', published_at = $3"
        " where purpose = $1 and version = $2 and status = 'staged'",
        purpose,
        version,
        uow.now,
    )
    return int(done.rpartition(" ")[2])


async def active(uow: UnitOfWork) -> list[Notice]:
    """Return every active notice, with texts."""
    return [_notice(row) for row in await uow.fetch("select * from consent.notice_version where status = 'active'")]


async def references(uow: UnitOfWork, purposes: Iterable[Purpose]) -> list[NoticeReference]:
    """Return all notices of ``purposes``, without texts."""
    rows = await uow.fetch(
        f"select {_REFERENCE} from consent.notice_version where purpose = any($1::text[])",  # noqa: S608 - a constant
        list(purposes),
    )
    return [msgspec.convert(dict(row), NoticeReference) for row in rows]


async def insert_shown(uow: UnitOfWork, shown: Sequence[Shown]) -> None:
    """Append showings."""
    if not shown:
        return
    await uow.execute(
        f"insert into consent.notice_shown ({_SHOWN}) select * from unnest("  # noqa: S608 - a constant of this file
        "$1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])",
        *zip(*(msgspec.structs.astuple(each) for each in shown), strict=True),
    )


async def shown(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, Shown]:
    """Return showings by their ids."""
    rows = await uow.fetch(
        f"select {_SHOWN} from consent.notice_shown where id = any($1::uuid[])",  # noqa: S608 - a constant
        list(ids),
    )
    return {row["id"]: msgspec.convert(dict(row), Shown) for row in rows}


async def last_shown(uow: UnitOfWork, person: PersonId, notices: Sequence[UUID], until: datetime) -> dict[UUID, Shown]:
    """Return the latest showing of each of ``notices`` to ``person``, up to ``until``."""
    rows = await uow.fetch(
        f"select distinct on (notice) {_SHOWN} from consent.notice_shown"  # noqa: S608 - a constant of this file
        " where person = $1 and notice = any($2::uuid[]) and shown_at <= $3 order by notice, shown_at desc, id desc",
        person,
        notices,
        until,
    )
    return {row["notice"]: msgspec.convert(dict(row), Shown) for row in rows}


def _notice(row: asyncpg.Record) -> Notice:
    return msgspec.convert(dict(row), Notice)
