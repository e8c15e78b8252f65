"""Awards and their entries in the ledger: written set-based, once per person, rule, subject and period."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from gamification.rules.lots import take_back
from gamification.store import lots
from gamification.store.books import PROGRAMME, Books
from gamification.values import AwardKey, AwardView, EntryView, Grant, Reversal
from gamification.vocabulary import AwardState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_GRANT: Final = """
with given as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
    $9::int[], $10::uuid[], $11::uuid[], $12::timestamptz[], $15::text[], $16::text[], $17::uuid[], $18::text[])
    as t(id, entry, person, rule, subject, period, kind, points, rules_version, activity, consent, occurred_at, state,
      currency, lot, lane)
), kept as (
  insert into gamification.award (id, person, rule, subject, period, kind, state, points, rules_version, activity,
    consent, occurred_at, awarded_at, currency, lot, lane)
  select id, person, rule, subject, period, kind, state, points, rules_version, activity, consent, occurred_at, $13,
    currency, lot, lane
  from given
  on conflict (person, rule, subject, period) do update set state = excluded.state, points = excluded.points,
    rules_version = excluded.rules_version, activity = excluded.activity, consent = excluded.consent,
    occurred_at = excluded.occurred_at, awarded_at = excluded.awarded_at,
    currency = excluded.currency, lot = excluded.lot, lane = excluded.lane
  where award.state = 'reversed'
  returning id, person, rule, subject, period
), moved as (
  insert into gamification.ledger_entry (id, person, award, kind, debit, credit, amount, recorded_at, currency, lot)
  select given.entry, given.person, kept.id, 'award', $14, given.person, given.points, $13, given.currency, given.lot
  from given join kept using (person, rule, subject, period)
  where given.points > 0 and given.state = 'active'
)
select count(*) from kept
"""

_REVERSE: Final = """
with given as (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
    as t(entry, person, rule, subject, period)
), taken as (
  update gamification.award set state = 'reversed' from given
  where (award.person, award.rule, award.subject, award.period)
      = (given.person, given.rule, given.subject, given.period) and award.state in ('active', 'revoked')
  returning given.entry, award.id, award.person, award.points, award.currency, award.lot
), moved as (
  insert into gamification.ledger_entry (id, person, award, kind, debit, credit, amount, recorded_at, currency)
  select entry, person, id, 'reversal', person, $7, points, $6, currency from taken where points > 0
)
select id, person, currency, points, lot from taken
"""


class Taken(NamedTuple):
    """An award that was reversed; ``lot`` is the one that its points came in."""

    award: UUID
    person: PersonId
    currency: str
    points: int
    lot: UUID | None


_EXISTING: Final = """
select k.*, false as is_denied from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
    as k(person, rule, subject, period)
cross join lateral (
    select 1 from gamification.award a where a.person = k.person and a.rule = k.rule and a.subject = k.subject
    and a.period = k.period and a.state <> 'reversed' limit 1
) as found
union all
select person, rule, subject, period, true from gamification.award
where person = any($5::uuid[]) and state = 'denied' and subject = ''
"""


class Known(msgspec.Struct):
    """Awards of a person that exist and count, or were denied for good: of those looked for, and all about no item."""

    awarded: set[AwardKey] = msgspec.field(default_factory=set)
    denied: set[AwardKey] = msgspec.field(default_factory=set)


async def existing(
    uow: UnitOfWork, persons: Collection[PersonId], keys: Sequence[tuple[PersonId, AwardKey]]
) -> dict[PersonId, Known]:
    """Return which of the awards ``keys`` exist, and what was denied to ``persons`` that is about no item.

    A badge or quest that a budget refused stays refused also when its ground went and came again: the state of the
    person, folded without that ground, does not tell.
    """
    rows = await uow.fetch(
        _EXISTING,
        [person for person, _ in keys],
        [key.rule for _, key in keys],
        [key.subject for _, key in keys],
        [key.period for _, key in keys],
        list(persons),
    )
    found = {person: Known() for person in persons}
    for row in rows:
        known = found[PersonId(row["person"])]
        key = AwardKey(row["rule"], row["subject"], row["period"])
        (known.denied if row["is_denied"] else known.awarded).add(key)
    return found


async def of_person(uow: UnitOfWork, person: PersonId) -> dict[AwardKey, int]:
    """Return every award of a person that was earned, with its points; a badge that was revoked was earned too."""
    rows = await uow.fetch(
        "select rule, subject, period, points from gamification.award"
        " where person = $1 and state in ('active', 'revoked')",
        person,
    )
    return {AwardKey(row["rule"], row["subject"], row["period"]): row["points"] for row in rows}


async def paid_once(uow: UnitOfWork, person: PersonId) -> frozenset[tuple[str, str]]:
    """Return rule and period of every award that is not about an item."""
    rows = await uow.fetch(
        "select rule, period from gamification.award where person = $1 and subject = '' and state <> 'reversed'", person
    )
    return frozenset((row["rule"], row["period"]) for row in rows)


async def revoked(uow: UnitOfWork, person: PersonId) -> frozenset[str]:
    """Return the badges of a person that were taken back and not given back."""
    rows = await uow.fetch("select rule from gamification.award where person = $1 and state = 'revoked'", person)
    return frozenset(row["rule"] for row in rows)


async def denied(uow: UnitOfWork, person: PersonId) -> set[AwardKey]:
    """Return every award of a person that a used-up budget refused."""
    rows = await uow.fetch(
        "select rule, subject, period from gamification.award where person = $1 and state = 'denied'", person
    )
    return {AwardKey(row["rule"], row["subject"], row["period"]) for row in rows}


async def versions(uow: UnitOfWork, person: PersonId, keys: Sequence[AwardKey]) -> dict[AwardKey, int]:
    """Return the version of the rules that made each of these awards."""
    rows = await uow.fetch(
        "select a.rule, a.subject, a.period, a.rules_version from gamification.award a"
        " join unnest($2::text[], $3::text[], $4::text[]) as k(rule, subject, period) using (rule, subject, period)"
        " where a.person = $1",
        person,
        [key.rule for key in keys],
        [key.subject for key in keys],
        [key.period for key in keys],
    )
    return {AwardKey(row["rule"], row["subject"], row["period"]): row["rules_version"] for row in rows}


async def grant(uow: UnitOfWork, grants: Sequence[Grant]) -> int:
    """Write awards with their entries, and lots where points must be kept apart; return how many awards there are."""
    opened = [uow.new_id() if lots.needs_lot(each) else None for each in grants]
    written = int(
        await uow.fetchval(
            _GRANT,
            [uow.new_id() for _ in grants],
            [uow.new_id() for _ in grants],
            [each.person for each in grants],
            [each.key.rule for each in grants],
            [each.key.subject for each in grants],
            [each.key.period for each in grants],
            [each.kind.value for each in grants],
            [each.points for each in grants],
            [each.rules_version for each in grants],
            [each.activity for each in grants],
            [each.consent for each in grants],
            [each.occurred_at for each in grants],
            uow.now,
            PROGRAMME,
            [each.state.value for each in grants],
            [each.currency for each in grants],
            opened,
            [each.lane.value for each in grants],
        )
    )
    if apart := [(lot, each) for lot, each in zip(opened, grants, strict=True) if lot is not None]:
        await lots.keep(uow, apart)
    return written


async def reverse(uow: UnitOfWork, reversals: Sequence[Reversal]) -> int:
    """Take awards back with reversing entries; return how many were taken back.

    An award is taken back in full. What had been spent of it is owed from then on (``gamification.rules.lots``).
    """
    rows = await uow.fetch(
        _REVERSE,
        [uow.new_id() for _ in reversals],
        [each.person for each in reversals],
        [each.key.rule for each in reversals],
        [each.key.subject for each in reversals],
        [each.key.period for each in reversals],
        uow.now,
        PROGRAMME,
    )
    if apart := [taken for taken in map(Taken._make, rows) if taken.lot is not None]:
        await _take_back(uow, apart)
    return len(rows)


async def _take_back(uow: UnitOfWork, reversed_awards: Sequence[Taken]) -> None:
    books, found = Books(), await lots.of_awards(uow, [each.award for each in reversed_awards])
    for each in reversed_awards:
        unspent, expired, owed = take_back(each.points, found[each.award])
        for part in unspent:
            books.take_unspent(part)
        for part in expired:
            books.take_expired(each.person, each.currency, part)
        books.take_lifetime(each.person, each.currency, each.points, owed)
    await books.write(uow)


async def entries(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> list[EntryView]:
    """Return a person's ledger entries, newest first; ``points`` is negative where they left the person."""
    rows = await uow.fetch(
        "select e.id, e.award, e.kind, case when e.credit = e.person then e.amount else -e.amount end as points,"
        " e.recorded_at, e.currency, e.claim, a.rule, a.subject, a.period, a.activity, a.occurred_at"
        " from gamification.ledger_entry e left join gamification.award a on a.id = e.award"
        " where e.person = $1 and ($2::uuid is null or e.id < $2) order by e.id desc limit $3",
        person,
        before,
        limit,
    )
    return [msgspec.convert(dict(row), EntryView) for row in rows]


async def badges(uow: UnitOfWork, person: PersonId) -> list[AwardView]:
    """Return the badges that a person holds, in the order they were earned."""
    rows = await uow.fetch(
        "select * from gamification.award where person = $1 and kind = 'badge' and state = 'active'"
        " order by occurred_at, rule",
        person,
    )
    return [msgspec.convert(dict(row), AwardView) for row in rows]


async def booked(uow: UnitOfWork, person: PersonId) -> bool:
    """Tell whether the ledger holds for each of a person's awards exactly the points that it has."""
    wrong = await uow.fetchval(
        "select 1 from gamification.award a left join lateral (select sum(case when e.kind = 'award' then e.amount"
        " else -e.amount end) as points from gamification.ledger_entry e where e.award = a.id"
        " and e.kind in ('award', 'reversal')) booked on true where a.person = $1 and coalesce(booked.points, 0)"
        " <> case when a.state in ('active', 'revoked') then a.points else 0 end limit 1",
        person,
    )
    return wrong is None


async def put_state(uow: UnitOfWork, award_id: UUID, before: AwardState, after: AwardState) -> bool:
    """Move an award from one state to another; False if it was not in the first."""
    changed = await uow.fetchval(
        "update gamification.award set state = $3 where id = $1 and state = $2 returning id", award_id, before, after
    )
    return changed is not None


async def award(uow: UnitOfWork, award_id: UUID) -> AwardView | None:
    """Return one award, reversed ones too."""
    row = await uow.fetchrow("select * from gamification.award where id = $1", award_id)
    return msgspec.convert(dict(row), AwardView) if row else None
