"""Answers as they were given, and how people stand by them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from consent.values import ConsentEvent, Lapsed, Question, Record
from consent.vocabulary import Answer, Channel, Purpose
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

Standing = dict[tuple[PersonId, Purpose], Record]
"""How people stand towards purposes as a whole: answers about no channel and no topic in particular."""

_EVENT_COLUMNS: Final = (
    "id, person, purpose, state, notice, notice_version, method, evidence, evidence_sha256, actor, on_behalf_of,"
    " occurred_at, received_at, expires_at, channel, topic, basis, shown, proxy, proxy_document_sha256, proxy_scope,"
    " proxy_expires_at"
)
_STANDING_COLUMNS: Final = (
    "event, person, purpose, state, notice_version, decided_at, received_at, expires_at, channel, topic"
)


_STANDING: Final = (
    f"select {_STANDING_COLUMNS}, exists (select from consent.restriction r"  # noqa: S608 - a constant of this file
    " where r.person = c.person and r.lifted_at is null) as restricted from consent.current_state c"
    " where person = any($1::uuid[]) and purpose = any($2::text[])"
)


# Whoever had processing restricted and answered nothing: the restriction's request stands where the event would.
_RESTRICTED: Final = """
 union all select r.request, r.person, p.purpose, 'denied', null, r.since, r.since, null, null, null, true
from consent.restriction r cross join unnest($2::text[]) as p (purpose)
where r.person = any($1::uuid[]) and r.lifted_at is null and not exists (
    select from consent.current_state c where c.person = r.person and c.purpose = p.purpose
    and c.channel is null and c.topic is null)
"""


async def standing(uow: UnitOfWork, persons: Sequence[PersonId], purposes: Sequence[Purpose]) -> Standing:
    """Return how each person stands towards each purpose as a whole; an unanswered one has no key.

    Whoever had processing restricted has one all the same: it says so, and names the restriction as its event.
    """
    rows = await uow.fetch(
        f"{_STANDING} and channel is null and topic is null{_RESTRICTED}",
        persons,
        purposes,
    )
    return {(PersonId(row["person"]), Purpose(row["purpose"])): _record(row) for row in rows}


async def answers(uow: UnitOfWork, persons: Sequence[PersonId], purposes: Sequence[Purpose]) -> dict[Question, Record]:
    """Return how each person stands towards each purpose, each channel and topic that they said something about."""
    rows = await uow.fetch(
        _STANDING,
        persons,
        purposes,
    )
    return {_question(row): _record(row) for row in rows}


async def insert_events(uow: UnitOfWork, events: Sequence[ConsentEvent]) -> None:
    """Append ``events``. An authority's scope is a list in a row, which no ``unnest`` of columns can carry."""
    places = ", ".join(f"${number}" for number in range(1, len(ConsentEvent.__struct_fields__) + 1))
    await uow.executemany(
        f"insert into consent.event ({_EVENT_COLUMNS}) values ({places})",  # noqa: S608 - constants of this file
        [msgspec.structs.astuple(event) for event in events],
    )


async def put_standing(uow: UnitOfWork, changed: Mapping[Question, Record]) -> None:
    """Write how people stand now; the caller holds their locks, or the whole projection's."""
    rows = [
        (
            record.event,
            question.person,
            question.purpose,
            record.state,
            record.notice_version,
            record.decided_at,
            record.received_at,
            record.expires_at,
            question.channel,
            question.topic,
        )
        for question, record in changed.items()
    ]
    if not rows:
        return
    await uow.execute(
        f"insert into consent.current_state ({_STANDING_COLUMNS}) select * from unnest("  # noqa: S608 - a constant
        "$1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::timestamptz[],"
        " $8::timestamptz[], $9::text[], $10::text[])"
        " on conflict (person, purpose, channel, topic) do update set event = excluded.event, state = excluded.state,"
        " notice_version = excluded.notice_version, decided_at = excluded.decided_at,"
        " received_at = excluded.received_at, expires_at = excluded.expires_at, lapsed_at = null",
        *zip(*rows, strict=True),
    )


async def take_lapsed(uow: UnitOfWork, most: int) -> list[Lapsed]:
    """Mark up to ``most`` grants that ran out and still count, and return those whose end nobody had recorded yet.

    Rows that somebody else works on are passed over: whoever answers meanwhile decides what counts.
    """
    rows = await uow.fetch(
        "with due as (select event from consent.current_state where state = 'granted' and lapsed_at is null"
        "   and expires_at is not null and expires_at <= $1 order by expires_at limit $2 for update skip locked),"
        " marked as (update consent.current_state c set lapsed_at = $1 from due where c.event = due.event"
        "   returning c.event, c.person, c.purpose, c.expires_at),"
        " kept as (insert into consent.lapse (event, person, ended_at, recorded_at)"
        "   select event, person, expires_at, $1 from marked on conflict (event) do nothing returning event)"
        " select marked.* from marked join kept using (event)",
        uow.now,
        most,
    )
    return [msgspec.convert(dict(row), Lapsed) for row in rows]


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


async def event(uow: UnitOfWork, identifier: UUID) -> ConsentEvent | None:
    """Return one answer."""
    row = await uow.fetchrow(
        f"select {_EVENT_COLUMNS} from consent.event where id = $1",  # noqa: S608 - a constant of this file
        identifier,
    )
    return None if row is None else msgspec.convert(dict(row), ConsentEvent)


async def remove_standing(uow: UnitOfWork, questions: Collection[Question]) -> None:
    """Remove lines of the projection that no event stands behind."""
    if not questions:
        return
    await uow.execute(
        "delete from consent.current_state c using unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
        " as k (person, purpose, channel, topic) where c.person = k.person and c.purpose = k.purpose"
        " and c.channel is not distinct from k.channel and c.topic is not distinct from k.topic",
        *zip(*questions, strict=True),
    )


def _question(row: asyncpg.Record) -> Question:
    channel = None if row["channel"] is None else Channel(row["channel"])
    return Question(PersonId(row["person"]), Purpose(row["purpose"]), channel, row["topic"])


def _record(row: asyncpg.Record) -> Record:
    return Record(
        state=Answer(row["state"]),
        notice_version=row["notice_version"],
        event=row["event"],
        decided_at=row["decided_at"],
        received_at=row["received_at"],
        expires_at=row["expires_at"],
        restricted=row["restricted"],
    )
