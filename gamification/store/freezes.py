"""Freezes that staff granted to streaks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gamification.values import GrantedFreezes
from gamification.vocabulary import FreezeReason
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def insert(
    uow: UnitOfWork, person: PersonId, granted: GrantedFreezes, reason: FreezeReason, account: UUID
) -> None:
    """Keep what was granted; it is never changed."""
    await uow.execute(
        "insert into gamification.freeze_grant (id, person, streak, freezes, reason, granted_by, granted_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        granted.id,
        person,
        granted.streak,
        granted.freezes,
        reason.value,
        account,
        granted.granted_at,
    )


async def of_people(
    uow: UnitOfWork, persons: Sequence[PersonId], since: datetime | None = None, until: datetime | None = None
) -> dict[PersonId, list[GrantedFreezes]]:
    """Return what was granted to each of these people in a window, in order of (granted_at, id); most are missing."""
    rows = await uow.fetch(
        "select person, id, streak, freezes, granted_at from gamification.freeze_grant where person = any($1::uuid[])"
        " and ($2::timestamptz is null or granted_at >= $2) and ($3::timestamptz is null or granted_at < $3)"
        " order by granted_at, id",
        persons,
        since,
        until,
    )
    found: dict[PersonId, list[GrantedFreezes]] = {}
    for person, *granted in rows:
        each = GrantedFreezes(**dict(zip(("id", "streak", "freezes", "granted_at"), granted, strict=True)))
        found.setdefault(PersonId(person), []).append(each)
    return found
