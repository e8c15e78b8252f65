"""What crosses the door about messages to people, and about addresses that are never to be used."""

from datetime import datetime
from uuid import UUID

import msgspec
from typing_extensions import override

from consent.values import Decision
from consent.vocabulary import AddressKind, Channel, MessageState, Purpose, SuppressionReason
from people.vocabulary import PersonId


class Content(msgspec.Struct, frozen=True):
    """What a message says: one line, and plain text."""

    subject: str
    text: str

    @override
    def __repr__(self) -> str:
        """Show nothing: it may hold a token, which must not reach a log through a traceback."""
        return "Content(...)"


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to be sent to ``person`` by e-mail, for ``purpose`` and about ``topic``."""

    person: PersonId
    purpose: Purpose
    content: Content
    topic: str | None = None


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: ``id`` is None where the gate refused, and then nothing is kept of the message."""

    id: UUID | None
    decision: Decision


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits; ``confirmation`` is the second yes that it asks for, if it does."""

    id: UUID
    person: PersonId
    purpose: Purpose
    channel: Channel
    topic: str | None
    confirmation: UUID | None
    content: bytes
    queued_at: datetime


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a message is, and what the gate said of it: when it was queued, and when it was to leave."""

    id: UUID
    person: PersonId
    purpose: Purpose
    channel: Channel
    topic: str | None
    state: MessageState
    queued_at: datetime
    queued_reason: str
    queued_event: UUID | None
    queued_notice_version: int | None
    settled_at: datetime | None
    reason: str | None
    event: UUID | None
    notice_version: int | None


class SuppressionView(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is never to be used, of which nothing but a keyed hash is kept."""

    id: UUID
    kind: AddressKind
    reason: SuppressionReason
    recorded_at: datetime
