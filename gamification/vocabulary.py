"""The words of what engagement earns."""

from enum import StrEnum


class Period(StrEnum):
    """A stretch of calendar time in the person's own time zone; ``ever`` is the whole of it. Weeks are ISO weeks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


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
    AWARD_PROOF_READ = "gamification:award:proof_read"
    POINTS_READ = "gamification:points:read"
    ENTRIES_READ = "gamification:entries:read"
    BADGES_READ = "gamification:badges:read"
    STREAKS_READ = "gamification:streaks:read"
    OPPORTUNITIES_READ = "gamification:opportunities:read"
    BOARD_ARCHIVED = "gamification:board:archived"
    BOARD_CLOSED = "gamification:board:closed"
    BOARD_CREATED = "gamification:board:created"
    BOARD_PERIODS_READ = "gamification:board:periods_read"
    BOARD_READ = "gamification:board:read"
    BOARD_REBUILT = "gamification:board:rebuilt"
    BOARDS_READ = "gamification:board:listed"


class AwardKind(StrEnum):
    """What an award gives."""

    POINTS = "points"
    BADGE = "badge"


class AwardState(StrEnum):
    """Whether an award counts; a reversed one can be granted again and keeps its identity."""

    ACTIVE = "active"
    REVERSED = "reversed"


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
