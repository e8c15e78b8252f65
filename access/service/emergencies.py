"""Breaking the glass: what a role lacks, or a market beyond the scope, for an hour at the most, in front of witnesses.

Whoever oversees hears of it in the transaction in which it begins, and one of them says afterwards what to think of it.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from msgspec.structs import replace

from access.authority_errors import (
    BreakGlassNotFoundError,
    BreakGlassOpenError,
    BreakGlassUnreviewedError,
    NobodyToReviewError,
)
from access.authority_values import BreakGlass
from access.rules import emergencies as rules
from access.rules import four_eyes
from access.service.alerting import alert
from access.store import emergencies as store
from access.values import Caller
from access.vocabulary import AccountId, Action, AlertKind, Finding, Permission
from kernel import epochs
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork

_log = structlog.get_logger()


async def break_glass(
    uow: UnitOfWork, caller: Caller, permission: Permission | None, market: str | None, reason: str, minutes: int
) -> BreakGlass:
    """Open an emergency access for the caller, which ends by itself after so many minutes; say so to who oversees.

    Raises:
        InvalidEmergencyError, InvalidAccountError: the facts hold the ``field`` that is wrong.
        BreakGlassOpenError: the caller has one.
        BreakGlassUnreviewedError: the caller had one that nobody has reviewed.
        NobodyToReviewError: there is nobody else who could review it.

    """
    rules.check(caller, permission, market)
    opened = BreakGlass(
        id=uow.new_id(),
        account=caller.account,
        permission=permission,
        market=market,
        reason=four_eyes.reason(reason),
        opened_at=uow.now,
        ends_at=uow.now + timedelta(minutes=min(minutes, rules.MOST_MINUTES)),
    )
    overseers = await store.holders(uow, rules.reviewers(), caller.account)
    if not overseers:
        raise NobodyToReviewError("There is nobody else who could review an emergency access.")
    if await store.is_unreviewed(uow, caller.account):
        raise BreakGlassUnreviewedError("Your last emergency access waits for its review.")
    await store.insert(uow, opened)
    for account in (*overseers, caller.account):
        await alert(uow, account, AlertKind.BREAK_GLASS_OPENED)
    epochs.move_or_wait(uow, caller.account)
    uow.record(
        Action.BREAK_GLASS_OPENED,
        resource=_named(opened.id),
        permission=None if permission is None else permission.value,
        market=market,
        ends_at=opened.ends_at.isoformat(),
        alerted=len(overseers),
    )
    _log.error("break_glass_opened", request=str(uow.origin.request))
    return opened


async def end_own(uow: UnitOfWork, caller: Caller) -> None:
    """End the caller's emergency access before its time.

    Raises:
        BreakGlassNotFoundError: none is open.

    """
    if not await end_open(uow, caller.account):
        raise BreakGlassNotFoundError("You have no emergency access that is open.")


async def end_open(uow: UnitOfWork, account: AccountId) -> bool:
    """End the emergency access of ``account`` before its time; tell whether one was open."""
    found = await store.open_of(uow, account)
    if found is None:
        return False
    await store.end(uow, found, account)
    epochs.move_or_wait(uow, account)
    uow.record(Action.BREAK_GLASS_ENDED, resource=_named(found))
    return True


async def unreviewed(uow: UnitOfWork, after: UUID | None, limit: int) -> Page[BreakGlass]:
    """Return what is open, or over and waits for its review, the oldest first."""
    found = page(await store.unreviewed(uow, after, limit + 1), limit)
    uow.record(Action.BREAK_GLASS_READ, count=len(found.items))
    return found


async def revoke(uow: UnitOfWork, caller: Caller, identifier: UUID) -> BreakGlass:
    """End somebody's emergency access before its time.

    Raises:
        BreakGlassNotFoundError: there is none that is open.

    """
    found = await store.lock(uow, identifier)
    if found is None or found.ended_at is not None or uow.now >= found.ends_at:
        raise BreakGlassNotFoundError("There is no such emergency access that is open.")
    await store.end(uow, identifier, caller.account)
    epochs.move_or_wait(uow, found.account)
    uow.record(Action.BREAK_GLASS_ENDED, resource=_named(identifier), account=str(found.account))
    return replace(found, ended_at=uow.now, ended_by=caller.account)


async def review(uow: UnitOfWork, caller: Caller, identifier: UUID, finding: Finding, words: str) -> BreakGlass:
    """Say what to think of somebody else's emergency access that is over; once.

    Raises:
        BreakGlassNotFoundError: there is none that waits for a review.
        BreakGlassOpenError: it is not over.
        FourEyesError: it is the caller's own.
        InvalidAccountError: the words say nothing.

    """
    found = await store.lock(uow, identifier)
    if found is None:
        raise BreakGlassNotFoundError("There is no such emergency access that waits for a review.")
    four_eyes.require_another(caller.account, found.account)
    if found.ended_at is None and uow.now < found.ends_at:
        raise BreakGlassOpenError("It is reviewed when it is over.")
    said = four_eyes.reason(words, "words")
    await store.review(uow, identifier, caller.account, finding, said)
    uow.record(
        Action.BREAK_GLASS_REVIEWED, resource=_named(identifier), account=str(found.account), finding=finding.value
    )
    return replace(found, finding=finding, words=said, reviewed_by=caller.account, reviewed_at=uow.now)


def _named(identifier: UUID) -> str:
    return f"break-glass:{identifier}"
