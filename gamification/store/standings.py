"""What people have reached."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from gamification.rules.levels import next_lapse
from gamification.store.lots import HELD
from gamification.values import State
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(State).decode

# Not one upsert: PostgreSQL checks the row it would insert first, and a balance that falls is no balance by itself.
_MOVE = """
with given as (
  select * from unnest($1::uuid[], $2::bigint[], $3::int[], $4::bytea[], $6::bigint[], $7::date[])
    as t(person, points, level, state, expired, lapses_on)
), moved as (
  update gamification.standing set points = standing.points + given.points, level = given.level, state = given.state,
    expired = given.expired, lapses_on = given.lapses_on, updated_at = $5
  from given where standing.person = given.person returning standing.person
)
insert into gamification.standing (person, points, level, state, expired, lapses_on, updated_at)
select person, points, level, state, expired, lapses_on, $5 from given
where person not in (select person from moved) order by person
"""

_POINTS = f"""
select coalesce(s.points, 0) as points, coalesce(s.points - s.expired, 0) as active, coalesce(s.level, 0) as level,
  v.version, ({HELD}) as held
from (select max(version) as version from gamification.rule_set_version where derived_from is null) v
cross join (select $1::uuid as person) p left join gamification.standing s on s.person = p.person
"""  # noqa: S608 - our own text


class Kept(NamedTuple):
    """What is written of a person: by how much the balance moves, the fold's state, and what that has become by now."""

    person: PersonId
    moved: int
    state: State
    now: State


class Stored(NamedTuple):
    """A row as it is: ``state`` is the fold's as bytes, which nobody has looked into."""

    points: int
    level: int
    expired: int
    lapses_on: date | None
    state: bytes


class Reached(NamedTuple):
    """Lifetime and active points, the level, the newest version of the rules, and the JSON of ``store.lots.HELD``."""

    points: int
    active: int
    level: int
    version: int | None
    held: str | None


async def states(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, State]:
    """Return the fold's state of each person who has one; the person's lock must be held to change it."""
    rows = await uow.fetch("select person, state from gamification.standing where person = any($1::uuid[])", persons)
    return {PersonId(row["person"]): _decode(row["state"]) for row in rows}


async def keep(uow: UnitOfWork, changes: Sequence[Kept]) -> None:
    """Move balances by so many points and keep the states; a balance is never written as an absolute value.

    The people's locks MUST be held.
    """
    await uow.execute(
        _MOVE,
        [each.person for each in changes],
        [each.moved for each in changes],
        [each.now.level for each in changes],
        [_encode(each.state) for each in changes],
        uow.now,
        [each.now.expired for each in changes],
        [next_lapse(each.now) for each in changes],
    )


async def people_after(uow: UnitOfWork, after: PersonId | None, limit: int) -> list[PersonId]:
    """Return people after ``after``, in id order, of whom something is kept."""
    rows = await uow.fetch(
        "select person from gamification.standing where $1::uuid is null or person > $1 order by person limit $2",
        after,
        limit,
    )
    return [PersonId(row["person"]) for row in rows]


async def count(uow: UnitOfWork) -> int:
    """Return of how many people something is kept."""
    return int(await uow.fetchval("select count(*) from gamification.standing"))


async def stored(uow: UnitOfWork, person: PersonId) -> Stored | None:
    """Return everything that is kept of a person beside the awards."""
    row = await uow.fetchrow(
        "select points, level, expired, lapses_on, state from gamification.standing where person = $1", person
    )
    return Stored(**row) if row else None


async def lapsing(uow: UnitOfWork, limit: int) -> list[PersonId]:
    """Return people whose points stopped counting for the level since they were shown last."""
    rows = await uow.fetch(
        "select person from gamification.standing where lapses_on <= $1 order by lapses_on limit $2",
        uow.now.date(),
        limit,
    )
    return [PersonId(row["person"]) for row in rows]


async def shown(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, tuple[int, State]]:
    """Return the level that is shown of each person, and the state."""
    rows = await uow.fetch(
        "select person, level, state from gamification.standing where person = any($1::uuid[])", persons
    )
    return {PersonId(row["person"]): (row["level"], _decode(row["state"])) for row in rows}


async def show(uow: UnitOfWork, persons: Sequence[tuple[PersonId, State]]) -> None:
    """Show what states have become; the states themselves stay as the last activity left them."""
    await uow.execute(
        "update gamification.standing set level = given.level, expired = given.expired, lapses_on = given.lapses_on,"
        " updated_at = $5 from unnest($1::uuid[], $2::int[], $3::bigint[], $4::date[])"
        " as given(person, level, expired, lapses_on) where standing.person = given.person",
        [person for person, _ in persons],
        [now.level for _, now in persons],
        [now.expired for _, now in persons],
        [next_lapse(now) for _, now in persons],
        uow.now,
    )


async def points(uow: UnitOfWork, person: PersonId) -> Reached:
    """Return what a person has reached, no points before the first activity; one query, since it is asked for most."""
    row = await uow.fetchrow(_POINTS, person)
    assert row is not None  # noqa: S101 - an aggregate answers one row
    return Reached(row["points"], row["active"], row["level"], row["version"], row["held"])


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
