"""Requests and their steps."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from consent.request_values import PrivacyRequest, Step
from consent.request_vocabulary import RefusalReason, RequestState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_COLUMNS: Final = PrivacyRequest.__struct_fields__
_INSERT: Final = (
    f"insert into consent.privacy_request ({', '.join(_COLUMNS)})"  # noqa: S608 - constants
    f" values ({', '.join(f'${number}' for number in range(1, len(_COLUMNS) + 1))})"
    " on conflict (person, type) where state in ('received', 'paused', 'in_progress') do nothing returning true"
)
_CHANGED: Final = _COLUMNS[_COLUMNS.index("state") :]
_UPDATE: Final = (
    "update consent.privacy_request set"  # noqa: S608 - constants
    f" {', '.join(f'{name} = ${n}' for n, name in enumerate(_CHANGED, 2))}"
    " where id = $1"
)

# In no order: a request whose step fails again and again must not keep all others from being done.
_NEXT_STEP: Final = """
select s.request from consent.request_step s join consent.privacy_request r on r.id = s.request
where s.finished_at is null and r.state = 'in_progress'
order by random() limit 1 for update of r skip locked
"""


async def insert(uow: UnitOfWork, request: PrivacyRequest) -> bool:
    """Keep a new request; tell whether it could be: one of the same person and type may be open already."""
    return await uow.fetchval(_INSERT, *(getattr(request, name) for name in _COLUMNS)) is True


async def put(uow: UnitOfWork, request: PrivacyRequest) -> None:
    """Write how a request stands now; the caller holds its lock."""
    await uow.execute(_UPDATE, request.id, *(getattr(request, name) for name in _CHANGED))


async def close_others(uow: UnitOfWork, erasure: PrivacyRequest, reason: RefusalReason) -> None:
    """Close what else the person asked for and was not answered: nobody could be answered after the erasure."""
    await uow.execute(
        "update consent.privacy_request set state = 'refused', refusal_reason = $3, closed_at = $4, paused_at = null,"
        " pause_reason = null where person = $1 and id <> $2 and state in ('received', 'paused', 'in_progress')",
        erasure.person,
        erasure.id,
        reason.value,
        uow.now,
    )


async def request(uow: UnitOfWork, identifier: UUID, *, lock: bool = False) -> PrivacyRequest | None:
    """Return one request; with ``lock`` nobody else changes it until the transaction ends."""
    row = await uow.fetchrow(
        f"select * from consent.privacy_request where id = $1{' for no key update' if lock else ''}",  # noqa: S608 - constants
        identifier,
    )
    return None if row is None else _request(row)


async def of_person(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> list[PrivacyRequest]:
    """Return a person's requests, newest first."""
    rows = await uow.fetch(
        "select * from consent.privacy_request where person = $1 and ($2::uuid is null or id < $2)"
        " order by id desc limit $3",
        person,
        before,
        limit,
    )
    return [_request(row) for row in rows]


async def open_requests(
    uow: UnitOfWork, states: Sequence[RequestState], markets: Sequence[str], after: UUID | None, limit: int
) -> list[PrivacyRequest]:
    """Return requests in these states and markets (None of them named means every one), what is due first first."""
    rows = await uow.fetch(
        "select * from consent.privacy_request r where state = any($1::text[])"
        " and ('*' = any($2::text[]) or market = any($2::text[])) and ($3::uuid is null or (due_on, id) >"
        " (select due_on, id from consent.privacy_request where id = $3)) order by due_on, id limit $4",
        states,
        markets,
        after,
        limit,
    )
    return [_request(row) for row in rows]


async def said_never_contact(uow: UnitOfWork, person: PersonId) -> bool:
    """Tell whether the person asked for this with any request."""
    sql = "select exists (select from consent.privacy_request where person = $1 and never_contact)"
    return bool(await uow.fetchval(sql, person))


async def insert_steps(uow: UnitOfWork, identifier: UUID, names: Sequence[str]) -> None:
    """Write down what is to be done for a request, in order."""
    await uow.execute(
        "insert into consent.request_step (id, request, position, name, rows) select * from unnest("
        "$1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[])",
        [uow.new_id() for _ in names],
        [identifier] * len(names),
        list(range(1, len(names) + 1)),
        names,
        [0] * len(names),
    )


async def steps(uow: UnitOfWork, identifiers: Sequence[UUID]) -> dict[UUID, list[Step]]:
    """Return the steps of each request, in order."""
    rows = await uow.fetch(
        "select request, position, name, rows, finished_at from consent.request_step where request = any($1::uuid[])"
        " order by request, position",
        identifiers,
    )
    found: dict[UUID, list[Step]] = {identifier: [] for identifier in identifiers}
    for row in rows:
        found[row["request"]].append(msgspec.convert(dict(row), Step))
    return found


async def next_undone(uow: UnitOfWork) -> PrivacyRequest | None:
    """Return a request that has a step to be done, locked; what another worker has in hand is passed over."""
    identifier = await uow.fetchval(_NEXT_STEP)
    return None if identifier is None else await request(uow, identifier)


async def advance(uow: UnitOfWork, step: Step, rows: int, *, done: bool) -> None:
    """Note that ``rows`` more were done, and whether that was all."""
    await uow.execute(
        "update consent.request_step set rows = rows + $3, finished_at = case when $4 then $5::timestamptz end"
        " where request = $1 and position = $2 and finished_at is null",
        step.request,
        step.position,
        rows,
        done,
        uow.now,
    )


async def restrict(uow: UnitOfWork, identifier: UUID, person: PersonId) -> None:
    """Put a restriction into force; one that rests on the same request is in force already."""
    await uow.execute(
        "insert into consent.restriction (request, person, since) values ($1, $2, $3) on conflict (request) do nothing",
        identifier,
        person,
        uow.now,
    )


async def lift(uow: UnitOfWork, identifier: UUID) -> bool:
    """End a restriction; tell whether it was in force."""
    return (
        await uow.fetchval(
            "update consent.restriction set lifted_at = $2 where request = $1 and lifted_at is null returning true",
            identifier,
            uow.now,
        )
        is True
    )


def _request(row: asyncpg.Record) -> PrivacyRequest:
    return msgspec.convert(dict(row), PrivacyRequest)
