"""What is sent and what comes back, as the public HTTP API spells it.

The importer knows the API only by these words, as any other client does; a test holds them against the rooms' own.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Kind = Literal["webinar", "education_module"]
Verb = Literal["attended", "viewed", "completed", "passed", "failed"]
Purpose = Literal["engagement", "gamification", "leaderboard", "personalisation", "analytics"]


class Sent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request body or a part of one; what is not set is not sent."""


class Professional(Sent, frozen=True):
    """``POST /v1/hcps``."""

    name: str
    email: str
    market: str
    zone: str
    locale: str


class Evidence(Sent, frozen=True):
    """Where the signed paper is kept, and the SHA-256 (hex) of what it says."""

    reference: str
    sha256: str


class RowEvidence(Sent, frozen=True):
    """The same, where a hash of it may be missing."""

    reference: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] | None = None


class Consent(Sent, frozen=True):
    """One answer of ``POST /v1/hcps/{id}/consents``."""

    purpose: Purpose
    state: Literal["granted"]
    notice_version: int
    method: Literal["paper"]
    evidence: Evidence
    occurred_at: str


class Consents(Sent, frozen=True):
    """``POST /v1/hcps/{id}/consents``."""

    consents: list[Consent]


class ConsentRow(Sent, frozen=True):
    """One answer of ``POST /v1/consents``: times in RFC 3339."""

    person: UUID
    purpose: str
    state: Literal["granted", "denied", "withdrawn"]
    evidence: RowEvidence
    occurred_at: datetime
    method: Literal["paper", "phone", "import"]
    notice_version: int | None = None
    channel: Literal["email", "sms", "push", "phone", "rep", "web"] | None = None
    topic: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")] | None = None
    expires_at: datetime | None = None


class ConsentRows(Sent, frozen=True):
    """``POST /v1/consents`` and ``POST /v1/consents/check``."""

    consents: list[ConsentRow]


class RowAnswer(msgspec.Struct, frozen=True):
    """What became of one answer."""

    status: str
    reason: str | None = None
    field: str | None = None
    detail: str | None = None


class RowAnswers(msgspec.Struct, frozen=True):
    """What became of each, in the order in which they were sent."""

    results: list[RowAnswer]


class Content(Sent, frozen=True):
    """``POST /v1/content``."""

    kind: Kind
    title: str
    summary: str
    locale: str
    markets: list[str]
    tags: list[str]
    due_at: str | None = None


class Result(Sent, frozen=True):
    """How it went; ``score`` is a share from 0 to 1."""

    score: float
    success: bool


class Context(Sent, frozen=True):
    """Where it was done; ``clicks`` of the row, where it has any, is an extension."""

    channel: Literal["web"]
    extensions: dict[str, int] = {}


class Statement(Sent, frozen=True):
    """One activity of ``POST /v1/activities``: ids as text, ``occurred_at`` in RFC 3339, UTC."""

    id: str
    actor: str
    verb: Verb
    object: str
    occurred_at: str
    context: Context
    result: Result | None = None


class Session(msgspec.Struct, frozen=True):
    """Answer of ``POST /v1/sessions``; ``expires_in`` is in seconds."""

    access_token: str
    expires_in: float


class Created(msgspec.Struct, frozen=True):
    """Answer to whatever creates something."""

    id: str


class Notice(msgspec.Struct, frozen=True):
    """An active notice of ``GET /v1/notices``."""

    purpose: str
    version: int
    locale: str


class Notices(msgspec.Struct, frozen=True):
    """Answer of ``GET /v1/notices``."""

    items: list[Notice]


class Receipt(msgspec.Struct, frozen=True):
    """What became of one activity; its effects are for its learner, not for the importer."""

    id: str
    status: Literal["recorded", "repeated", "refused"]
    reason: str | None = None


class Receipts(msgspec.Struct, frozen=True):
    """Answer of ``POST /v1/activities``, in the order sent."""

    results: list[Receipt]


class Fault(msgspec.Struct, frozen=True):
    """One field of a request that was not accepted."""

    field: str = ""
    detail: str = ""


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457 problem details, as far as they help the reader of one line."""

    title: str | None = None
    detail: str | None = None
    remedy: str | None = None
    errors: list[Fault] = []
