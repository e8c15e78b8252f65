"""What crosses the door about people's requests."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from consent.request_vocabulary import (
    ExtensionReason,
    HoldReason,
    PauseReason,
    RefusalReason,
    RequestState,
    RequestType,
)
from consent.vocabulary import Purpose
from people.vocabulary import PersonId


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for. ``words`` are the person's own, and are kept sealed.

    ``purposes`` narrows an objection (otherwise: direct marketing) or a withdrawal (otherwise: every purpose). With an
    objection or an erasure, ``never_contact`` has fingerprints of the person's addresses kept as never to be used.
    """

    type: RequestType
    words: str | None = None
    purposes: tuple[Purpose, ...] = ()
    never_contact: bool = False


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How a request stands on the clock: dates are the person's; ``paused_at`` is UTC."""

    received_on: date
    paused_days: int
    paused_at: datetime | None
    extended: bool


class PrivacyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it is stored. ``due_on`` is the last day, in the person's calendar; times are UTC."""

    id: UUID
    person: PersonId
    type: RequestType
    state: RequestState
    purposes: tuple[Purpose, ...]
    market: str
    received_at: datetime
    received_on: date
    due_on: date
    paused_days: int
    paused_at: datetime | None
    pause_reason: PauseReason | None
    extended_at: datetime | None
    extension_reason: ExtensionReason | None
    refusal_reason: RefusalReason | None
    closed_at: datetime | None
    words: bytes | None
    answer: bytes | None
    never_contact: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a request. It is done once, in one or more transactions; ``rows`` counts what it did so far."""

    request: UUID
    position: int
    name: str
    rows: int
    finished_at: datetime | None


class Kept(msgspec.Struct, frozen=True):
    """Records that outlive an erasure, and on which ground."""

    what: str
    because: str
    records: int


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package that waits to be taken: a ZIP file of ``size`` bytes in ``chunks`` sealed pieces."""

    request: UUID
    chunks: int
    size: int
    sha256: bytes
    made_at: datetime
    expires_at: datetime
    taken_at: datetime | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request as its person, or the data protection officer, sees it; ``words`` and ``answer`` are opened."""

    id: UUID
    type: RequestType
    state: RequestState
    purposes: tuple[Purpose, ...]
    received_at: datetime
    due_on: date
    paused_at: datetime | None
    pause_reason: PauseReason | None
    extended_at: datetime | None
    extension_reason: ExtensionReason | None
    refusal_reason: RefusalReason | None
    closed_at: datetime | None
    words: str | None
    answer: str | None
    steps_done: int
    steps: int
    kept: tuple[Kept, ...]
    package_until: datetime | None
    """Until when the package can be taken; null where there is none, or none any more."""


class CaseView(RequestView, frozen=True, kw_only=True):
    """The same for the data protection officer: whose it is, and how many days are left (negative: overdue)."""

    person: PersonId
    market: str
    days_left: int


class LegalHold(msgspec.Struct, frozen=True, kw_only=True):
    """One record that must stay: ``table`` as its room declares it, ``record`` its key, ``market`` of its person."""

    id: UUID
    table: str
    record: UUID
    reason: HoldReason
    market: str | None
    placed_at: datetime
    released_at: datetime | None


class Overdue(msgspec.Struct, frozen=True, kw_only=True):
    """A table's line in the retention schedule: ``rows`` are past their time, ``held`` of them by a legal hold."""

    table: str
    purpose: str
    days: int
    since: str
    rows: int
    held: int
    removed: int
