"""Messages that wait to be sent, and what became of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from consent.message_values import Message, MessageView
from consent.values import Decision
from consent.vocabulary import MessageState
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

_MESSAGE: Final = ", ".join(Message.__struct_fields__)
_VIEW: Final = ", ".join(MessageView.__struct_fields__)


async def insert(uow: UnitOfWork, message: Message, decision: Decision) -> None:
    """Keep a message that waits, and the gate's yes."""
    await uow.execute(
        f"insert into consent.message ({_MESSAGE}, queued_reason, queued_event, queued_notice_version,"  # noqa: S608 - a constant
        " not_before, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $8, 'waiting')",
        *msgspec.structs.astuple(message),
        decision.reason,
        decision.event,
        decision.notice_version,
    )


async def next_waiting(uow: UnitOfWork) -> tuple[UUID, PersonId] | None:
    """Return the message that has waited longest for its turn, and whose it is, without locking it."""
    row = await uow.fetchrow(
        "select id, person from consent.message where state = 'waiting' and not_before <= $1"
        " order by not_before, id limit 1",
        uow.now,
    )
    return None if row is None else (row["id"], PersonId(row["person"]))


async def claim(uow: UnitOfWork, identifier: UUID) -> Message | None:
    """Return a message that still waits for its turn, locked; the caller holds its person's lock."""
    row = await uow.fetchrow(
        f"select {_MESSAGE} from consent.message where id = $1 and state = 'waiting' and not_before <= $2 for update",  # noqa: S608 - a constant
        identifier,
        uow.now,
    )
    return None if row is None else msgspec.convert(dict(row), Message)


async def settle(uow: UnitOfWork, identifier: UUID, state: MessageState, decision: Decision) -> None:
    """Note that a message left or was stopped, and why, and forget what it said."""
    await uow.execute(
        "update consent.message set state = $2, settled_at = $3, reason = $4, event = $5, notice_version = $6,"
        " content = null where id = $1",
        identifier,
        state,
        uow.now,
        decision.reason,
        decision.event,
        decision.notice_version,
    )


async def put_off(uow: UnitOfWork, identifier: UUID, until: datetime) -> None:
    """Try a message again later."""
    await uow.execute("update consent.message set not_before = $2 where id = $1", identifier, until)


async def view(uow: UnitOfWork, identifier: UUID) -> MessageView | None:
    """Return how far a message is."""
    row = await uow.fetchrow(f"select {_VIEW} from consent.message where id = $1", identifier)  # noqa: S608 - a constant
    return None if row is None else msgspec.convert(dict(row), MessageView)


async def is_asked_for(uow: UnitOfWork, message: UUID, confirmation: UUID) -> bool:
    """Tell whether the token in ``message`` still confirms: no answer, newer yes or newer message came after it."""
    sql = (
        "select exists (select from consent.confirmation where id = $1 and confirmed_at is null and expires_at > $2"
        " and token_sha256 is not null)"
        " and not exists (select from consent.message later, consent.message own"
        " where own.id = $3 and later.confirmation = $1 and (later.queued_at, later.id) > (own.queued_at, own.id))"
    )
    return bool(await uow.fetchval(sql, confirmation, uow.now, message))


async def stop_all(uow: UnitOfWork, person: PersonId, decision: Decision) -> list[UUID]:
    """Stop what waits for somebody, and return every message to them that is known; the caller holds their lock."""
    await uow.execute(
        "update consent.message set state = 'stopped', settled_at = $2, reason = $3, content = null"
        " where person = $1 and state = 'waiting'",
        person,
        uow.now,
        decision.reason,
    )
    return [row["id"] for row in await uow.fetch("select id from consent.message where person = $1", person)]
