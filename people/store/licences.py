"""Licences to practise, one per person and market; where the evidence is stands sealed."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from kernel.unit_of_work import UnitOfWork
from people import sealing
from people.rules.registers import RegisterSource
from people.values import Inquiry, Licence, WaitingLicence
from people.vocabulary import LicenceStatus, PersonId, RegisterFinding

_LICENCE: Final = "people.licence"

_PUT: Final = """
insert into people.licence (id, person, market, status, evidence, expires_on, changed_at, states, public_employee,
    covered_recipient)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (person, market) do update set id = excluded.id, status = excluded.status, evidence = excluded.evidence,
    expires_on = excluded.expires_on, changed_at = excluded.changed_at, states = excluded.states,
    public_employee = excluded.public_employee, covered_recipient = excluded.covered_recipient,
    register = null, finding = null, asked_at = null, ask_again_at = null, attempts = 0
"""

_NEXT: Final = """
select l.id as licence, l.person, l.market, asked.register, asked.system, l.attempts from people.licence l
join people.person p on p.id = l.person and p.status = 'active'
join people.data_key k on k.person = l.person
join unnest($1::text[], $2::text[], $3::text[]) as asked (register, market, system) on asked.market = l.market
where l.status = 'pending' and (l.asked_at is null or l.ask_again_at <= $4)
    and exists (select from people.identifier i where i.person = l.person and i.system = asked.system)
order by l.id, asked.register limit 1 for no key update of l skip locked
"""
"""An erasure takes the key first: whoever has none is being erased."""

_OPEN: Final = "market, status, expires_on, changed_at, states, public_employee, covered_recipient"
"""The columns of a licence that are not sealed."""


async def licences_of(uow: UnitOfWork, person: PersonId, data_key: bytes) -> tuple[Licence, ...]:
    """Return the licences of ``person``, in the order of their markets."""
    rows = await uow.fetch(
        f"select id, evidence, {_OPEN} from people.licence where person = $1 order by market",  # noqa: S608 - our own
        person,
    )
    return tuple(
        _licence(
            row,
            None
            if row["evidence"] is None
            else sealing.open_sealed(data_key, row["evidence"], _LICENCE, "evidence", row["id"]),
        )
        for row in rows
    )


async def put_licence(uow: UnitOfWork, person: PersonId, data_key: bytes, licence: Licence) -> None:
    """Store ``licence`` in place of the one of the same market; its evidence is sealed for a row of its own."""
    row = uow.new_id()
    evidence = licence.evidence
    await uow.execute(
        _PUT,
        row,
        person,
        licence.market,
        licence.status.value,
        None if evidence is None else sealing.seal(data_key, evidence.strip(), _LICENCE, "evidence", row),
        licence.expires_on,
        licence.changed_at,
        list(licence.states),
        licence.public_employee,
        licence.covered_recipient,
    )


async def unopened(uow: UnitOfWork, persons: Collection[PersonId], market: str) -> dict[PersonId, Licence]:
    """Return the licences of ``persons`` in ``market`` without their evidence; no key is asked for."""
    rows = await uow.fetch(
        f"select person, {_OPEN} from people.licence where person = any($1::uuid[]) and market = $2",  # noqa: S608 - our own
        list(persons),
        market,
    )
    return {PersonId(row["person"]): _licence(row, None) for row in rows}


async def waiting(uow: UnitOfWork, markets: Collection[str], after: UUID | None, limit: int) -> list[WaitingLicence]:
    """Return pending licences of active people whose home market is one of these, in the order of submission."""
    rows = await uow.fetch(
        "select l.id, l.person, l.market, l.expires_on, l.changed_at, l.register, l.finding, l.asked_at"
        " from people.licence l"
        " join people.person p on p.id = l.person where l.status = 'pending' and p.status = 'active'"
        " and ('*' = any($1::text[]) or p.market = any($1::text[])) and ($2::uuid is null or l.id > $2)"
        " order by l.id limit $3",
        list(markets),
        after,
        limit,
    )
    return [msgspec.convert(dict(row), WaitingLicence) for row in rows]


async def next_inquiry(uow: UnitOfWork, sources: Mapping[str, RegisterSource]) -> tuple[Inquiry, int] | None:
    """Return a pending licence that is to be asked about now, locked, and how often that was done; None if none is."""
    columns = list(sources), [each.market for each in sources.values()], [each.system for each in sources.values()]
    row = await uow.fetchrow(_NEXT, *columns, uow.now)
    return None if row is None else (msgspec.convert(dict(row), Inquiry), row["attempts"])


async def put_finding(
    uow: UnitOfWork, inquiry: Inquiry, finding: RegisterFinding, again_at: datetime | None, attempts: int | None = None
) -> None:
    """Store what asking a register came to, and when it is asked again; ``attempts`` stay as they are if None."""
    await uow.execute(
        "update people.licence set register = $2, finding = $3, asked_at = $4, ask_again_at = $5,"
        " attempts = coalesce($6, attempts) where id = $1",
        inquiry.licence,
        inquiry.register,
        finding.value,
        uow.now,
        again_at,
        attempts,
    )


async def waits(uow: UnitOfWork, inquiry: Inquiry) -> bool:
    """Tell whether the licence is still the one that was asked about: each decision gives it another id."""
    sql = "select exists (select from people.licence where id = $1 and person = $2 and status = 'pending')"
    return bool(await uow.fetchval(sql, inquiry.licence, inquiry.person))


def _licence(row: asyncpg.Record, evidence: str | None) -> Licence:
    return Licence(
        market=row["market"],
        status=LicenceStatus(row["status"]),
        evidence=evidence,
        expires_on=row["expires_on"],
        changed_at=row["changed_at"],
        states=tuple(row["states"]),
        public_employee=row["public_employee"],
        covered_recipient=row["covered_recipient"],
    )
