"""Community quests: which were reached, how far the others are, and whom the bonus is still owed."""

from collections.abc import Mapping, Sequence

import msgspec

from gamification.programme_values import Contributor, Goal
from kernel.unit_of_work import UnitOfWork

_CONTRIBUTORS = """
with c as not materialized (
    select person, occurred_at, activity from gamification.award
    where rule = $1 and kind = 'contribution' and state = 'active'
)
select * from c
where ($2::timestamptz is null or (occurred_at, activity) > ($2, $3::uuid))
    and not exists (
        select from c as b
        where b.person = c.person and (b.occurred_at, b.activity) < (c.occurred_at, c.activity)
    )
order by occurred_at, activity limit $4
"""


async def reach(uow: UnitOfWork, targets: Mapping[str, int]) -> list[str]:
    """Note which quests have reached their targets; return those that had not before: each is reached once, for ever.

    The budget of a quest that was contributed to in this transaction is locked, so nobody counts beside it.
    """
    rows = await uow.fetch(
        "insert into gamification.goal (key, reached_at, people)"
        " select b.key, $3, 0 from gamification.budget b join unnest($1::text[], $2::bigint[]) as t(key, target)"
        " using (key) where b.used >= t.target order by b.key on conflict (key) do nothing returning key",
        list(targets),
        list(targets.values()),
        uow.now,
    )
    return [row["key"] for row in rows]


async def reached(uow: UnitOfWork) -> frozenset[str]:
    """Return the keys of all quests that were reached."""
    return frozenset(row["key"] for row in await uow.fetch("select key from gamification.goal"))


async def take(uow: UnitOfWork) -> Goal | None:
    """Return a quest that was reached and whose bonus not everybody has yet; it is locked, and no other worker's."""
    row = await uow.fetchrow(
        "select key, after_at, after_activity from gamification.goal where paid_at is null"
        " order by reached_at, key limit 1 for no key update skip locked"
    )
    return msgspec.convert(dict(row), Goal) if row else None


async def contributors(uow: UnitOfWork, goal: Goal, limit: int) -> list[Contributor]:
    """Return who contributed after what was paid for: who did so first comes first, as budgets serve them."""
    rows = await uow.fetch(_CONTRIBUTORS, goal.key, goal.after_at, goal.after_activity, limit)
    return [msgspec.convert(dict(row), Contributor) for row in rows]


async def advance(uow: UnitOfWork, goal: Goal, done: Sequence[Contributor]) -> None:
    """Note who was paid, in their order; nobody left means that everybody was."""
    await uow.execute(
        "update gamification.goal set after_at = $2, after_activity = $3, people = people + $4, paid_at = $5"
        " where key = $1",
        goal.key,
        done[-1].occurred_at if done else goal.after_at,
        done[-1].activity if done else goal.after_activity,
        len(done),
        None if done else uow.now,
    )
