"""Every query of consent; each takes the unit of work and returns values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from consent.tables import NoticeVersion
from consent.values import ConsentEvent, Notice, NoticeReference, Record
from consent.vocabulary import Answer, Purpose
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

Standing = dict[tuple[PersonId, Purpose], Record]

_EVENT_COLUMNS: Final = (
    "id, person, purpose, state, notice, notice_version, method, evidence, evidence_sha256, actor, on_behalf_of,"
    " occurred_at, received_at, expires_at"
)
_STANDING_COLUMNS: Final = "event, person, purpose, state, notice_version, decided_at, received_at, expires_at"


async def insert_notice(uow: UnitOfWork, notice: Notice) -> None:
    """Keep ``notice``; does nothing where its purpose, version and locale are taken."""
    await uow.execute(
        "insert into consent.notice_version (id, purpose, version, locale, text, sha256, published_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (purpose, version, locale) do nothing",
        notice.id,
        notice.purpose,
        notice.version,
        notice.locale,
        notice.text,
        notice.sha256,
        notice.published_at,
    )


async def notice(uow: UnitOfWork, purpose: Purpose, version: int, locale: str) -> Notice | None:
    """Return one notice with its text."""
    row = await uow.fetchrow(
        "select * from consent.notice_version where purpose = $1 and version = $2 and locale = $3",
        purpose,
        version,
        locale,
    )
    return None if row is None else msgspec.convert(dict(row), Notice)


async def newest_notices(uow: UnitOfWork) -> list[Notice]:
    """Return every translation of the highest version of each purpose, with texts."""
    rows = await uow.fetch(
        "select * from consent.notice_version where (purpose, version) in"
        " (select purpose, max(version) from consent.notice_version group by purpose)"
    )
    return [msgspec.convert(dict(row), Notice) for row in rows]


async def notice_references(purposes: Iterable[Purpose]) -> list[NoticeReference]:
    """Return all notices of ``purposes``, without texts."""
    table = NoticeVersion
    rows = await table.select(table.id, table.purpose, table.version, table.locale).where(
        table.purpose.is_in([purpose.value for purpose in purposes])
    )
    return msgspec.convert(rows, list[NoticeReference])


async def standing(uow: UnitOfWork, persons: Sequence[PersonId], purposes: Sequence[Purpose]) -> Standing:
    """Return how each person stands towards each purpose; an unanswered one has no key."""
    rows = await uow.fetch(
        f"select {_STANDING_COLUMNS}, exists (select from consent.restriction r"  # noqa: S608 - a constant of this file
        " where r.person = c.person and r.lifted_at is null) as restricted from consent.current_state c"
        " where person = any($1::uuid[]) and purpose = any($2::text[])",
        persons,
        purposes,
    )
    return _standing(rows)


async def insert_events(uow: UnitOfWork, events: Sequence[ConsentEvent]) -> None:
    """Append ``events``."""
    columns: Iterable[tuple[object, ...]] = zip(*(msgspec.structs.astuple(event) for event in events), strict=True)
    await uow.execute(
        f"insert into consent.event ({_EVENT_COLUMNS}) select * from unnest("  # noqa: S608 - a constant of this file
        "$1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::bytea[],"
        " $10::uuid[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[])",
        *columns,
    )


async def put_standing(uow: UnitOfWork, changed: Mapping[tuple[PersonId, Purpose], Record]) -> None:
    """Write how people stand now; the caller holds their locks, or the whole projection's."""
    rows = [
        (
            record.event,
            person,
            purpose,
            record.state,
            record.notice_version,
            record.decided_at,
            record.received_at,
            record.expires_at,
        )
        for (person, purpose), record in changed.items()
    ]
    if not rows:
        return
    await uow.execute(
        f"insert into consent.current_state ({_STANDING_COLUMNS}) select * from unnest("  # noqa: S608 - a constant
        "$1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::timestamptz[],"
        " $8::timestamptz[])"
        " on conflict (person, purpose) do update set event = excluded.event, state = excluded.state,"
        " notice_version = excluded.notice_version, decided_at = excluded.decided_at,"
        " received_at = excluded.received_at, expires_at = excluded.expires_at",
        *zip(*rows, strict=True),
    )


async def lock_projection(uow: UnitOfWork) -> None:
    """Let nobody else write the projection until this transaction ends; readers go on."""
    await uow.execute("lock table consent.current_state in share row exclusive mode")


async def persons_after(uow: UnitOfWork, last: UUID, limit: int) -> list[PersonId]:
    """Return the next people, in id order, who have any event or any line in the projection."""
    rows = await uow.fetch(
        "(select distinct person from consent.event where person > $1 order by person limit $2)"
        " union (select distinct person from consent.current_state where person > $1 order by person limit $2)"
        " order by person limit $2",
        last,
        limit,
    )
    return [PersonId(row["person"]) for row in rows]


async def events_of(uow: UnitOfWork, persons: Sequence[PersonId]) -> list[ConsentEvent]:
    """Return every event of ``persons``, in no order."""
    rows = await uow.fetch(
        f"select {_EVENT_COLUMNS} from consent.event where person = any($1::uuid[])",  # noqa: S608 - a constant
        persons,
    )
    return [msgspec.convert(dict(row), ConsentEvent) for row in rows]


async def remove_standing(uow: UnitOfWork, keys: Sequence[tuple[PersonId, Purpose]]) -> None:
    """Remove lines of the projection that no event stands behind."""
    await uow.execute(
        "delete from consent.current_state c using unnest($1::uuid[], $2::text[]) as k (person, purpose)"
        " where c.person = k.person and c.purpose = k.purpose",
        [person for person, _ in keys],
        [purpose for _, purpose in keys],
    )


def _standing(rows: Iterable[asyncpg.Record]) -> Standing:
    return {
        (PersonId(row["person"]), Purpose(row["purpose"])): Record(
            state=Answer(row["state"]),
            notice_version=row["notice_version"],
            event=row["event"],
            decided_at=row["decided_at"],
            received_at=row["received_at"],
            expires_at=row["expires_at"],
            restricted=row["restricted"],
        )
        for row in rows
    }
