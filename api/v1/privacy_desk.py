"""The data protection officer's desk: requests in the order of their deadlines, and records that are held."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter

import consent
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.v1.privacy import Text
from api.v1.wire import Body, Limit, Listing
from consent import CaseView, ExtensionReason, HoldReason, LegalHold, PauseReason, RefusalReason, RequestState
from consent.vocabulary import Action, Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

# `state` is a name that Litestar keeps to itself among the parameters of functions, not among those of a query.
InState = Annotated[RequestState | None, QueryParameter(name="state")]


class Pause(Body, frozen=True, kw_only=True):
    """Why the clock stands still."""

    reason: PauseReason


class Extension(Body, frozen=True, kw_only=True):
    """Why one month is not enough."""

    reason: ExtensionReason


class Refusal(Body, frozen=True, kw_only=True):
    """Why nothing is done, which the person reads; ``words`` say it in more of them."""

    reason: RefusalReason
    words: Text | None = None


class Completion(Body, frozen=True, kw_only=True):
    """What the person is answered."""

    words: Text | None = None


class Hold(Body, frozen=True, kw_only=True):
    """Which record must stay: its table as the schedule of retention names it, and its id."""

    table: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    record: UUID
    reason: HoldReason


@query.get(
    "/privacy-requests",
    permission=Permission.PRIVACY_REQUESTS_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUESTS_READ,
)
async def cases(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    in_state: InState = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Listing[CaseView]:
    """Return requests of the caller's markets, what is due first first: the open ones, or those in one ``state``."""
    after = cursors.read_id(cursor)
    found = await consent.open_cases(uow, passage.runtime.registry, _markets(caller), after, limit, in_state)
    return Listing(found.items, found.next)


@query.get(
    "/privacy-requests/{request_id:uuid}",
    permission=Permission.PRIVACY_REQUESTS_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUESTS_READ,
)
async def case(uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID]) -> CaseView:
    """Return one request."""
    return await consent.case(uow, passage.runtime.registry, _markets(caller), request_id)


@command.post(
    "/privacy-requests/{request_id:uuid}/pause",
    permission=Permission.PRIVACY_REQUEST_HANDLE,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUEST_PAUSED,
)
async def pause(uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID], data: Pause) -> CaseView:
    """Stop the clock until the person has proved who they are, or has said what they mean."""
    return await consent.pause(uow, passage.runtime.registry, _markets(caller), request_id, data.reason)


@command.post(
    "/privacy-requests/{request_id:uuid}/resume",
    permission=Permission.PRIVACY_REQUEST_HANDLE,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUEST_RESUMED,
)
async def resume(uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID]) -> CaseView:
    """Let the clock go on."""
    return await consent.resume(uow, passage.runtime.registry, _markets(caller), request_id)


@command.post(
    "/privacy-requests/{request_id:uuid}/extend",
    permission=Permission.PRIVACY_REQUEST_HANDLE,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUEST_EXTENDED,
)
async def extend(
    uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID], data: Extension
) -> CaseView:
    """Add two months, once, within the first."""
    return await consent.extend(uow, passage.runtime.registry, _markets(caller), request_id, data.reason)


@command.post(
    "/privacy-requests/{request_id:uuid}/refuse",
    permission=Permission.PRIVACY_REQUEST_HANDLE,
    purpose=Purpose.COMPLIANCE,
    records=Action.REQUEST_REFUSED,
)
async def refuse(
    uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID], data: Refusal
) -> CaseView:
    """Refuse a request, for a reason that the person reads."""
    registry = passage.runtime.registry
    return await consent.refuse(uow, registry, _markets(caller), request_id, data.reason, data.words)


@command.post(
    "/privacy-requests/{request_id:uuid}/complete",
    permission=Permission.PRIVACY_REQUEST_HANDLE,
    purpose=Purpose.COMPLIANCE,
    records=(Action.REQUEST_COMPLETED, Action.REQUEST_ACCEPTED),
)
async def complete(
    uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID], data: Completion
) -> CaseView:
    """Close a request that was done by hand, or let the worker erase."""
    return await consent.complete(uow, passage.runtime.registry, _markets(caller), request_id, data.words)


@command.post(
    "/privacy-requests/{request_id:uuid}/lift",
    permission=Permission.PRIVACY_REQUEST_HANDLE,
    purpose=Purpose.COMPLIANCE,
    records=Action.RESTRICTION_LIFTED,
)
async def lift(uow: UnitOfWork, caller: Caller, passage: Passage, request_id: FromPath[UUID]) -> CaseView:
    """End a restriction, once the person was told."""
    return await consent.lift_restriction(uow, passage.runtime.registry, _markets(caller), request_id)


@query.get(
    "/legal-holds", permission=Permission.LEGAL_HOLD_MANAGE, purpose=Purpose.COMPLIANCE, records=Action.HOLDS_READ
)
async def holds(uow: UnitOfWork, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Listing[LegalHold]:
    """Return the records that are held."""
    found = await consent.legal_holds(uow, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/legal-holds",
    permission=Permission.LEGAL_HOLD_MANAGE,
    purpose=Purpose.COMPLIANCE,
    records=Action.HOLD_PLACED,
    creates=True,
)
async def place_hold(uow: UnitOfWork, caller: Caller, passage: Passage, data: Hold) -> LegalHold:
    """Hold one record, so that no erasure and no schedule removes it."""
    return await consent.place_hold(uow, passage.runtime.registry, caller.account, data.table, data.record, data.reason)


@command.post(
    "/legal-holds/{hold:uuid}/release",
    permission=Permission.LEGAL_HOLD_MANAGE,
    purpose=Purpose.COMPLIANCE,
    records=Action.HOLD_RELEASED,
)
async def release_hold(uow: UnitOfWork, caller: Caller, hold: FromPath[UUID]) -> LegalHold:
    """Let a held record go."""
    return await consent.release_hold(uow, caller.account, hold)


def _markets(caller: Caller) -> list[str]:
    return sorted(caller.markets)


ROUTES = [cases, case, pause, resume, extend, refuse, complete, lift, holds, place_hold, release_hold]
