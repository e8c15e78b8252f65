"""What the worker does: one step of one request at a time, each in a transaction that also says that it is done.

Whatever a step does outside of the database can be done twice. So a worker can die anywhere, and the next one goes on
with the same result.
"""

from typing import Final

import msgspec

import people
from consent.request_values import PrivacyRequest, Step
from consent.request_vocabulary import MARKETING, RefusalReason, RequestState
from consent.requests.erasure_list import Erased
from consent.requests.packaging import make_package
from consent.requests.registry import Registry
from consent.requests.store import holdings, holds
from consent.requests.store import requests as store
from consent.rules.requests import CLOSE, DEPART, ENLIST, ERASE, PACKAGE
from consent.service import recording as consents
from consent.service.suppressing import is_person_suppressed, suppress_person
from consent.store import standing as consent_store
from consent.vocabulary import Action, Answer, SuppressionReason
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

ERASED_AT_ONCE: Final = 20_000
"""Rows per transaction: a second's work, so that nobody waits for it and little is done twice."""


async def work_once(uow: UnitOfWork, registry: Registry) -> bool:
    """Do one step of the oldest request that has one, or a part of it; tell whether there was anything to do."""
    request = await store.next_undone(uow)
    if request is None:
        return False
    steps = (await store.steps(uow, [request.id]))[request.id]
    step = next(each for each in steps if each.finished_at is None)
    rows, done = await _do(uow, registry, request, step, sum(each.rows for each in steps))
    await store.advance(uow, step, rows, done=done)
    if done and step == steps[-1]:
        await _complete(uow, request)
    return True


async def _do(
    uow: UnitOfWork, registry: Registry, request: PrivacyRequest, step: Step, so_far: int
) -> tuple[int, bool]:
    """Do a step; return how many rows it touched and whether it is done."""
    if step.name == PACKAGE:
        return await make_package(uow, registry, request), True
    if step.name == DEPART:
        await _depart(uow, registry, request)
    elif step.name == ENLIST:
        await _enlist(uow, registry, request)
    elif step.name == CLOSE:
        return await _close(uow, registry, request, so_far), True
    else:
        rows = await _erase(uow, registry, step.name.removeprefix(ERASE), request.person)
        return rows, rows < ERASED_AT_ONCE
    return 0, True


async def _erase(uow: UnitOfWork, registry: Registry, table: str, person: PersonId) -> int:
    return await holdings.erase(uow, registry.of(table), person, ERASED_AT_ONCE)


async def _close(uow: UnitOfWork, registry: Registry, request: PrivacyRequest, so_far: int) -> int:
    """Look through every table once more, and leave the proof; return how many rows had come meanwhile.

    Until the person's own row went, others could still record something about the person: an answer from a file, say.
    """
    rows = sum([await _erase(uow, registry, table, request.person) for table in registry.erased()])
    await holds.note_erasure(uow, request.id, request.person)
    uow.record(Action.PERSON_ERASED, subject=request.person, resource=_resource(request), count=so_far + rows)
    return rows


async def _depart(uow: UnitOfWork, registry: Registry, request: PrivacyRequest) -> None:
    """Stop everything: after this commits nobody signs in, nothing is recorded and no board shows the person."""
    await people.lock(uow, [request.person])
    await store.restrict(uow, request.id, request.person)
    await store.close_others(uow, request, RefusalReason.ERASED_MEANWHILE)
    for depart in registry.departures:
        await depart(uow, request.person)
    consents.announce(uow, request.person, consents.ON_BOARDS)


async def _enlist(uow: UnitOfWork, registry: Registry, request: PrivacyRequest) -> None:
    """Write the erasure down outside of the database, having kept what must outlive it: a wish never to be contacted.

    A wish that was said of addresses since changed is one about those of now. A backup that is restored may be older
    than the wish, so the list says it, too.
    """
    never = await _never_contact(uow, request)
    if never:
        await suppress_person(uow, request.person, SuppressionReason.ERASED)
    entry = Erased(request=request.id, person=request.person, at=uow.now, never_contact=never)
    registry.erasures.add(entry)


async def _never_contact(uow: UnitOfWork, request: PrivacyRequest) -> bool:
    """Tell whether the person said, in whatever way, that nobody is to write to them or to call."""
    if request.never_contact or await store.said_never_contact(uow, request.person):
        return True
    answers = await consent_store.answers(uow, [request.person], MARKETING)
    said_no = any(record.state is not Answer.GRANTED for record in answers.values())
    return said_no or await is_person_suppressed(uow, request.person)


async def _complete(uow: UnitOfWork, request: PrivacyRequest) -> None:
    await store.put(uow, msgspec.structs.replace(request, state=RequestState.COMPLETED, closed_at=uow.now))
    uow.record(Action.REQUEST_COMPLETED, subject=request.person, resource=_resource(request), type=request.type.value)


def _resource(request: PrivacyRequest) -> str:
    return f"privacy_request:{request.id}"
