"""Which step of a campaign leads where, who may take it, and on which condition: one table.

What is not in the table is refused, with a reason code. The author of any revision since the last approval never
approves (invariant 11); a frozen campaign moves only by the hand of compliance.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from gamification.vocabulary import CampaignState, CampaignStep, StepReason

MARKETER: Final = "marketer"
COMPLIANCE: Final = "compliance_officer"
SYSTEM: Final = "system"
"""The worker that keeps the schedule; no account has this role."""


class Line(msgspec.Struct, frozen=True):
    """One line of the table. ``to`` is None where the campaign goes back to where it was frozen."""

    roles: frozenset[str]
    origins: frozenset[CampaignState]
    to: CampaignState | None


class Hand(msgspec.Struct, frozen=True):
    """Who takes a step: the role, and the account unless it is the worker."""

    role: str
    account: UUID | None = None


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a step depends on. ``authors`` wrote revisions since the last approval; the activity window is UTC.

    ``started``: whether the current revision has ever run. One that was held back before resumes to its schedule.
    """

    state: CampaignState
    started: bool = True
    authors: frozenset[UUID] = frozenset()
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    frozen_from: CampaignState | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The state that a step leads to, or why it is refused and what to do about it."""

    to: CampaignState | None = None
    reason: StepReason | None = None
    remedy: str = ""


_S = CampaignState
_LIVE: Final = frozenset({_S.SCHEDULED, _S.RUNNING, _S.PAUSED})
_OPEN: Final = frozenset({_S.DRAFT, _S.IN_REVIEW, _S.APPROVED}) | _LIVE


def _line(roles: str, origins: frozenset[CampaignState] | set[CampaignState], to: CampaignState | None) -> Line:
    return Line(frozenset(roles.split()), frozenset(origins), to)


TABLE: Final[Mapping[CampaignStep, Line]] = MappingProxyType(
    {
        CampaignStep.EDIT: _line(MARKETER, _OPEN - {_S.RUNNING}, _S.DRAFT),
        CampaignStep.SUBMIT: _line(MARKETER, {_S.DRAFT}, _S.IN_REVIEW),
        CampaignStep.APPROVE: _line(COMPLIANCE, {_S.IN_REVIEW}, _S.APPROVED),
        CampaignStep.REJECT: _line(COMPLIANCE, {_S.IN_REVIEW}, _S.DRAFT),
        CampaignStep.SCHEDULE: _line(MARKETER, {_S.APPROVED}, _S.SCHEDULED),
        CampaignStep.START: _line(SYSTEM, {_S.SCHEDULED}, _S.RUNNING),
        CampaignStep.HOLD: _line(SYSTEM, {_S.SCHEDULED, _S.RUNNING}, _S.PAUSED),
        CampaignStep.PAUSE: _line(f"{MARKETER} {COMPLIANCE}", {_S.RUNNING}, _S.PAUSED),
        CampaignStep.RESUME: _line(MARKETER, {_S.PAUSED}, _S.RUNNING),
        CampaignStep.FREEZE: _line(COMPLIANCE, _OPEN, _S.FROZEN),
        CampaignStep.UNFREEZE: _line(COMPLIANCE, {_S.FROZEN}, None),
        CampaignStep.END: _line(f"{MARKETER} {COMPLIANCE} {SYSTEM}", _OPEN, _S.ENDED),
    }
)

_REMEDIES: Final[Mapping[StepReason, str]] = MappingProxyType(
    {
        StepReason.ROLE: "Ask somebody whose role may do this.",
        StepReason.STATE: "See the states of a campaign for the step that comes first.",
        StepReason.FROZEN: "Ask compliance to unfreeze it.",
        StepReason.ENDED: "Create a new campaign; an ended one stays ended.",
        StepReason.PAUSE_FIRST: "Pause it, edit it, and submit it again.",
        StepReason.AUTHOR: "Ask a compliance officer who wrote no revision of it.",
        StepReason.NOT_OPEN: "Wait until the activity window opens.",
        StepReason.STILL_OPEN: "Wait until the activity window closes.",
        StepReason.CLOSED: "Give it a later end of its activity window.",
    }
)


def judge(step: CampaignStep, situation: Situation, hand: Hand, now: datetime) -> Verdict:
    """Decide where ``step`` leads; ``now`` is UTC. The role is looked at first, then the state, then conditions."""
    line = TABLE[step]
    reason = _refusal(step, line, situation, hand, now)
    if reason is not None:
        return Verdict(None, reason, _REMEDIES[reason])
    if step is CampaignStep.RESUME and not situation.started:
        return Verdict(CampaignState.SCHEDULED)
    return Verdict(line.to or situation.frozen_from)


def _refusal(step: CampaignStep, line: Line, situation: Situation, hand: Hand, now: datetime) -> StepReason | None:
    if hand.role not in line.roles:
        return StepReason.ROLE
    if situation.state not in line.origins:
        return _from_here(step, situation.state)
    if step is CampaignStep.APPROVE and (hand.account is None or hand.account in situation.authors):
        return StepReason.AUTHOR
    return _out_of_window(step, situation, hand, now)


def _from_here(step: CampaignStep, state: CampaignState) -> StepReason:
    if state is CampaignState.FROZEN:
        return StepReason.FROZEN
    if state is CampaignState.ENDED:
        return StepReason.ENDED
    editing = step is CampaignStep.EDIT and state is CampaignState.RUNNING
    return StepReason.PAUSE_FIRST if editing else StepReason.STATE


def _out_of_window(step: CampaignStep, situation: Situation, hand: Hand, now: datetime) -> StepReason | None:
    """Say why the activity window forbids a step; the window holds its beginning and not its end."""
    closed = situation.closes_at is not None and situation.closes_at <= now
    if step in {CampaignStep.SUBMIT, CampaignStep.SCHEDULE, CampaignStep.START, CampaignStep.RESUME} and closed:
        return StepReason.CLOSED
    if step is CampaignStep.START and situation.opens_at is not None and now < situation.opens_at:
        return StepReason.NOT_OPEN
    if step is CampaignStep.END and hand.role == SYSTEM and not closed:
        return StepReason.STILL_OPEN
    return None
