"""Use cases: keep activities, find them again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from engagement import store
from engagement.errors import ActivityRacedError
from engagement.values import History, Stored, Use
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def owners(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, PersonId]:
    """Return whose each of these activities is; ids that nobody used are left out."""
    return await store.owners(uow, ids)


async def store_activities(uow: UnitOfWork, rows: Sequence[Stored]) -> None:
    """Keep activities whose ids nobody used a moment ago; all of one unit of work, with one ``recorded_at``.

    Raises:
        ActivityRacedError: somebody used one of the ids in between; roll back and begin again.

    """
    if rows and await store.insert(uow, rows) != len(rows):
        message = "An activity with one of these ids was recorded a moment ago."
        raise ActivityRacedError(message)


async def history(uow: UnitOfWork, person: PersonId) -> list[Stored]:
    """Return what one person did and what is scored, in order of (occurred_at, id)."""
    return await store.history(uow, person)


def amounts(uow: UnitOfWork, since: datetime | None, until: datetime | None) -> AsyncIterator[tuple[PersonId, int]]:
    """Give, in id order and few at a time, everybody who did something in the window (UTC, half open) and how much."""
    return store.amounts(uow, since, until)


async def latest_activities(uow: UnitOfWork, since: datetime) -> dict[PersonId, datetime]:
    """Return everybody of whom something since then (UTC) is scored, and when the latest of it was."""
    return await store.latest_activities(uow, since)


async def histories(
    uow: UnitOfWork, persons: Sequence[PersonId], since: datetime | None, until: datetime | None
) -> list[History]:
    """Return what each of these people did in the window, as far as it is scored; who has nothing scored is left out.

    Many at once cost less than one after the other.
    """
    return await store.histories(uow, persons, since, until)


async def recent_use(uow: UnitOfWork, person: PersonId, limit: int) -> list[Use]:
    """Return what one person's latest ``limit`` activities were about, scored or not, one line per item.

    What was taken back is no use.
    """
    return await store.recent_use(uow, person, limit)


async def scored_people(
    uow: UnitOfWork, after: PersonId | None, opens: datetime | None, closes: datetime | None, limit: int
) -> list[PersonId]:
    """Return people after ``after``, in id order, of whom something in the window (UTC, half open) is scored."""
    return await store.scored_people(uow, after, opens, closes, limit)


async def versions(
    uow: UnitOfWork, persons: Sequence[PersonId], opens: datetime | None, closes: datetime | None
) -> list[int]:
    """Return the rules versions that score what these people did in the window."""
    return await store.versions(uow, persons, opens, closes)


async def told_by(uow: UnitOfWork, activity: UUID) -> tuple[PersonId, UUID] | None:
    """Return whose an activity is and the account that told us; None if there is none."""
    return await store.told_by(uow, activity)


async def retract(uow: UnitOfWork, activity: UUID) -> bool:
    """Take an activity back: it is no use of its item, and no rules score it any more; False where none did.

    The person MUST be locked, and be scored again in the same transaction.
    """
    return await store.retract(uow, activity)


async def restamp(
    uow: UnitOfWork,
    persons: Sequence[PersonId],
    opens: datetime | None,
    closes: datetime | None,
    replaced: Mapping[int, int],
) -> int:
    """Let other rules versions (old to new) score what these people did in the window; return how many activities.

    The people MUST be locked, and be scored again in the same transaction.
    """
    return await store.restamp(uow, persons, opens, closes, replaced) if replaced else 0
