"""Sending e-mail to people: the gate is asked when a message is queued, and again at the moment it leaves.

A message is a row, written in the transaction that wants it sent: a rollback sends nothing, and a crash loses nothing.
What it says is sealed with its person's key until it left. A crash between sending and COMMIT sends it again under the
same name: better twice than never.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

import people
from consent.errors import MessageNotFoundError
from consent.message_values import Content, Message, MessageView, NewMessage, Queued
from consent.rules.choices import check_topic
from consent.rules.letters import check_content, confirmation_letter
from consent.service.confirming import new_tokens
from consent.service.deciding import may_contact
from consent.store import confirmations
from consent.store import messages as store
from consent.store import notices as notice_store
from consent.values import Decision, Pending
from consent.vocabulary import Action, Channel, MessageState, Outcome, Purpose, Reason
from kernel.mail import Mail, Mailbox, MailUnavailableError, UnwritableMailError
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import Field, PersonId

TRY_AGAIN: Final = timedelta(minutes=1)
"""How long a message waits that the mail server did not take."""

GIVE_UP: Final = timedelta(days=3)
"""How long it is tried: an address that no server takes must not be tried for ever."""

_ROW: Final = "consent.message"

_log = structlog.get_logger()


async def queue_message(uow: UnitOfWork, new: NewMessage) -> Queued:
    """Queue an e-mail, if its person may be written to for this purpose and about this topic.

    Raises:
        InvalidMessageError: names the field.
        InvalidConsentError: the topic is no key.

    """
    check_content(new.content)
    check_topic(new.purpose, new.topic)
    return await _queued(uow, new.person, new.purpose, new.topic, new.content, None)


async def write_confirmations(uow: UnitOfWork, link: Callable[[str], str]) -> bool:
    """Queue the letters that ask one person for a second yes; tell whether somebody was asked.

    ``link`` makes the address of the page that a token opens. Where the person must not be written to, the yes is left
    to run out: nobody has its token.
    """
    person = await confirmations.next_unwritten(uow)
    if person is None:
        return False
    where = (await people.lock(uow, [person])).get(person)
    pending = await confirmations.claim_of(uow, person)
    tokens = await new_tokens(uow, pending)
    for each, token in zip(pending, tokens, strict=True):
        content = await _letter(uow, each, "en" if where is None else where.locale, link(token))
        await _queued(uow, person, Purpose.SERVICE, None, content, each.id)
    return True


async def _letter(uow: UnitOfWork, pending: Pending, locale: str, link: str) -> Content:
    shown = (await notice_store.shown(uow, [pending.shown]))[pending.shown]
    notice = (await notice_store.by_ids(uow, [shown.notice]))[shown.notice]
    return confirmation_letter(locale, notice.text, link)


async def _queued(
    uow: UnitOfWork, person: PersonId, purpose: Purpose, topic: str | None, content: Content, asks_for: UUID | None
) -> Queued:
    decision = await may_contact(uow, person, Channel.EMAIL, purpose, topic=topic)
    if not decision.allowed:
        return Queued(id=None, decision=decision)
    identifier = uow.new_id()
    sealed = (await people.box(uow, person)).seal(msgspec.json.encode(content), _ROW, "content", identifier)
    message = Message(
        id=identifier,
        person=person,
        purpose=purpose,
        channel=Channel.EMAIL,
        topic=topic,
        confirmation=asks_for,
        content=sealed,
        queued_at=uow.now,
    )
    await store.insert(uow, message, decision)
    _record(uow, Action.MESSAGE_QUEUED, message, decision)
    return Queued(id=identifier, decision=decision)


async def transmit(uow: UnitOfWork, mailbox: Mailbox) -> bool:
    """Send the message that has waited longest, or stop it where the gate says no by now; False where none waits.

    Any number of workers may do it at once. The person's lock is taken before the message's, as by whoever withdraws.
    """
    found = await store.next_waiting(uow)
    if found is None:
        return False
    identifier, person = found
    await people.lock(uow, [person])
    message = await store.claim(uow, identifier)
    if message is not None:
        await _transmit(uow, mailbox, message)
    return True


async def _transmit(uow: UnitOfWork, mailbox: Mailbox, message: Message) -> None:
    decision = await may_contact(uow, message.person, message.channel, message.purpose, topic=message.topic)
    if decision.allowed and not await _is_wanted(uow, message):
        decision = _refused(Reason.ANSWERED_MEANWHILE)
    if decision.allowed and uow.now >= message.queued_at + GIVE_UP:
        decision = _refused(Reason.UNDELIVERABLE)
    if not decision.allowed:
        await _stop(uow, message, decision)
        return
    try:
        await mailbox.send(await _mail(uow, message))
    except MailUnavailableError as error:
        _log.warning("message_waits", error=type(error).__name__)
        await store.put_off(uow, message.id, uow.now + TRY_AGAIN)
        return
    except UnwritableMailError:  # left to wait, it would be the oldest for ever, and keep all others from leaving
        await _stop(uow, message, _refused(Reason.UNDELIVERABLE))
        return
    await store.settle(uow, message.id, MessageState.SENT, decision)
    _record(uow, Action.MESSAGE_SENT, message, decision)


async def _stop(uow: UnitOfWork, message: Message, decision: Decision) -> None:
    await store.settle(uow, message.id, MessageState.STOPPED, decision)
    _record(uow, Action.MESSAGE_STOPPED, message, decision)


def _refused(reason: Reason) -> Decision:
    return Decision(allowed=False, outcome=Outcome.REFUSED, reason=reason)


async def _is_wanted(uow: UnitOfWork, message: Message) -> bool:
    return message.confirmation is None or await store.is_asked_for(uow, message.id, message.confirmation)


async def _mail(uow: UnitOfWork, message: Message) -> Mail:
    opened = (await people.box(uow, message.person)).open(message.content, _ROW, "content", message.id)
    content = msgspec.json.decode(opened, type=Content)
    address = (await people.view(uow, message.person, {Field.EMAIL})).email
    assert isinstance(address, str)  # noqa: S101 - the gate said no where there is none
    return Mail(name=str(message.id), recipient=address, subject=content.subject, text=content.text)


async def message(uow: UnitOfWork, identifier: UUID) -> MessageView:
    """Return how far a message is.

    Raises:
        MessageNotFoundError: there is none.

    """
    found = await store.view(uow, identifier)
    if found is None:
        raise MessageNotFoundError("There is no such message.")
    uow.record(Action.MESSAGES_READ, subject=found.person, resource=f"message:{identifier}", count=1)
    return found


async def stop_messages(uow: UnitOfWork, person: PersonId) -> list[UUID]:
    """Stop what waits for somebody who is about to be erased, and return every message to them that is known."""
    return await store.stop_all(uow, person, _refused(Reason.PERSON_UNKNOWN))


def _record(uow: UnitOfWork, action: Action, message: Message, decision: Decision) -> None:
    uow.record(
        action,
        subject=message.person,
        resource=f"message:{message.id}",
        reason=decision.reason,
        outcome="succeeded" if decision.allowed else "refused",
        purpose=message.purpose,
        event=None if decision.event is None else str(decision.event),
        notice_version=decision.notice_version,
    )
