"""Who takes part in boards, under which alias."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from gamification.rules.aliases import WAYS, alias
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

CHUNK: Final = 5_000
_COLUMNS: Final = "person, alias, coalesce(active, false) as active, market, language, profession, expires_at, shares"


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who takes part, or did. ``expires_at`` is when the first of the consents behind it runs out.

    ``shares``: they agree to be seen in accredited education.
    """

    person: PersonId
    alias: str
    active: bool
    market: str | None = None
    language: str | None = None
    profession: str | None = None
    expires_at: datetime | None = None
    shares: bool = False


async def members(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, Member]:
    """Return those who have an alias."""
    rows = await uow.fetch(
        f"select {_COLUMNS} from gamification.board_member where person = any($1::uuid[])",  # noqa: S608 - a constant
        persons,
    )
    return {PersonId(row["person"]): msgspec.convert(dict(row), Member) for row in rows}


async def give_aliases(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, Member]:
    """Give everyone an alias who has none; an alias that is taken is drawn again."""
    known = await members(uow, persons)
    while missing := [person for person in persons if person not in known]:
        await uow.execute(
            "insert into gamification.board_member (person, alias, active) select person, alias, false"
            " from unnest($1::uuid[], $2::text[]) as t(person, alias) on conflict do nothing",
            missing,
            [alias(secrets.randbelow(WAYS)) for _ in missing],
        )
        known |= await members(uow, missing)
    return known


async def put(uow: UnitOfWork, changed: Sequence[Member]) -> None:
    """Write who takes part now. At most once in a transaction: its trigger locks the counts of people at the end."""
    await uow.execute(
        "update gamification.board_member m set active = t.active, market = t.market, language = t.language,"
        " profession = t.profession, expires_at = t.expires_at, shares = t.shares"
        " from unnest($1::uuid[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],"
        " $7::boolean[])"
        " as t(person, active, market, language, profession, expires_at, shares) where m.person = t.person",
        [member.person for member in changed],
        [member.active for member in changed],
        [member.market for member in changed],
        [member.language for member in changed],
        [member.profession for member in changed],
        [member.expires_at for member in changed],
        [member.shares for member in changed],
    )


async def deactivate(uow: UnitOfWork, person: PersonId) -> str | None:
    """Take a person off every board; return the alias, or None for somebody who never had one."""
    await uow.execute("update gamification.board_member set active = false where person = $1 and active", person)
    found = await uow.fetchval("select alias from gamification.board_member where person = $1", person)
    return None if found is None else str(found)


async def unshare(uow: UnitOfWork, person: PersonId) -> str | None:
    """Take a person off the boards of accredited education; return the alias, or None for who never had one."""
    found = await uow.fetchval(
        "update gamification.board_member set shares = false where person = $1 returning alias", person
    )
    return None if found is None else str(found)


async def earners(uow: UnitOfWork, persons: Sequence[PersonId]) -> list[PersonId]:
    """Return those who have a standing, which everybody has who ever earned something."""
    rows = await uow.fetch("select person from gamification.standing where person = any($1::uuid[])", persons)
    return [PersonId(row["person"]) for row in rows]


async def earners_after(uow: UnitOfWork, after: PersonId | None) -> list[PersonId]:
    """Return the next people with a standing, in id order."""
    rows = await uow.fetch(
        "select person from gamification.standing where $1::uuid is null or person > $1 order by person limit $2",
        after,
        CHUNK,
    )
    return [PersonId(row["person"]) for row in rows]


async def active_after(uow: UnitOfWork, after: PersonId | None) -> list[PersonId]:
    """Return the next people who take part, in id order."""
    rows = await uow.fetch(
        "select person from gamification.board_member where active and ($1::uuid is null or person > $1)"
        " order by person limit $2",
        after,
        CHUNK,
    )
    return [PersonId(row["person"]) for row in rows]


async def expired(uow: UnitOfWork) -> list[PersonId]:
    """Return people who still take part although a consent behind it has run out; at most as many as fit a chunk."""
    rows = await uow.fetch(
        "select person from gamification.board_member where active and expires_at <= $1 order by expires_at limit $2",
        uow.now,
        CHUNK,
    )
    return [PersonId(row["person"]) for row in rows]
