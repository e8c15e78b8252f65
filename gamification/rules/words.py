"""The words of the rule grammar."""

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


class LevelBasis(StrEnum):
    """Which recognition points levels rest on: all that were ever earned, or those that have not expired.

    Spent points are active until they would have expired: using what one has earned costs nobody a level.
    """

    LIFETIME = "lifetime"
    ACTIVE = "active"


class Downgrade(StrEnum):
    """What happens when points expire and a level asks for more than is left.

    ``never``: it is kept. ``one_down``: the person goes one level down on each day on which points expire and the rest
    is too little. ``balance_based``: the person goes to the level that the rest reaches.
    """

    NEVER = "never"
    ONE_DOWN = "one_down"
    BALANCE_BASED = "balance_based"


class Past(StrEnum):
    """What publishing a version of a rule set does to what happened before it.

    ``new_only``: activities recorded from then on are evaluated by it, earlier ones keep the version they had.
    """

    NEW_ONLY = "new_only"
