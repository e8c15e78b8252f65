"""Sums over everybody, for operators: how much there is, never who."""

import msgspec

from kernel.disclosure import alone
from kernel.unit_of_work import UnitOfWork


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What has been earned so far. ``badges`` counts holders by badge key; ``longest_streaks`` is by streak key.

    Numbers of fewer than ten people are None, and points where few have any.
    """

    people: int | None
    points: int | None
    badges: dict[str, int | None]
    longest_streaks: dict[str, int]


async def totals(uow: UnitOfWork) -> Totals:
    """Return the sums over everybody."""
    row = await uow.fetchrow("select count(*) as people, coalesce(sum(points), 0) as points from gamification.standing")
    badges = await uow.fetch(
        "select rule, count(*) as holders from gamification.award where kind = 'badge' and state = 'active'"
        " group by rule order by rule"
    )
    streaks = await uow.fetch(
        "select key, max((value ->> 2)::int) as longest from gamification.standing,"
        " jsonb_each(coalesce(convert_from(state, 'UTF8')::jsonb -> 'streaks', '{}'::jsonb)) group by key order by key"
    )
    people = alone(row["people"] if row else 0)
    return Totals(
        people=people,
        points=int(row["points"]) if row and people is not None else None,
        badges={each["rule"]: alone(each["holders"]) for each in badges},
        longest_streaks={each["key"]: each["longest"] for each in streaks},
    )
