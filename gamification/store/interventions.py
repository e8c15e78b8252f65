"""What staff did to people's numbers: freezes granted to streaks, badges taken back and given back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gamification.rules.earnings import moment_of
from gamification.values import BadgeDecision, GrantedFreezes, Intervention
from gamification.vocabulary import FreezeReason
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_OF_PEOPLE: Final = (
    "select person, id, {} from gamification.{} where person = any($1::uuid[])"
    " and ($2::timestamptz is null or {} >= $2) and ($3::timestamptz is null or {} < $3)"
)


async def insert_freezes(
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


async def insert_decision(uow: UnitOfWork, person: PersonId, decided: BadgeDecision) -> None:
    """Keep that a badge was taken back, or given back; it is never changed. Why and by whom, the audit log says."""
    await uow.execute(
        "insert into gamification.badge_decision (id, person, badge, revoked, decided_at) values ($1, $2, $3, $4, $5)",
        decided.id,
        person,
        decided.badge,
        decided.revoked,
        decided.decided_at,
    )


async def of_people(
    uow: UnitOfWork, persons: Sequence[PersonId], since: datetime | None = None, until: datetime | None = None
) -> dict[PersonId, list[Intervention]]:
    """Return what was done to each of these people's numbers in a window, in order; most are missing."""
    found: dict[PersonId, list[Intervention]] = {}
    for person, *granted in await uow.fetch(
        _OF_PEOPLE.format("streak, freezes, granted_at", "freeze_grant", "granted_at", "granted_at"),
        persons,
        since,
        until,
    ):
        each = GrantedFreezes(**dict(zip(("id", "streak", "freezes", "granted_at"), granted, strict=True)))
        found.setdefault(PersonId(person), []).append(each)
    for person, *decided in await uow.fetch(
        _OF_PEOPLE.format("badge, revoked, decided_at", "badge_decision", "decided_at", "decided_at"),
        persons,
        since,
        until,
    ):
        decision = BadgeDecision(**dict(zip(("id", "badge", "revoked", "decided_at"), decided, strict=True)))
        found.setdefault(PersonId(person), []).append(decision)
    for steps in found.values():
        steps.sort(key=moment_of)
    return found
