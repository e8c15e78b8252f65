"""What people have reached."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from gamification.store.lots import HELD
from gamification.values import State
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(State).decode

# Not one upsert: PostgreSQL checks the row it would insert first, and a balance that falls is no balance by itself.
_MOVE = """
with given as (
  select * from unnest($1::uuid[], $2::bigint[], $3::int[], $4::bytea[]) as t(person, points, level, state)
), moved as (
  update gamification.standing set points = standing.points + given.points, level = given.level, state = given.state,
    updated_at = $5 from given where standing.person = given.person returning standing.person
)
insert into gamification.standing (person, points, level, state, updated_at)
select person, points, level, state, $5 from given where person not in (select person from moved) order by person
"""

_POINTS = f"""
select coalesce(s.points, 0) as points, coalesce(s.level, 0) as level, v.version, ({HELD}) as held
from (select max(version) as version from gamification.rule_set_version where derived_from is null) v
cross join (select $1::uuid as person) p left join gamification.standing s on s.person = p.person
"""  # noqa: S608 - our own text


async def states(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, State]:
    """Return the fold's state of each person who has one; the person's lock must be held to change it."""
    rows = await uow.fetch("select person, state from gamification.standing where person = any($1::uuid[])", persons)
    return {PersonId(row["person"]): _decode(row["state"]) for row in rows}


async def keep(uow: UnitOfWork, changes: Sequence[tuple[PersonId, int, State]]) -> None:
    """Move balances by so many points and keep the states; a balance is never written as an absolute value.

    The people's locks MUST be held.
    """
    await uow.execute(
        _MOVE,
        [person for person, _, _ in changes],
        [moved for _, moved, _ in changes],
        [state.level for _, _, state in changes],
        [_encode(state) for _, _, state in changes],
        uow.now,
    )


async def points(uow: UnitOfWork, person: PersonId) -> tuple[int, int, int | None, str | None]:
    """Return lifetime points and level, (0, 0) before the first activity, the newest rules version, and what is held.

    The last is the JSON of ``store.lots.HELD``, in the same query: this is what people ask for most.
    """
    row = await uow.fetchrow(_POINTS, person)
    assert row is not None  # noqa: S101 - an aggregate answers one row
    return row["points"], row["level"], row["version"], row["held"]


async def outcomes(uow: UnitOfWork, activities: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return what these activities were answered; those that changed nothing are left out."""
    rows = await uow.fetch(
        "select activity, effects from gamification.outcome where activity = any($1::uuid[])", activities
    )
    return {row["activity"]: row["effects"] for row in rows}


async def keep_outcomes(uow: UnitOfWork, outcomes: Sequence[tuple[UUID, bytes]]) -> None:
    """Keep answers for repeats."""
    await uow.execute(
        "insert into gamification.outcome (activity, effects) select * from unnest($1::uuid[], $2::bytea[])",
        [activity for activity, _ in outcomes],
        [effects for _, effects in outcomes],
    )
