"""What the operator does after restoring a backup: erase again who was erased since it was made."""

from datetime import UTC
from typing import Final

import msgspec

import people
from consent.errors import ErasuresMissingError
from consent.request_values import PrivacyRequest
from consent.request_vocabulary import RequestState, RequestType
from consent.requests.erasure_list import Erased
from consent.requests.registry import Registry
from consent.requests.store import holds
from consent.requests.store import requests as store
from consent.rules.requests import steps_of
from consent.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

NOWHERE: Final = "--"
"""The market of a request that this database has never seen."""


async def missing_erasures(uow: UnitOfWork, registry: Registry) -> list[Erased]:
    """Return the lines of the list that this database has neither done nor in hand."""
    entries = registry.erasures.entries()
    unknown = await holds.unknown_erasures(uow, [entry.request for entry in entries])
    return [entry for entry in entries if entry.request in unknown]


async def require_replayed(uow: UnitOfWork, registry: Registry) -> None:
    """See that nobody who was erased is back: asked before anything is served.

    Raises:
        ErasuresMissingError: this database is older than some erasures on the list.
        ErasureListError: the list can't be read.

    """
    missing = await missing_erasures(uow, registry)
    if missing:
        raise ErasuresMissingError(f"{len(missing)} erasures on the list have not been done in this database.")


async def replay(uow: UnitOfWork, registry: Registry, entry: Erased) -> None:
    """Put an erasure into the worker's hands again, under the request that it was done for.

    Somebody whom this database does not know was registered after the backup: there is nothing to erase.
    """
    person = PersonId(entry.person)
    uow.record(Action.ERASURE_REPLAYED, subject=person, resource=f"privacy_request:{entry.request}")
    where = (await people.bearings(uow, [person])).get(person)
    known = await store.request(uow, entry.request, lock=True)
    if where is None and known is None:
        await holds.note_erasure(uow, entry.request, entry.person)
        return
    if known is None:
        known = _adopted(uow, entry, NOWHERE if where is None else where.market)
        await store.insert(uow, known)
    never = known.never_contact or entry.never_contact
    await store.put(uow, msgspec.structs.replace(_open(known), state=RequestState.IN_PROGRESS, never_contact=never))
    if not (await store.steps(uow, [known.id]))[known.id]:
        await store.insert_steps(uow, known.id, steps_of(RequestType.ERASURE, registry.erased()))


def _open(request: PrivacyRequest) -> PrivacyRequest:
    return msgspec.structs.replace(request, paused_at=None, pause_reason=None, refusal_reason=None, closed_at=None)


def _adopted(uow: UnitOfWork, entry: Erased, market: str) -> PrivacyRequest:
    day = entry.at.astimezone(UTC).date()
    return PrivacyRequest(
        id=entry.request,
        person=PersonId(entry.person),
        type=RequestType.ERASURE,
        state=RequestState.IN_PROGRESS,
        purposes=(),
        market=market,
        received_at=uow.now,
        received_on=day,
        due_on=day,
        paused_days=0,
        paused_at=None,
        pause_reason=None,
        extended_at=None,
        extension_reason=None,
        refusal_reason=None,
        closed_at=None,
        words=None,
        answer=None,
        never_contact=entry.never_contact,
    )
