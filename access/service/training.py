"""Training in security and privacy: recorded by a learning system or a colleague, never by oneself."""

from datetime import datetime
from uuid import UUID

from access.rules import four_eyes
from access.rules import training as rules
from access.service.joining import within
from access.store import accounts, clients
from access.store import training as store
from access.values import Caller
from access.vocabulary import AccountId, Action
from kernel import epochs
from kernel.unit_of_work import UnitOfWork


async def record(uow: UnitOfWork, caller: Caller, account: AccountId, item: UUID, completed_at: datetime) -> None:
    """Record that whoever holds ``account`` completed the module ``item``; again changes nothing.

    Raises:
        AccountNotFoundError: there is no such account within the caller's markets.
        FourEyesError: it is the caller's own, or that of who was shown the secret of the machine that calls.
        InvalidTrainingError: it lies in the future.

    """
    await within(uow, caller, account)
    holder = await clients.secret_shown_to(uow, caller.account)
    four_eyes.require_another(account, caller.account, *([holder] if holder else []))
    rules.check(completed_at, uow.now)
    fresh = await store.insert(uow, account, item, completed_at, caller.account)
    epochs.move_or_wait(uow, account)
    uow.record(
        Action.TRAINING_RECORDED,
        subject=await accounts.person_of(uow, account),
        resource=f"account:{account}",
        item=str(item),
        completed_at=completed_at.isoformat(),
        repeated=not fresh,
    )


async def own(uow: UnitOfWork, caller: Caller, days: int) -> tuple[datetime, datetime] | None:
    """Return when the caller last completed a module, and when that stops counting after so many ``days``."""
    found = await store.trained_at(uow, caller.account)
    uow.record(Action.TRAINING_READ, subject=caller.person, resource=f"account:{caller.account}")
    return None if found is None else (found, rules.until(found, days))
