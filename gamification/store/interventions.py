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

_IN_A_WINDOW: Final = (
    "select person, {} from gamification.{} where person = any($1::uuid[])"
    " and ($2::timestamptz is null or {at} >= $2) and ($3::timestamptz is null or {at} < $3)"
)
_OF_PEOPLE: Final[dict[type[Intervention], str]] = {
    kind: _IN_A_WINDOW.format(", ".join(kind.__struct_fields__), table, at=at)
    for kind, table, at in (
        (GrantedFreezes, "freeze_grant", "granted_at"),
        (BadgeDecision, "badge_decision", "decided_at"),
    )
}


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
    for kind, query in _OF_PEOPLE.items():
        for person, *step in await uow.fetch(query, persons, since, until):
            found.setdefault(PersonId(person), []).append(kind(**dict(zip(kind.__struct_fields__, step, strict=True))))
    for steps in found.values():
        steps.sort(key=moment_of)
    return found
