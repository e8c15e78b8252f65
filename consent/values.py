"""What crosses the boundary of this room, and the register of purposes."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from consent.vocabulary import Answer, Basis, Method, Outcome, Purpose, Reason, State
from people.vocabulary import PersonId


class PurposeEntry(msgspec.Struct, frozen=True):
    """One line of the register: legal ground, W3C Data Privacy Vocabulary term (where one fits), and one sentence."""

    basis: Basis
    dpv: str | None
    sentence: str


_DPV = "http://www.w3.org/ns/dpv#"

PURPOSES: Final[Mapping[str, PurposeEntry]] = MappingProxyType(
    {
        Purpose.ENGAGEMENT: PurposeEntry(
            Basis.CONSENT, f"{_DPV}ServiceProvision", "Keep a record of the content a person used and how."
        ),
        Purpose.GAMIFICATION: PurposeEntry(
            Basis.CONSENT,
            f"{_DPV}PersonalisedBenefits",
            "Work out points, badges, levels and streaks from that record.",
        ),
        Purpose.LEADERBOARD: PurposeEntry(
            Basis.CONSENT, f"{_DPV}ServiceProvision", "Show a person's points to others under a pseudonym."
        ),
        Purpose.PERSONALISATION: PurposeEntry(
            Basis.CONSENT, f"{_DPV}CreatePersonalizedRecommendations", "Suggest content that fits what a person used."
        ),
        Purpose.MARKETING_EMAIL: PurposeEntry(
            Basis.CONSENT, f"{_DPV}DirectMarketing", "Send news and invitations by e-mail."
        ),
        Purpose.ANALYTICS: PurposeEntry(
            Basis.CONSENT, f"{_DPV}UsageAnalytics", "Count how content is used, across many people."
        ),
        Purpose.SERVICE: PurposeEntry(Basis.CONTRACT, f"{_DPV}ServiceProvision", "Run the account a person asked for."),
        Purpose.COMPLIANCE: PurposeEntry(
            Basis.LEGAL_OBLIGATION, f"{_DPV}LegalCompliance", "Prove what was done with personal data, and why."
        ),
        Purpose.CONTENT_OPERATIONS: PurposeEntry(
            Basis.NO_PERSONAL_DATA, None, "Create and approve content; touches no healthcare professional's data."
        ),
    }
)

CONSENT_PURPOSES: Final = tuple(purpose for purpose in Purpose if PURPOSES[purpose].basis is Basis.CONSENT)
"""The purposes a person can answer, in the order in which they are listed."""


class NewNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to publish: ``version`` counts from 1 per purpose; each locale is a translation of that version."""

    purpose: Purpose
    version: int
    locale: str
    text: str


class NoticeReference(msgspec.Struct, frozen=True, kw_only=True):
    """Names one published notice without its text."""

    id: UUID
    purpose: Purpose
    version: int
    locale: str


class Notice(NoticeReference, frozen=True, kw_only=True):
    """A published notice; ``sha256`` is over the UTF-8 bytes of ``text``, and neither ever changes."""

    text: str
    sha256: bytes
    published_at: datetime


class ConsentChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person answers about one purpose.

    ``locale`` says in which language the notice was shown. ``occurred_at`` stays empty for an answer given right now;
    an answer on paper carries the time at which it was given. ``evidence`` is a reference ("paper form 17"), never
    personal data; ``evidence_sha256`` is over the document it refers to. Only a grant can have an ``expires_at``.
    """

    state: Answer
    notice_version: int | None = None
    method: Method = Method.APP
    evidence: str | None = None
    evidence_sha256: bytes | None = None
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


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How one person stands towards one purpose: the answer that counts, and the event that gave it.

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


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a person's own consents; an unanswered purpose is ``absent`` with nulls."""

    purpose: Purpose
    state: State
    notice_version: int | None
    decided_at: datetime | None


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild of the projection found: how many people it read and how many lines it had to put right."""

    people: int
    changed: int
