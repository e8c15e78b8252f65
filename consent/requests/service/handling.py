"""What the data protection officer does with requests: pause, extend, refuse, complete; and hold single records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

import people
from consent.errors import LegalHoldNotFoundError, RequestNotFoundError, RequestStateError
from consent.request_values import CaseView, LegalHold, PrivacyRequest, Progress
from consent.request_vocabulary import (
    OPEN,
    ExtensionReason,
    HoldReason,
    PauseReason,
    RefusalReason,
    RequestState,
    RequestType,
)
from consent.requests.calendars import public_holidays
from consent.requests.registry import Registry
from consent.requests.service.viewing import cases
from consent.requests.store import holds
from consent.requests.store import requests as store
from consent.requests.words import detailed, sealed
from consent.rules import requests as rules
from consent.rules.deadlines import due_on, told_by
from consent.service import recording as consents
from consent.vocabulary import Action
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork


async def open_cases(
    uow: UnitOfWork,
    registry: Registry,
    markets: Sequence[str],
    after: UUID | None,
    limit: int,
    state: RequestState | None = None,
) -> Page[CaseView]:
    """Return requests of these markets, what is due first first: those in ``state``, or all that are open."""
    found = page(await store.open_requests(uow, [state] if state else OPEN, markets, after, limit + 1), limit)
    uow.record(Action.REQUESTS_READ, count=len(found.items))
    return Page(await cases(uow, registry, found.items, uow.now.date()), found.next)


async def case(uow: UnitOfWork, registry: Registry, markets: Sequence[str], identifier: UUID) -> CaseView:
    """Return one request.

    Raises:
        RequestNotFoundError: there is none in these markets.

    """
    found = _within(await store.request(uow, identifier), markets)
    uow.record(Action.REQUESTS_READ, subject=found.person, resource=_resource(found), count=1)
    return (await cases(uow, registry, [found], uow.now.date()))[0]


async def pause(
    uow: UnitOfWork, registry: Registry, markets: Sequence[str], identifier: UUID, reason: PauseReason
) -> CaseView:
    """Stop the clock until the person has answered.

    Raises:
        RequestNotFoundError: there is none in these markets.
        RequestStateError: it is not waiting.

    """
    before = await _locked(uow, markets, identifier)
    rules.require_state(before, RequestState.RECEIVED)
    after = msgspec.structs.replace(before, state=RequestState.PAUSED, paused_at=uow.now, pause_reason=reason)
    return await _put(uow, registry, after, Action.REQUEST_PAUSED, reason=reason.value)


async def resume(uow: UnitOfWork, registry: Registry, markets: Sequence[str], identifier: UUID) -> CaseView:
    """Let the clock go on; the days on which it stood still are added to the deadline.

    Raises:
        RequestNotFoundError: there is none in these markets.
        RequestStateError: it is not paused.

    """
    before = await _locked(uow, markets, identifier)
    rules.require_state(before, RequestState.PAUSED)
    return await _put(uow, registry, _running(before, uow.now), Action.REQUEST_RESUMED)


async def extend(
    uow: UnitOfWork, registry: Registry, markets: Sequence[str], identifier: UUID, reason: ExtensionReason
) -> CaseView:
    """Add two months, once and within the first one; the person reads it with the reason.

    Raises:
        RequestNotFoundError: there is none in these markets.
        RequestStateError: it is closed or being done, was extended before, or its first month is over.

    """
    before = await _locked(uow, markets, identifier)
    rules.require_open(before)
    if before.extended_at is not None:
        raise RequestStateError("The request was extended before, and can be only once.")
    if uow.now.date() > told_by(_progress(before), public_holidays(before.market)):
        raise RequestStateError("An extension must be told within the first month, and that is over.")
    extended = msgspec.structs.replace(before, extended_at=uow.now, extension_reason=reason)
    after = msgspec.structs.replace(extended, due_on=_due(extended))
    return await _put(uow, registry, after, Action.REQUEST_EXTENDED, reason=reason.value)


async def refuse(
    uow: UnitOfWork,
    registry: Registry,
    markets: Sequence[str],
    identifier: UUID,
    reason: RefusalReason,
    words: str | None = None,
) -> CaseView:
    """Refuse a request, for a reason that its person reads.

    Raises:
        InvalidRequestError: the words can't be read.
        RequestNotFoundError: there is none in these markets.
        RequestStateError: it is closed, or being done.

    """
    before = await _locked(uow, markets, identifier)
    rules.require_open(before)
    closed = _closed(_running(before, uow.now), RequestState.REFUSED, uow.now)
    after = msgspec.structs.replace(closed, refusal_reason=reason, answer=await _answer(uow, before, words))
    said = await detailed(uow, before.person, "answer", words)
    return await _put(uow, registry, after, Action.REQUEST_REFUSED, reason=reason.value, sealed=said)


async def complete(
    uow: UnitOfWork, registry: Registry, markets: Sequence[str], identifier: UUID, words: str | None = None
) -> CaseView:
    """Do what was asked: an erasure goes to the worker, step by step; anything else was done by hand, and is closed.

    Raises:
        InvalidRequestError: the words can't be read.
        RequestNotFoundError: there is none in these markets.
        RequestStateError: it is closed or being done, or its clock stands still.

    """
    before = await _locked(uow, markets, identifier)
    rules.require_state(before, RequestState.RECEIVED)
    answered = msgspec.structs.replace(before, answer=await _answer(uow, before, words))
    steps = rules.steps_of(before.type, registry.erased())
    said = await detailed(uow, before.person, "answer", words)
    if not steps:
        after = _closed(answered, RequestState.COMPLETED, uow.now)
        return await _put(uow, registry, after, Action.REQUEST_COMPLETED, sealed=said)
    await store.insert_steps(uow, identifier, steps)
    after = msgspec.structs.replace(answered, state=RequestState.IN_PROGRESS)
    return await _put(uow, registry, after, Action.REQUEST_ACCEPTED, sealed=said)


async def lift_restriction(uow: UnitOfWork, registry: Registry, markets: Sequence[str], identifier: UUID) -> CaseView:
    """End a restriction; whoever lifts it has told the person before (GDPR Article 18(3)).

    Raises:
        RequestNotFoundError: there is none in these markets.
        RequestStateError: it is no restriction, or none in force.

    """
    found = await _locked(uow, markets, identifier)
    await people.lock(uow, [found.person])
    if found.type is not RequestType.RESTRICTION or not await store.lift(uow, identifier):
        raise RequestStateError("There is no restriction in force that rests on this request.")
    consents.announce(uow, found.person, consents.ON_BOARDS)
    return await _put(uow, registry, found, Action.RESTRICTION_LIFTED)


async def place_hold(
    uow: UnitOfWork,
    registry: Registry,
    account: UUID,
    markets: Sequence[str],
    table: str,
    record: UUID,
    reason: HoldReason,
) -> LegalHold:
    """Hold one record: neither an erasure nor the end of its time removes it.

    Raises:
        LegalHoldNotFoundError: records of this table can't be held, or there is none of this id in these markets.

    """
    holding = next((each for each in registry.holdings if each.table == table and each.holdable), None)
    market = None if holding is None else await holds.market_of(uow, holding, record)
    within = "*" in markets or market in markets
    if holding is None or not within or not await holds.exists(uow, holding, record):
        tables = ", ".join(each.table for each in registry.holdings if each.holdable)
        raise LegalHoldNotFoundError(f"There is no such record; records can be held of {tables}.")
    hold = await holds.place(uow, table, record, reason, market, account)
    uow.record(
        Action.HOLD_PLACED, resource=f"legal_hold:{hold.id}", reason=reason.value, table=table, record=str(record)
    )
    return hold


async def release_hold(uow: UnitOfWork, account: UUID, markets: Sequence[str], identifier: UUID) -> LegalHold:
    """Let a held record go: the next erasure or the next run of the retention schedule removes it.

    Raises:
        LegalHoldNotFoundError: no hold of this id is in force in these markets.

    """
    hold = await holds.release(uow, identifier, markets, account)
    if hold is None:
        raise LegalHoldNotFoundError("There is no such hold.")
    uow.record(Action.HOLD_RELEASED, resource=f"legal_hold:{hold.id}", table=hold.table, record=str(hold.record))
    return hold


async def legal_holds(uow: UnitOfWork, markets: Sequence[str], after: UUID | None, limit: int) -> Page[LegalHold]:
    """Return the holds in force in these markets."""
    found = page(await holds.holds(uow, markets, after, limit + 1), limit)
    uow.record(Action.HOLDS_READ, count=len(found.items))
    return found


async def _locked(uow: UnitOfWork, markets: Sequence[str], identifier: UUID) -> PrivacyRequest:
    return _within(await store.request(uow, identifier, lock=True), markets)


def _within(found: PrivacyRequest | None, markets: Sequence[str]) -> PrivacyRequest:
    if found is None or not ("*" in markets or found.market in markets):
        raise RequestNotFoundError("There is no such request.")
    return found


async def _put(uow: UnitOfWork, registry: Registry, request: PrivacyRequest, action: Action, **more: Any) -> CaseView:
    await store.put(uow, request)
    uow.record(action, subject=request.person, resource=_resource(request), type=request.type.value, **more)
    return (await cases(uow, registry, [request], uow.now.date()))[0]


async def _answer(uow: UnitOfWork, request: PrivacyRequest, words: str | None) -> bytes | None:
    if words is not None:
        rules.check_words(words, "words")
    return await sealed(uow, request.person, request.id, "answer", words)


def _running(request: PrivacyRequest, now: datetime) -> PrivacyRequest:
    """Return the request with its clock going; whole days alone stood still, or a minute at midnight would gain one."""
    if request.paused_at is None:
        return request
    days = request.paused_days + (now - request.paused_at).days
    resumed = msgspec.structs.replace(
        request, state=RequestState.RECEIVED, paused_days=days, paused_at=None, pause_reason=None
    )
    return msgspec.structs.replace(resumed, due_on=_due(resumed))


def _closed(request: PrivacyRequest, state: RequestState, now: datetime) -> PrivacyRequest:
    return msgspec.structs.replace(request, state=state, closed_at=now)


def _progress(request: PrivacyRequest) -> Progress:
    return Progress(
        received_on=request.received_on,
        paused_days=request.paused_days,
        paused_at=request.paused_at,
        extended=request.extended_at is not None,
    )


def _due(request: PrivacyRequest) -> Any:
    return due_on(_progress(request), public_holidays(request.market))


def _resource(request: PrivacyRequest) -> str:
    return f"privacy_request:{request.id}"
