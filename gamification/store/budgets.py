"""Budgets of rules: how many units each has given to everybody together, moved by guarded updates alone."""

from collections.abc import Mapping, Sequence

from kernel.unit_of_work import UnitOfWork

# In key order: two transactions that use several budgets would otherwise wait for each other for ever.
_MAKE = """
insert into gamification.budget (key, units, used)
select key, units, 0 from unnest($1::text[], $2::bigint[]) as t(key, units) order by key
on conflict (key) do nothing
"""


async def left(uow: UnitOfWork, units: Mapping[str, int]) -> dict[str, int]:
    """Lock these budgets until the transaction ends, and return what is left of each; ``units`` are their sizes.

    The size is the rule's own of today: a version that raises it has more to give, one that lowers it less, never below
    what was given. A community quest that was reached takes nothing more, whatever is given back later.
    """
    await uow.execute(_MAKE, list(units), list(units.values()))
    rows = await uow.fetch(
        "select key, used, exists (select from gamification.goal g where g.key = b.key) as over"
        " from gamification.budget b where key = any($1::text[]) order by key for update",
        list(units),
    )
    return {row["key"]: 0 if row["over"] else max(0, units[row["key"]] - row["used"]) for row in rows}


async def used(uow: UnitOfWork, keys: Sequence[str]) -> dict[str, int]:
    """Return how many units each of these budgets has given to everybody together, contributions to quests too."""
    rows = await uow.fetch("select key, used from gamification.budget where key = any($1::text[])", keys)
    return {row["key"]: row["used"] for row in rows}


async def use(uow: UnitOfWork, used: Mapping[str, int]) -> None:
    """Move what was given; negative units are given back. What a rule without a budget gives is not counted."""
    await uow.execute(
        "update gamification.budget set used = used + given.units"
        " from (select * from unnest($1::text[], $2::bigint[]) as t(key, units) order by key) as given"
        " where budget.key = given.key",
        list(used),
        list(used.values()),
    )
