"""The words of what engagement earns."""

from enum import StrEnum


class Period(StrEnum):
    """A stretch of calendar time in the person's own time zone; ``ever`` is the whole of it. Weeks are ISO weeks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


class Once(StrEnum):
    """For what a points rule pays once in a period: each item, or the person however many items there were."""

    ITEM = "item"
    PERSON = "person"


class CapUnit(StrEnum):
    """What a cap counts: awards, or the points that they paid."""

    AWARDS = "awards"
    POINTS = "points"


class Counted(StrEnum):
    """What a count counts: matching activities, the different items they were about, or the days they fell on."""

    ACTIVITIES = "activities"
    ITEMS = "items"
    DAYS = "days"


class Quantity(StrEnum):
    """What a sum adds up; an activity without the value adds nothing."""

    DURATION_SECONDS = "duration_seconds"
    PROGRESS = "progress"
    SCORE = "score"


class Rhythm(StrEnum):
    """How often something must happen for a streak to go on."""

    DAY = "day"
    WEEK = "week"


class Past(StrEnum):
    """What publishing a version of a rule set does to what happened before it.

    ``new_only``: activities recorded from then on are evaluated by it, earlier ones keep the version they had.
    """

    NEW_ONLY = "new_only"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    RULESET_PUBLISHED = "gamification:ruleset:published"
    RULESET_READ = "gamification:ruleset:read"
    AWARD_REINSTATED = "gamification:award:reinstated"
    AWARD_REVOKED = "gamification:award:revoked"
    AWARD_PROOF_READ = "gamification:award:proof_read"
    POINTS_READ = "gamification:points:read"
    ENTRIES_READ = "gamification:entries:read"
    BADGES_READ = "gamification:badges:read"
    STREAKS_READ = "gamification:streaks:read"
    WHY_NOT_READ = "gamification:rule:why_not_read"
    OPPORTUNITIES_READ = "gamification:opportunities:read"
    POLICIES_READ = "gamification:policy:read"
    BOARD_ARCHIVED = "gamification:board:archived"
    BOARD_CLOSED = "gamification:board:closed"
    BOARD_CREATED = "gamification:board:created"
    BOARD_PERIODS_READ = "gamification:board:periods_read"
    BOARD_READ = "gamification:board:read"
    BOARD_REBUILT = "gamification:board:rebuilt"
    BOARDS_READ = "gamification:board:listed"
    CREDENTIAL_ISSUED = "gamification:credential:issued"


class WhyNot(StrEnum):
    """Why something can't be earned now."""

    BUDGET_USED_UP = "budget-used-up"
    CAP_REACHED = "cap-reached"
    CLOSED = "closed"
    HELD = "held"
    LOCKED = "locked"
    NEEDS_MISSING = "needs-missing"
    NOT_OPEN_YET = "not-open-yet"
    OTHER_MARKET = "other-market"
    PAID_ALREADY = "paid-already"


class AwardKind(StrEnum):
    """What an award gives."""

    POINTS = "points"
    BADGE = "badge"
    QUEST = "quest"


class AwardState(StrEnum):
    """Whether an award counts; a reversed one can be granted again and keeps its identity.

    ``denied``: a budget was used up when it was earned, which was decided once and for all. ``revoked``: somebody took
    it back for a reason, and can reinstate it.
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


class EntryKind(StrEnum):
    """Why points moved in the ledger."""

    AWARD = "award"
    REVERSAL = "reversal"


class BoardState(StrEnum):
    """Whether a board begins new periods; an archived one keeps those that it had."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class Dimension(StrEnum):
    """By what a board may be narrowed, and by nothing else: never employer, specialty or town."""

    MARKET = "market"
    LANGUAGE = "language"


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


class Form(StrEnum):
    """How a badge leaves the house: a token (VC-JWT), JSON with its proof, or a picture that carries the token."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"


class Verdict(StrEnum):
    """What a presented badge is worth; only ``valid`` is a yes."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    STATUS_UNKNOWN = "status_unknown"
    TAMPERED = "tampered"
    NOT_OURS = "not_ours"


class Fault(StrEnum):
    """What is wrong with a presented badge that can't be believed."""

    SHAPE_UNKNOWN = "shape-unknown"
    ISSUER_UNKNOWN = "issuer-unknown"
    KEY_UNKNOWN = "key-unknown"
    HEADER_WRONG = "header-wrong"
    CLAIMS_WRONG = "claims-wrong"
    PROOF_MISSING = "proof-missing"
    SIGNATURE_WRONG = "signature-wrong"
