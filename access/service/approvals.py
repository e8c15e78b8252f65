"""Approvals: what takes data out of the house, or changes what holds for all, one asks for and another allows.

An approval covers one request, byte for byte in meaning, of whoever asked, once, and for a day.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from access.authority_errors import ApprovalNotFoundError, ApprovalRefusedError
from access.authority_values import Approval
from access.rules import four_eyes
from access.store import approvals as store
from access.values import Caller
from access.vocabulary import Action, ApprovalState
from kernel.canonical import canonical
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork


async def ask(uow: UnitOfWork, caller: Caller, operation: str, body: Mapping[str, Any], reason: str) -> Approval:
    """Ask that ``caller`` may send ``operation`` (method and path) with ``body``.

    Raises:
        InvalidAccountError: the reason says nothing.

    """
    asked = Approval(
        id=uow.new_id(),
        operation=operation,
        body=dict(body),
        reason=four_eyes.reason(reason),
        state=ApprovalState.WAITING,
        requested_by=caller.account,
        requested_at=uow.now,
    )
    await store.insert(uow, asked, canonical(asked.body), four_eyes.digest(operation, body))
    uow.record(Action.APPROVAL_ASKED, resource=_named(asked.id), operation=operation)
    return asked


async def waiting(uow: UnitOfWork, after: UUID | None, limit: int) -> Page[Approval]:
    """Return what waits for somebody to agree, the oldest first."""
    found = page(await store.waiting(uow, after, limit + 1), limit)
    uow.record(Action.APPROVALS_READ, count=len(found.items))
    return found


async def own(uow: UnitOfWork, caller: Caller, identifier: UUID) -> Approval:
    """Return what the caller asked for, and where it stands.

    Raises:
        ApprovalNotFoundError: the caller asked for nothing under this id.

    """
    found = await store.approval(uow, identifier)
    if found is None or found.requested_by != caller.account:
        raise ApprovalNotFoundError("There is no such question of yours.")
    uow.record(Action.APPROVALS_READ, resource=_named(identifier), count=1)
    return found


async def decide(uow: UnitOfWork, caller: Caller, identifier: UUID, *, approve: bool) -> Approval:
    """Agree to what somebody else asked for, or refuse it.

    Raises:
        ApprovalNotFoundError: there is none that waits.
        FourEyesError: the caller asked for it.

    """
    found = await store.approval(uow, identifier, lock=True)
    if found is None or found.state is not ApprovalState.WAITING:
        raise ApprovalNotFoundError("There is no such question that waits.")
    four_eyes.require_another(caller.account, found.requested_by)
    await store.decide(uow, identifier, caller.account, approved=approve)
    uow.record(
        Action.APPROVAL_GIVEN if approve else Action.APPROVAL_REFUSED,
        resource=_named(identifier),
        operation=found.operation,
        asked_by=str(found.requested_by),
    )
    return replace(
        found,
        state=ApprovalState.APPROVED if approve else ApprovalState.REJECTED,
        decided_by=caller.account,
        decided_at=uow.now,
    )


async def use(uow: UnitOfWork, caller: Caller, identifier: UUID, operation: str, body: Mapping[str, Any]) -> None:
    """Use an approval up for the request that the caller sends; if that fails, it is as if it had not been used.

    Raises:
        ApprovalRefusedError: it does not cover this request.

    """
    approver = await store.use(uow, identifier, caller.account, four_eyes.digest(operation, body))
    if approver is None:
        raise ApprovalRefusedError("This approval does not cover this request.")
    uow.record(Action.APPROVAL_USED, resource=_named(identifier), operation=operation, approved_by=str(approver))


def _named(identifier: UUID) -> str:
    return f"approval:{identifier}"
