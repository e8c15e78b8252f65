"""What crosses the boundary of this room: what a person has earned, and what one activity changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from audit.values import LeafProof
from consent.values import Decision
from content.vocabulary import ContentClass
from engagement import Draft, Malformed
from gamification.campaign_values import CampaignApproval
from gamification.rules.credentials.judging import Judgement
from gamification.rules.earnings import (
    Award,
    AwardKey,
    BadgeDecision,
    BadgeEffect,
    Corrections,
    Counter,
    Effects,
    Folded,
    GrantedFreezes,
    Intervention,
    LevelEffect,
    Outcome,
    PointsEffect,
    State,
    StreakEffect,
    StreakState,
)
from gamification.rules.lots import Balance, Expiring
from gamification.rules.opportunities import Opportunity
from gamification.rules.tracing import TraceLine
from gamification.vocabulary import RECOGNITION, AwardKind, AwardState
from kernel.facts import Origin
from people.vocabulary import PersonId

__all__ = [
    "ActivityResult",
    "ApprovalView",
    "Award",
    "AwardKey",
    "AwardView",
    "BadgeDecision",
    "BadgeEffect",
    "BadgeLine",
    "Balance",
    "CampaignApproval",
    "Corrections",
    "Counter",
    "Delivery",
    "Effects",
    "EntryView",
    "Expiring",
    "Folded",
    "Grant",
    "GrantedFreezes",
    "Intervention",
    "IssuedCredential",
    "Judgement",
    "LevelEffect",
    "LevelView",
    "Opportunity",
    "Outcome",
    "PointsEffect",
    "PointsView",
    "ProofView",
    "PublishedRules",
    "Reversal",
    "State",
    "Status",
    "StreakEffect",
    "StreakLine",
    "StreakState",
    "TraceLine",
]


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """An award that is to be written, with everything it rests on."""

    person: PersonId
    key: AwardKey
    points: int
    rules_version: int
    activity: UUID
    consent: UUID | None
    occurred_at: datetime
    kind: AwardKind = AwardKind.POINTS
    state: AwardState = AwardState.ACTIVE
    currency: str = RECOGNITION
    lane: ContentClass = ContentClass.MEDICAL
    available_at: datetime | None = None
    expires_at: datetime | None = None


class Reversal(msgspec.Struct, frozen=True):
    """An award that is to be taken back."""

    person: PersonId
    key: AwardKey


class PublishedRules(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable version of a rule set; ``body`` is its canonical JSON."""

    version: int
    key: str
    body: bytes
    sha256: bytes
    published_at: datetime
    published_by: str


class AwardView(msgspec.Struct, frozen=True, kw_only=True):
    """An award as it is stored."""

    id: UUID
    person: PersonId
    rule: str
    subject: str
    period: str
    kind: str
    state: str
    points: int
    rules_version: int
    activity: UUID
    consent: UUID | None
    occurred_at: datetime
    awarded_at: datetime


class IssuedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """The credential of one award: ids that say nothing, and its bit in a status list."""

    award: UUID
    id: UUID
    subject: UUID
    list_number: int
    list_index: int
    issued_at: datetime


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a person's ledger; ``points`` is negative where they left the person.

    What says which award the points came from is null where they were spent or came back without a lot of their own.
    """

    id: UUID
    award: UUID | None
    kind: str
    points: int
    currency: str
    claim: UUID | None
    rule: str | None
    subject: str | None
    period: str | None
    activity: UUID | None
    occurred_at: datetime | None
    recorded_at: datetime


class Status(StrEnum):
    """What became of one activity."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    REFUSED = "refused"


class ActivityResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer for one activity. ``reason``, ``field`` and ``detail`` say why it was refused and what to correct."""

    id: UUID | None
    status: Status
    reason: str | None = None
    field: str | None = None
    detail: str | None = None
    effects: Effects | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One request's activities. ``person`` is the caller's own; None where a machine client delivers for many.

    ``markets`` are those in which the caller may name people; ``origin_for`` says who asks, for whom, and on which
    consent.
    """

    origin_for: Callable[[Decision | None, PersonId | None], Origin]
    account: UUID
    markets: frozenset[str]
    person: PersonId | None
    drafts: Sequence[Draft | Malformed]


class LevelView(msgspec.Struct, frozen=True):
    """A level; reached at ``at`` lifetime points."""

    level: int
    name: str
    at: int


class PointsView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's lifetime points, how many of them are active (not expired), and what there is of each currency.

    Recognition points have no monetary value and can't be converted or transferred.
    """

    currency: str
    points: int
    active: int
    level: LevelView
    next_level: LevelView | None
    balances: list[Balance] = []


class BadgeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A badge that a person holds; ``award`` names it in proofs, ``family`` and ``level`` what it is a level of."""

    key: str
    name: str
    description: str
    award: UUID
    earned_at: datetime
    awarded_at: datetime
    expires_at: datetime | None = None
    family: str | None = None
    level: int | None = None


class StreakLine(msgspec.Struct, frozen=True):
    """A streak as it stands today, in periods of its rhythm (``day`` or ``week``), and how many it can miss yet."""

    key: str
    name: str
    every: str
    current: int
    longest: int
    freezes: int


class ApprovalView(msgspec.Struct, frozen=True):
    """The medical-legal-regulatory approval of an item: by which account, and when."""

    content: UUID
    state: str
    approved_by: UUID | None
    approved_at: datetime | None


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """What an award rests on: the activity, the rules, the policy, the consent, the approvals, and the audit log.

    ``trace`` says condition by condition why it was earned; ``audit`` is empty until the log has signed the entry.
    """

    award: UUID
    rule: str
    kind: str
    state: str
    points: int
    subject: str | None
    period: str
    activity: UUID
    occurred_at: datetime
    awarded_at: datetime
    rules_version: int
    rules_sha256: str
    rules_published_at: datetime
    policy: str
    consent_event: UUID | None
    approval: ApprovalView | None
    campaign: str | None
    campaign_revision: int | None
    campaign_approval: CampaignApproval | None
    trace: list[TraceLine]
    audit: list[LeafProof]
