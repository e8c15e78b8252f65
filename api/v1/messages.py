"""Reaching people: may somebody be reached, and an e-mail that is sent only if that still holds when it leaves."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath

import consent
from access import Caller, Permission
from api.routing import command, query
from api.v1.consents import Topic
from api.v1.hcps import PersonUnknownError, known_person
from api.v1.suppressions import Handed
from api.v1.wire import Body
from consent import Content, MessageView, NewMessage
from consent.errors import MessageNotFoundError
from consent.values import Decision
from consent.vocabulary import Action, Channel, Purpose
from kernel.unit_of_work import UnitOfWork


class Contact(Body, frozen=True, kw_only=True):
    """Whom somebody wants to reach, how, what for and about what; ``address`` if it is not the one on record."""

    person: UUID
    purpose: Purpose
    channel: Channel
    topic: Topic | None = None
    address: Handed | None = None


class Letter(Body, frozen=True, kw_only=True):
    """An e-mail in plain text."""

    person: UUID
    purpose: Purpose
    topic: Topic | None = None
    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class QueuedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is null where the gate refused, and then nothing was kept."""

    id: UUID | None
    decision: Decision


@command.post(
    "/contact-decisions",
    permission=Permission.MESSAGE_SEND,
    purpose=Purpose.COMPLIANCE,
    records=Action.CONTACT_DECIDED,
)
async def decide_contact(uow: UnitOfWork, caller: Caller, data: Contact) -> Decision:
    """Say whether a person may be reached now: asked when something is queued elsewhere, and again when it leaves."""
    person = await known_person(uow, caller, data.person)
    return await consent.may_contact(uow, person, data.channel, data.purpose, topic=data.topic, address=data.address)


@command.post(
    "/messages",
    permission=Permission.MESSAGE_SEND,
    purpose=Purpose.COMPLIANCE,
    records=Action.CONTACT_DECIDED,
    creates=True,
)
async def queue_message(uow: UnitOfWork, caller: Caller, data: Letter) -> QueuedLetter:
    """Queue an e-mail to the person's own address; the gate is asked now, and again at the moment it leaves."""
    person = await known_person(uow, caller, data.person)
    content = Content(data.subject, data.text)
    queued = await consent.queue_message(
        uow, NewMessage(person=person, purpose=data.purpose, topic=data.topic, content=content)
    )
    return QueuedLetter(id=queued.id, decision=queued.decision)


@query.get(
    "/messages/{message:uuid}",
    permission=Permission.MESSAGE_SEND,
    purpose=Purpose.COMPLIANCE,
    records=Action.MESSAGES_READ,
)
async def message(uow: UnitOfWork, caller: Caller, message: FromPath[UUID]) -> MessageView:
    """Return whether a message waits, left or was stopped, and why."""
    found = await consent.message(uow, message)
    try:
        await known_person(uow, caller, found.person)
    except PersonUnknownError:
        raise MessageNotFoundError("There is no such message.") from None
    return found


ROUTES = [decide_contact, queue_message, message]
