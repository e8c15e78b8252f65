"""Lots and accounts: what people have of each currency, and every movement of the ledger that is no plain award."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from gamification.rules.lots import Lot, Purse
from gamification.values import Grant
from gamification.vocabulary import RECOGNITION, AwardState, EntryKind
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

EXPIRY_LOCK: Final = 0x4C41_5552_0108
"""Advisory lock of whoever lets points expire: also people who are not active any more, whom nobody can lock."""

_KEEP: Final = """
with given as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
    $9::timestamptz[], $10::timestamptz[])
    as t(id, account, person, rule, subject, period, currency, amount, available_at, expires_at)
), made as (
  insert into gamification.lot (id, person, award, currency, amount, spent, expired, taken, available_at, expires_at,
    granted_at)
  select given.id, given.person, a.id, given.currency, given.amount, 0, 0, 0, given.available_at,
    given.expires_at, $11
  from given join gamification.award a using (person, rule, subject, period)
)
insert into gamification.account (id, person, currency, lotted, drawn)
select (array_agg(account))[1], person, currency, sum(amount), 0 from given group by person, currency
  order by person, currency
on conflict (person, currency) do update set lotted = account.lotted + excluded.lotted
"""

_FIELDS: Final = "id, award, amount - spent - expired - taken, available_at, expires_at, expired"

HELD: Final = f"""
select json_agg(json_build_array(a.currency, a.lotted, a.drawn, (
  select coalesce(json_agg(json_build_array({_FIELDS})), '[]') from gamification.lot l
  where l.person = a.person and l.currency = a.currency and l.spent + l.expired + l.taken < l.amount
)) order by a.currency) from gamification.account a where a.person = p.person
"""  # noqa: S608 - column names
"""A person's accounts with the lots that hold something, as JSON, null where there is none; ``p.person`` is whose."""

_HELD_BY: Final = f"""
select p.person, coalesce(s.points, 0) as points, ({HELD}) as held
from unnest($1::uuid[]) as p(person) left join gamification.standing s on s.person = p.person
"""  # noqa: S608 - our own text

_DUE: Final = """
select distinct person from (select person from gamification.lot where expires_at <= $1
  and spent + expired + taken < amount order by expires_at, person limit $2) as over
"""

_LOTS_OF: Final = f"select {_FIELDS} from gamification.lot where award = any($1::uuid[])"  # noqa: S608 - column names


class Holding(NamedTuple):
    """One account: the lifetime points of its currency, and what is in the purse."""

    lifetime: int
    purse: Purse


class _Held(msgspec.Struct, array_like=True):
    currency: str
    lotted: int
    drawn: int
    lots: list[tuple[UUID, UUID, int, datetime, datetime | None, int]]


_decode = msgspec.json.Decoder(list[_Held]).decode


def holdings(points: int, held: str | None) -> dict[str, Holding]:
    """Return a person's accounts from lifetime recognition ``points`` and the JSON of ``HELD``; recognition is one."""
    found = {RECOGNITION: Holding(points, Purse(points))}
    for each in _decode(held) if held is not None else ():
        lifetime = points if each.currency == RECOGNITION else each.lotted
        lots = tuple(Lot(*lot) for lot in each.lots)
        found[each.currency] = Holding(lifetime, Purse(lifetime - each.lotted - each.drawn, lots))
    return found


async def held_by(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, dict[str, Holding]]:
    """Return what each of ``persons`` has, by currency; to change it their locks must be held."""
    rows = await uow.fetch(_HELD_BY, persons)
    return {PersonId(row["person"]): holdings(row["points"], row["held"]) for row in rows}


async def alone(uow: UnitOfWork) -> bool:
    """Tell whether nobody else lets points expire at the moment; nobody else then can until the transaction ends."""
    return bool(await uow.fetchval("select pg_try_advisory_xact_lock($1)", EXPIRY_LOCK))


async def due(uow: UnitOfWork, limit: int) -> list[PersonId]:
    """Return people of whom something expires now, at most ``limit``."""
    return [PersonId(row["person"]) for row in await uow.fetch(_DUE, uow.now, limit)]


def needs_lot(grant: Grant) -> bool:
    """Tell whether points must be kept apart: because they wait, expire, or are another currency than recognition."""
    apart = grant.currency != RECOGNITION or grant.available_at is not None or grant.expires_at is not None
    return grant.points > 0 and grant.state is AwardState.ACTIVE and apart


async def keep(uow: UnitOfWork, grants: Sequence[tuple[UUID, Grant]]) -> None:
    """Open a lot, under the id given, for each of these grants, whose awards are written already.

    What doesn't wait is available from when it was earned on: the time of an activity that comes late can be over.
    """
    await uow.execute(
        _KEEP,
        [lot for lot, _ in grants],
        [uow.new_id() for _ in grants],
        [each.person for _, each in grants],
        [each.key.rule for _, each in grants],
        [each.key.subject for _, each in grants],
        [each.key.period for _, each in grants],
        [each.currency for _, each in grants],
        [each.points for _, each in grants],
        [each.available_at or min(each.occurred_at, uow.now) for _, each in grants],
        [each.expires_at for _, each in grants],
        uow.now,
    )


async def reopen(uow: UnitOfWork, person: PersonId, currency: str, lot: Lot) -> None:
    """Open a lot for points that come back after theirs had ended; they were counted as lifetime points before."""
    await uow.execute(
        "insert into gamification.lot (id, person, award, currency, amount, spent, expired, taken, available_at,"
        " expires_at, granted_at) values ($1, $2, $3, $4, $5, 0, 0, 0, $6, $7, $8)",
        lot.id,
        person,
        lot.award,
        currency,
        lot.left,
        lot.available_at,
        lot.expires_at,
        uow.now,
    )


async def of_awards(uow: UnitOfWork, awards: Sequence[UUID]) -> dict[UUID, list[Lot]]:
    """Return the lots of each of ``awards``, empty ones too."""
    found: dict[UUID, list[Lot]] = {}
    for row in await uow.fetch(_LOTS_OF, awards):
        lot = Lot(*row)
        found.setdefault(lot.award, []).append(lot)
    return found


async def spent_for(uow: UnitOfWork, claim: UUID) -> list[tuple[Lot | None, int]]:
    """Return which points paid a claim: the lot as it is now, or None, and how many."""
    rows = await uow.fetch(
        f"select e.amount as paid, l.* from gamification.ledger_entry e left join lateral (select {_FIELDS} from"  # noqa: S608 - column names
        " gamification.lot where id = e.lot) as l(id, award, remaining, available_at, expires_at, expired) on true"
        " where e.claim = $1 and e.kind = $2 order by e.id",
        claim,
        EntryKind.SPEND,
    )
    return [(Lot(*tuple(row)[1:]) if row["id"] else None, row["paid"]) for row in rows]
