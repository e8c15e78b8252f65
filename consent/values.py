"""What crosses the boundary of this room."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from audit.values import InclusionProof
from consent.register import REGISTER
from consent.vocabulary import (
    AddressKind,
    Answer,
    Basis,
    Channel,
    DeliveryStatus,
    Method,
    NoticeStatus,
    Outcome,
    Purpose,
    Reason,
    ReceiptFault,
    State,
    Surface,
)
from people.vocabulary import PersonId

PURPOSES: Final = REGISTER.purposes
"""The register by purpose; a purpose that is not in it has no ground anywhere."""

CONSENT_PURPOSES: Final = tuple(purpose for purpose in Purpose if PURPOSES[purpose].answerable)
"""The purposes a person can answer, in the order in which they are listed."""


class NewNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to stage or publish: ``version`` counts from 1 per purpose; each locale is a translation of it.

    A version is for one ``market``, or for every market that has none of its own.
    """

    purpose: Purpose
    version: int
    locale: str
    text: str
    market: str | None = None


class NoticeReference(msgspec.Struct, frozen=True, kw_only=True):
    """Names one notice without its text; ``sha256`` is over the text's UTF-8 bytes."""

    id: UUID
    purpose: Purpose
    version: int
    locale: str
    sha256: bytes
    market: str | None = None
    status: NoticeStatus = NoticeStatus.ACTIVE


class Notice(NoticeReference, frozen=True, kw_only=True):
    """A notice; its text never changes once it was active."""

    text: str
    published_at: datetime
    retired_at: datetime | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as it was put before one person."""

    id: UUID
    person: PersonId
    notice: UUID
    surface: Surface
    shown_at: datetime


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """By what right somebody answers in a person's place.

    ``reference`` says who, and is no name; ``document_sha256`` is over the signed authority, which is for ``scope``
    only and ends at ``expires_at``.
    """

    reference: str
    document_sha256: bytes
    scope: tuple[Purpose, ...]
    expires_at: datetime


class ConsentChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person answers about one purpose.

    ``channel`` and ``topic`` (a product or content class) narrow the answer; without them it is about all.
    ``locale`` says in which language the notice was shown, or ``shown`` names the very showing. ``occurred_at`` stays
    empty for an answer given right now; an answer on paper carries the time at which it was given. ``evidence`` is a
    reference ("paper form 17"), never personal data; ``evidence_sha256`` is over the document it refers to. Only a
    grant can have an ``expires_at``.
    """

    state: Answer
    notice_version: int | None = None
    channel: Channel | None = None
    topic: str | None = None
    shown: UUID | None = None
    method: Method = Method.APP
    evidence: str | None = None
    evidence_sha256: bytes | None = None
    authority: Authority | None = None
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    locale: str | None = None


class ConsentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One stored answer. ``occurred_at`` is when it was given, ``received_at`` when we heard of it (both UTC)."""

    id: UUID
    person: PersonId
    purpose: Purpose
    state: Answer
    notice: UUID | None
    notice_version: int | None
    method: Method
    evidence: str | None
    evidence_sha256: bytes | None
    actor: UUID | None
    on_behalf_of: str | None
    occurred_at: datetime
    received_at: datetime
    expires_at: datetime | None
    channel: Channel | None = None
    topic: str | None = None
    basis: Basis = Basis.CONSENT
    shown: UUID | None = None
    proxy: str | None = None
    proxy_document_sha256: bytes | None = None
    proxy_scope: tuple[Purpose, ...] | None = None
    proxy_expires_at: datetime | None = None


class Question(NamedTuple):
    """What an answer is about; None is all channels, all topics."""

    person: PersonId
    purpose: Purpose
    channel: Channel | None = None
    topic: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How one person stands towards one question: the answer that counts, and the event that gave it.

    ``state`` is the answer as given; whether a grant has expired depends on the time (``state_at``). ``restricted``
    says that the person had all processing but storage stopped (GDPR Article 18), whatever was answered.
    """

    state: Answer
    notice_version: int | None
    event: UUID
    decided_at: datetime
    received_at: datetime
    expires_at: datetime | None = None
    restricted: bool = False


class Decision(msgspec.Struct, frozen=True):
    """What the gate says about one person and one purpose at one moment, and what that rests on."""

    allowed: bool
    outcome: Outcome
    reason: Reason
    event: UUID | None = None
    notice_version: int | None = None
    basis: Basis | None = None


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a person's own consents; an unanswered purpose is ``absent`` with nulls.

    ``channel`` and ``topic`` are null where the answer is about all of them. ``confirm_by`` is the time until which a
    yes waits to be confirmed from the person's mailbox; before that it does not count.
    """

    purpose: Purpose
    state: State
    notice_version: int | None
    decided_at: datetime | None
    channel: Channel | None = None
    topic: str | None = None
    expires_at: datetime | None = None
    confirm_by: datetime | None = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A yes that waits to be confirmed; ``grant_expires_at`` is when the grant is to be over, if it says so."""

    id: UUID
    person: PersonId
    market: str
    purpose: Purpose
    channel: Channel | None
    topic: str | None
    shown: UUID
    grant_expires_at: datetime | None
    requested_at: datetime
    expires_at: datetime


class HandedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmation to be sent to the person's own mailbox, with the ``token`` that only the message may hold."""

    person: PersonId
    purpose: Purpose
    channel: Channel | None
    topic: str | None
    locale: str
    token: str
    expires_at: datetime


class Lapsed(msgspec.Struct, frozen=True, kw_only=True):
    """A grant that ran out while it counted."""

    event: UUID
    person: PersonId
    purpose: Purpose
    expires_at: datetime


class GapView(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose that was refused because the register has no lawful basis for it in a market."""

    purpose: str
    market: str
    first_seen_at: datetime
    last_seen_at: datetime
    times: int


class Address(NamedTuple):
    """An e-mail address, or a telephone number with its country code (``+4930123456``)."""

    kind: AddressKind
    text: str


class DeliveredConsent(msgspec.Struct, frozen=True):
    """One answer of one person, as another system brings it."""

    person: PersonId
    purpose: Purpose
    choice: ConsentChoice


class DeliveryResult(msgspec.Struct, frozen=True):
    """What became of one of them; ``waiting`` is for a confirmation, and a refusal says why and which field it is."""

    status: DeliveryStatus
    reason: str | None = None
    field: str | None = None
    detail: str | None = None


class Controller(msgspec.Struct, frozen=True):
    """Who answers for the data, how to reach them, and where it is stored (a code such as ``EU`` or ``FR``)."""

    name: str
    contact: str
    data_location: str


class ReceiptFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt is made of."""

    event: ConsentEvent
    notice: Notice | None
    shown: Shown | None
    proof: InclusionProof


class ReceiptVerdict(msgspec.Struct, frozen=True):
    """What a receipt proves; ``fault`` None is a good one, and then the rest says what was answered."""

    fault: ReceiptFault | None
    person: str | None = None
    purpose: str | None = None
    state: str | None = None
    answered_at: str | None = None
    notice_version: int | None = None
    log_index: int | None = None
    log_size: int | None = None


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild of the projection found: how many people it read and how many lines it had to put right."""

    people: int
    changed: int
