"""Letting the content of old entries go, each kind after its own time, and holding what is still needed.

What was hashed stays hashed: the tree, its proofs and its checkpoints are what they were
(``docs/decisions/0060-content-goes-and-hashes-stay.md``).
"""

from collections import Counter
from uuid import UUID

from audit.errors import HoldNotFoundError
from audit.rules.filters import LAST_INDEX
from audit.rules.removals import removal
from audit.store import removals
from audit.values import EntryHold
from audit.vocabulary import Action, EntryHoldEnd, EntryHoldReason
from kernel.cursors import Page, page
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork


async def remove_expired(uow: UnitOfWork) -> int:
    """Remove the content of some entries that are past the days of their kind, and say so in the log; return how many.

    The days are those that ``set_retention`` has set; a kind without is kept for ever, and what is held stays.
    """
    removed = await removals.remove_expired(uow)
    if removed:
        indexes = [each.at for each in removed]
        said = removal(indexes)
        counts = Counter((each.kind, each.days) for each in removed)
        uow.record(
            Action.ENTRIES_REMOVED,
            count=len(removed),
            resource=f"entries:{indexes[0]}-{indexes[-1]}",
            kinds={kind: {"count": count, "days": days} for (kind, days), count in counts.items()},
            first_index=said.first_index,
            removed=said.removed,
        )
    return len(removed)


async def place_hold(uow: UnitOfWork, account: UUID, span: range, reason: EntryHoldReason) -> EntryHold:
    """Hold the content of the indexes of ``span``, also of those to come; what was removed before stays removed.

    Raises:
        InvalidError: the range is empty.

    """
    if not 0 <= span.start < span.stop <= LAST_INDEX:
        raise InvalidError("A hold begins before it ends.", field="end_index")
    hold = EntryHold(
        id=uow.new_id(),
        first_index=span.start,
        end_index=span.stop,
        reason=reason,
        placed_by=account,
        placed_at=uow.now,
    )
    await removals.insert_hold(uow, hold)
    uow.record(
        Action.HOLD_PLACED,
        resource=f"hold:{hold.id}",
        reason=reason.value,
        first_index=span.start,
        end_index=span.stop,
    )
    return hold


async def lift_hold(uow: UnitOfWork, account: UUID, identifier: UUID, reason: EntryHoldEnd) -> None:
    """End a hold: the next removal takes what is past its time.

    Raises:
        HoldNotFoundError: no hold of this id is in force.

    """
    if not await removals.lift_hold(uow, identifier, account, uow.now):
        raise HoldNotFoundError("There is no such hold.")
    uow.record(Action.HOLD_LIFTED, resource=f"hold:{identifier}", reason=reason.value)


async def holds(uow: UnitOfWork, after: UUID | None, limit: int) -> Page[EntryHold]:
    """Return the holds in force, oldest first, after the one that is named."""
    found = page(await removals.holds(uow, after, limit + 1), limit)
    uow.record(Action.HOLDS_READ, count=len(found.items))
    return found
