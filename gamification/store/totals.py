"""Sums over everybody, for operators: how much there is, never who."""

import msgspec

from kernel.disclosure import alone
from kernel.unit_of_work import UnitOfWork


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What has been earned so far; ``badges`` counts holders by badge key.

    Numbers of fewer than ten people are None, and points where few have any. Nothing here is one person's number alone,
    as the longest streak of all would be.
    """

    people: int | None
    points: int | None
    badges: dict[str, int | None]


async def totals(uow: UnitOfWork) -> Totals:
    """Return the sums over everybody."""
    row = await uow.fetchrow("select count(*) as people, coalesce(sum(points), 0) as points from gamification.standing")
    badges = await uow.fetch(
        "select rule, count(*) as holders from gamification.award where kind = 'badge' and state = 'active'"
        " group by rule order by rule"
    )
    people = alone(row["people"] if row else 0)
    return Totals(
        people=people,
        points=int(row["points"]) if row and people is not None else None,
        badges={each["rule"]: alone(each["holders"]) for each in badges},
    )
