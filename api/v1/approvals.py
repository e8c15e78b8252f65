"""What one person alone can't do: asked for by one, agreed to by another, done by the first."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

from access import Approval, Caller, Permission, approvals
from access.vocabulary import Action
from api import four_eyes
from api.passage import Passage
from api.routing import command, query
from api.v1.joining import FACTOR_SECONDS
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork


class Question(Body, frozen=True, kw_only=True):
    """The request that somebody wants to send: ``operation`` is its method and path, ``body`` what it would carry."""

    operation: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    body: dict[str, Any] = msgspec.field(default_factory=dict)
    reason: str


@command.post(
    "/approvals", permission=Permission.APPROVAL_ASK, purpose=Purpose.COMPLIANCE, records=Action.APPROVAL_ASKED,
    creates=True,
)  # fmt: skip
async def ask_approval(uow: UnitOfWork, caller: Caller, passage: Passage, data: Question) -> Approval:
    """Ask that one may send a request that needs two people; nothing happens before somebody else has agreed."""
    four_eyes.check(passage.runtime.guarded, caller, data.operation, data.body)
    return await approvals.ask(uow, caller, data.operation, data.body, data.reason)


@query.get(
    "/approvals", permission=Permission.APPROVAL_DECIDE, purpose=Purpose.COMPLIANCE, records=Action.APPROVALS_READ
)
async def waiting_approvals(
    uow: UnitOfWork, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[Approval]:
    """Return what waits for somebody to agree, the oldest first."""
    found = await approvals.waiting(uow, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@query.get(
    "/approvals/{approval:uuid}", permission=Permission.APPROVAL_ASK, purpose=Purpose.COMPLIANCE,
    records=Action.APPROVALS_READ,
)  # fmt: skip
async def own_approval(uow: UnitOfWork, caller: Caller, approval: FromPath[UUID]) -> Approval:
    """Return what the caller asked for, and where it stands."""
    return await approvals.own(uow, caller, approval)


@command.post(
    "/approvals/{approval:uuid}/approve", permission=Permission.APPROVAL_DECIDE, purpose=Purpose.COMPLIANCE,
    records=Action.APPROVAL_GIVEN, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def give_approval(uow: UnitOfWork, caller: Caller, approval: FromPath[UUID]) -> Approval:
    """Agree to what somebody else asked for; they may do it once, within a day."""
    return await approvals.decide(uow, caller, approval, approve=True)


@command.post(
    "/approvals/{approval:uuid}/reject", permission=Permission.APPROVAL_DECIDE, purpose=Purpose.COMPLIANCE,
    records=Action.APPROVAL_REFUSED, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def refuse_approval(uow: UnitOfWork, caller: Caller, approval: FromPath[UUID]) -> Approval:
    """Refuse what somebody else asked for."""
    return await approvals.decide(uow, caller, approval, approve=False)


ROUTES = [ask_approval, waiting_approvals, own_approval, give_approval, refuse_approval]
