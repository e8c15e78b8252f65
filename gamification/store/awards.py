"""Awards and the ledger: written set-based, once per person, rule, subject and period."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from gamification.values import AwardKey, AwardView, EntryView, Grant, Reversal
from gamification.vocabulary import AwardState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

PROGRAMME: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The account that all points come from. It has no balance row: one row that every award moved would make all awards
wait for each other; its balance is the negative sum of its entries."""

_GRANT: Final = """
with given as (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
    $9::int[], $10::uuid[], $11::uuid[], $12::timestamptz[], $15::text[])
    as t(id, entry, person, rule, subject, period, kind, points, rules_version, activity, consent, occurred_at, state)
), kept as (
  insert into gamification.award (id, person, rule, subject, period, kind, state, points, rules_version, activity,
    consent, occurred_at, awarded_at)
  select id, person, rule, subject, period, kind, state, points, rules_version, activity, consent, occurred_at, $13
  from given
  on conflict (person, rule, subject, period) do update set state = excluded.state, points = excluded.points,
    rules_version = excluded.rules_version, activity = excluded.activity, consent = excluded.consent,
    occurred_at = excluded.occurred_at, awarded_at = excluded.awarded_at
  where award.state = 'reversed'
  returning id, person, rule, subject, period
), moved as (
  insert into gamification.ledger_entry (id, person, award, kind, debit, credit, amount, recorded_at)
  select given.entry, given.person, kept.id, 'award', $14, given.person, given.points, $13
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
  returning given.entry, award.id, award.person, award.points
), moved as (
  insert into gamification.ledger_entry (id, person, award, kind, debit, credit, amount, recorded_at)
  select entry, person, id, 'reversal', person, $7, points, $6 from taken where points > 0
)
select count(*) from taken
"""


async def existing(uow: UnitOfWork, keys: Sequence[tuple[PersonId, AwardKey]]) -> set[tuple[PersonId, AwardKey]]:
    """Return which of these awards exist and count, or were denied for good."""
    if not keys:
        return set()
    rows = await uow.fetch(
        "select k.* from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as k(person, rule, subject, period)"
        " cross join lateral (select 1 from gamification.award a where a.person = k.person and a.rule = k.rule"
        " and a.subject = k.subject and a.period = k.period and a.state <> 'reversed' limit 1) as found",
        [person for person, _ in keys],
        [key.rule for _, key in keys],
        [key.subject for _, key in keys],
        [key.period for _, key in keys],
    )
    return {(PersonId(row["person"]), AwardKey(row["rule"], row["subject"], row["period"])) for row in rows}


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
    """Write awards and their ledger entries; return how many were written."""
    return int(
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
        )
    )


async def reverse(uow: UnitOfWork, reversals: Sequence[Reversal]) -> int:
    """Take awards back with reversing entries; return how many were taken back."""
    return int(
        await uow.fetchval(
            _REVERSE,
            [uow.new_id() for _ in reversals],
            [each.person for each in reversals],
            [each.key.rule for each in reversals],
            [each.key.subject for each in reversals],
            [each.key.period for each in reversals],
            uow.now,
            PROGRAMME,
        )
    )


async def entries(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> list[EntryView]:
    """Return a person's ledger entries, newest first; ``points`` is negative in a reversal."""
    rows = await uow.fetch(
        "select e.id, e.award, e.kind, case when e.credit = e.person then e.amount else -e.amount end as points,"
        " e.recorded_at, a.rule, a.subject, a.period, a.activity, a.occurred_at"
        " from gamification.ledger_entry e join gamification.award a on a.id = e.award"
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
