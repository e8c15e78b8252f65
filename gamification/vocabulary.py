"""The words of what engagement earns."""

from enum import StrEnum
from typing import Final


class CampaignPast(StrEnum):
    """What a campaign that starts does to what happened before it; chosen when it is submitted."""

    NEW_ONLY = "new_only"
    BACKFILL_SILENTLY = "backfill_silently"
    GRANDFATHER = "grandfather"


class CampaignState(StrEnum):
    """Where a campaign stands; only a running one scores."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FROZEN = "frozen"
    ENDED = "ended"


class CampaignStep(StrEnum):
    """What is done to a campaign; ``create`` is how it begins."""

    CREATE = "create"
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    START = "start"
    HOLD = "hold"
    PAUSE = "pause"
    RESUME = "resume"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    END = "end"


class StepReason(StrEnum):
    """Why a step of a campaign is refused: stable codes that stand in answers and in the audit log."""

    ROLE = "role-may-not"
    STATE = "not-from-this-state"
    FROZEN = "campaign-frozen"
    ENDED = "campaign-ended"
    PAUSE_FIRST = "pause-first"
    AUTHOR = "author-never-approves"
    NOT_OPEN = "activity-window-not-open"
    STILL_OPEN = "activity-window-still-open"
    CLOSED = "activity-window-closed"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    CAMPAIGN_BACKFILLED = "gamification:campaign:backfilled"
    CAMPAIGN_CREATED = "gamification:campaign:created"
    CAMPAIGN_MOVED = "gamification:campaign:moved"
    CAMPAIGN_PREVIEWED = "gamification:campaign:previewed"
    CAMPAIGN_READ = "gamification:campaign:read"
    CAMPAIGN_REVISED = "gamification:campaign:revised"
    CAMPAIGNS_LISTED = "gamification:campaign:listed"
    PROGRAMME_COMPARED = "gamification:programme:compared"
    PROGRAMME_REBUILT = "gamification:programme:rebuilt"
    RULES_CHECKED = "gamification:rules:checked"
    RULESET_PUBLISHED = "gamification:ruleset:published"
    RULESET_READ = "gamification:ruleset:read"
    AWARD_REINSTATED = "gamification:award:reinstated"
    AWARD_REVOKED = "gamification:award:revoked"
    ACTIVITY_RETRACTED = "gamification:activity:retracted"
    AWARD_PROOF_READ = "gamification:award:proof_read"
    POINTS_READ = "gamification:points:read"
    ENTRIES_READ = "gamification:entries:read"
    BADGES_READ = "gamification:badges:read"
    STREAKS_READ = "gamification:streaks:read"
    WHY_NOT_READ = "gamification:rule:why_not_read"
    OPPORTUNITIES_READ = "gamification:opportunities:read"
    POLICIES_READ = "gamification:policy:read"
    BOARD_ARCHIVED = "gamification:board:archived"
    BOARD_BEGUN = "gamification:board:begun"
    BOARD_CLOSED = "gamification:board:closed"
    BOARD_CREATED = "gamification:board:created"
    BOARD_PERIODS_READ = "gamification:board:periods_read"
    BOARD_READ = "gamification:board:read"
    BOARD_REBUILT = "gamification:board:rebuilt"
    CLAIM_CANCELLED = "gamification:claim:cancelled"
    CLAIM_FULFILLED = "gamification:claim:fulfilled"
    CLAIMS_READ = "gamification:claim:read"
    GOAL_PAID = "gamification:goal:paid"
    GOAL_REACHED = "gamification:goal:reached"
    LEVEL_MOVED = "gamification:level:moved"
    CURRENCIES_READ = "gamification:currency:listed"
    CURRENCY_APPROVED = "gamification:currency:approved"
    CURRENCY_DEFINED = "gamification:currency:defined"
    CURRENCY_WITHDRAWN = "gamification:currency:withdrawn"
    LOTS_EXPIRED = "gamification:lot:expired"
    REWARD_APPROVED = "gamification:reward:approved"
    REWARD_CLAIMED = "gamification:reward:claimed"
    REWARD_CREATED = "gamification:reward:created"
    REWARD_WITHDRAWN = "gamification:reward:withdrawn"
    REWARDS_READ = "gamification:reward:read"
    TRANSFERS_EXPORTED = "gamification:transfer:exported"
    TRANSFERS_READ = "gamification:transfer:read"
    BOARDS_READ = "gamification:board:listed"
    CREDENTIAL_ISSUED = "gamification:credential:issued"
    DISPUTE_ANSWERED = "gamification:dispute:answered"
    DISPUTE_OPENED = "gamification:dispute:opened"
    FREEZES_GRANTED = "gamification:streak:freezes_granted"


class WhyNot(StrEnum):
    """Why something can't be earned now."""

    BUDGET_USED_UP = "budget-used-up"
    CAP_REACHED = "cap-reached"
    CLOSED = "closed"
    EXPIRED = "expired"
    HELD = "held"
    LOCKED = "locked"
    NEEDS_MISSING = "needs-missing"
    NOT_OPEN_YET = "not-open-yet"
    OTHER_MARKET = "other-market"
    OTHER_PROFESSION = "other-profession"
    PAID_ALREADY = "paid-already"
    REFUSED_BY_POLICY = "refused-by-policy"
    REVOKED = "revoked"


class AwardKind(StrEnum):
    """What an award gives. ``contribution`` is one unit of a community quest, ``community`` its bonus."""

    POINTS = "points"
    BADGE = "badge"
    QUEST = "quest"
    CONTRIBUTION = "contribution"
    COMMUNITY = "community"


class AwardState(StrEnum):
    """Whether an award counts. A ``reversed`` one can be granted again, a ``denied`` one met a used-up budget.

    ``revoked``: somebody took it back for a reason, and can reinstate it.
    """

    ACTIVE = "active"
    DENIED = "denied"
    REVERSED = "reversed"
    REVOKED = "revoked"


class Revocation(StrEnum):
    """Why a badge was taken back or given back: words, not free text, which could hold a name."""

    APPEAL_GRANTED = "appeal-granted"
    CONTENT_WITHDRAWN = "content-withdrawn"
    CORRECTION = "correction"
    HOLDER_ASKED = "holder-asked"
    ISSUED_IN_ERROR = "issued-in-error"
    MISCONDUCT = "misconduct"


class FreezeReason(StrEnum):
    """Why staff grant freezes to a streak: words, not free text, which could say how somebody is."""

    ABSENCE = "absence"
    CORRECTION = "correction"
    GOODWILL = "goodwill"
    SERVICE_OUTAGE = "service-outage"


class Blocked(StrEnum):
    """Why what somebody does earns less, or nothing; the last two hold one award back, not the person.

    Market, profession, lane and window are those of a campaign whose rule asks for it; a policy pack forbids the award.
    """

    NO_CONSENT = "no_consent"
    OUT_OF_MARKET = "out_of_market"
    OTHER_PROFESSION = "other_profession"
    OUTSIDE_WINDOW = "outside_window"
    POLICY = "policy"
    LANE = "lane"
    CAP = "cap"
    BUDGET = "budget"


class EntryKind(StrEnum):
    """Why points moved in the ledger. ``unexpiry`` undoes an expiry, so that the award behind it can be taken back."""

    AWARD = "award"
    REVERSAL = "reversal"
    EXPIRY = "expiry"
    UNEXPIRY = "unexpiry"
    SPEND = "spend"
    REFUND = "refund"


class RewardKind(StrEnum):
    """What can be claimed at all; cash, vouchers, raffles, travel and the like are refused by not being words of it."""

    BADGE = "badge"
    CERTIFICATE = "certificate"
    LEVEL = "level"
    CONTENT_UNLOCK = "content_unlock"
    EDUCATIONAL_ITEM = "educational_item"


class RewardState(StrEnum):
    """Where a reward stands; only an ``approved`` one is shown and can be claimed."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class CurrencyState(StrEnum):
    """Whether something can be paid in a currency."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class ClaimPeriod(StrEnum):
    """The stretch of a person's own calendar in which a reward can be claimed so many times; ``ever`` is all of it."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


class ClaimState(StrEnum):
    """Where a claim stands: stock, points and yearly cap are reserved, used up, or given back."""

    RESERVED = "reserved"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class TransferState(StrEnum):
    """What a row of the transfer-of-value book says, one of each a claim; a dispute led to what is ``corrected``."""

    ESTIMATED = "estimated"
    COMMITTED = "committed"
    ACTUAL = "actual"
    RELEASED = "released"
    CORRECTED = "corrected"


RECOGNITION: Final = "recognition"
"""The currency that exists everywhere: no monetary value, never converted, never transferred."""


class BoardState(StrEnum):
    """Whether a board begins new periods; an archived one keeps those that it had."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class Dimension(StrEnum):
    """By what a board may be narrowed, and by nothing else: never employer, specialty or town."""

    MARKET = "market"
    LANGUAGE = "language"
    PROFESSION = "profession"


class Ties(StrEnum):
    """How equal points are ranked: 1, 2, 2, 3; or 1, 2, 2, 4; or 1, 2, 3, 4. Inside a tie the order is by alias."""

    DENSE = "dense"
    STANDARD = "standard"
    ORDINAL = "ordinal"


class Visibility(StrEnum):
    """How much a board shows: every line, the lines beside one's own, one's own band alone, or nothing to anybody."""

    FULL = "full"
    NEIGHBOURS = "neighbours"
    RELATIVE = "relative"
    HIDDEN = "hidden"


class Band(StrEnum):
    """A share of a board, from its top."""

    TOP_TENTH = "top-10-percent"
    TOP_QUARTER = "top-25-percent"
    TOP_HALF = "top-50-percent"
    LOWER_HALF = "lower-50-percent"
