"""What a person can do: ask, see how it stands, take the package."""

from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

import people
from consent.errors import RequestNotFoundError, RequestOpenError
from consent.request_values import NewRequest, PrivacyRequest, Progress, RequestView
from consent.request_vocabulary import RequestState, RequestType
from consent.requests.calendars import public_holidays
from consent.requests.registry import Registry
from consent.requests.service.viewing import viewed
from consent.requests.store import requests as store
from consent.requests.words import detailed, sealed
from consent.rules import requests as rules
from consent.rules.deadlines import due_on
from consent.rules.standing import state_at
from consent.service import recording as consents
from consent.service.confirming import give_up_confirmations
from consent.service.suppressing import suppress_person
from consent.store import standing as consent_store
from consent.values import ConsentChoice
from consent.vocabulary import Action, Answer, State, SuppressionReason
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork
from people.errors import PersonNotFoundError
from people.vocabulary import PersonId


async def ask(uow: UnitOfWork, registry: Registry, person: PersonId, new: NewRequest) -> RequestView:
    """Keep what a person asks for; what nobody has to look at is in force when this commits.

    An objection and a withdrawal withdraw, a restriction stops, access and portability go to the worker; everything
    else waits for the data protection officer.

    Raises:
        InvalidRequestError: names the field.
        PersonNotFoundError: nobody active has this id.
        RequestOpenError: the same was asked for before and is not answered yet.

    """
    rules.check_request(new)
    where = (await people.lock(uow, [person])).get(person)
    if where is None:
        raise PersonNotFoundError("Nobody active has this id.")
    request = await _received(uow, person, where, new)
    if not await store.insert(uow, request):
        raise RequestOpenError("A request of this type is open already.")
    resource = f"privacy_request:{request.id}"
    said = await detailed(uow, person, "words", new.words)
    uow.record(Action.REQUEST_RECEIVED, subject=person, resource=resource, sealed=said, type=request.type.value)
    if request.type in rules.PACKAGED:
        await store.insert_steps(uow, request.id, rules.steps_of(request.type, ()))
    elif request.type is RequestType.RESTRICTION:
        await store.restrict(uow, request.id, person)
        consents.announce(uow, person, consents.ON_BOARDS)
    elif request.state is RequestState.COMPLETED:
        await _withdraw(uow, request)
    if new.never_contact:
        await suppress_person(uow, person, SuppressionReason.ASKED)
    if request.state is RequestState.COMPLETED:
        uow.record(Action.REQUEST_COMPLETED, subject=person, resource=resource, type=request.type.value)
    # The answer may be kept for a repetition of the request, where what the person wrote must not stand.
    return msgspec.structs.replace((await viewed(uow, registry, [request]))[0], words=None)


async def _received(uow: UnitOfWork, person: PersonId, where: people.Bearings, new: NewRequest) -> PrivacyRequest:
    identifier = uow.new_id()
    received_on = uow.now.astimezone(ZoneInfo(where.zone)).date()
    progress = Progress(received_on=received_on, paused_days=0, paused_at=None, extended=False)
    state = RequestState.IN_PROGRESS if new.type in rules.PACKAGED else RequestState.RECEIVED
    if rules.is_done_at_once(new):
        state = RequestState.COMPLETED
    return PrivacyRequest(
        id=identifier,
        person=person,
        type=new.type,
        state=state,
        purposes=rules.purposes_of(new),
        market=where.market,
        received_at=uow.now,
        received_on=received_on,
        due_on=due_on(progress, public_holidays(where.market)),
        paused_days=0,
        paused_at=None,
        pause_reason=None,
        extended_at=None,
        extension_reason=None,
        refusal_reason=None,
        closed_at=uow.now if state is RequestState.COMPLETED else None,
        words=await sealed(uow, person, identifier, "words", new.words),
        answer=None,
        never_contact=new.never_contact,
    )


async def _withdraw(uow: UnitOfWork, request: PrivacyRequest) -> None:
    """Take back, for all channels, what is granted; an objection says no where nothing was answered, too."""
    known = await consent_store.answers(uow, [request.person], request.purposes)
    said = {each.purpose for each, record in known.items() if state_at(record, uow.now) is State.GRANTED}
    if request.type is RequestType.OBJECTION:
        said |= set(request.purposes)
    for purpose in request.purposes:
        await give_up_confirmations(uow, request.person, purpose)
    withdrawal = ConsentChoice(state=Answer.WITHDRAWN)
    await consents.record_consents(uow, request.person, [(each, withdrawal) for each in sorted(said)])


async def own_requests(
    uow: UnitOfWork, registry: Registry, person: PersonId, before: UUID | None, limit: int
) -> Page[RequestView]:
    """Return the person's requests, newest first."""
    found = page(await store.of_person(uow, person, before, limit + 1), limit)
    uow.record(Action.REQUESTS_READ, subject=person, count=len(found.items))
    return Page(await viewed(uow, registry, found.items), found.next)


async def own_request(uow: UnitOfWork, registry: Registry, person: PersonId, identifier: UUID) -> RequestView:
    """Return one of the person's requests.

    Raises:
        RequestNotFoundError: there is none, or it is somebody else's.

    """
    found = await store.request(uow, identifier)
    if found is None or found.person != person:
        raise RequestNotFoundError("There is no such request.")
    uow.record(Action.REQUESTS_READ, subject=person, resource=f"privacy_request:{identifier}", count=1)
    return (await viewed(uow, registry, [found]))[0]
