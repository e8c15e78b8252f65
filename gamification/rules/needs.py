"""What a rule can need besides the activity that triggers it: a closed set of conditions, each a type of its own.

``needs`` is a list of groups: one condition of each group must hold (OR inside a group, AND across groups). A
condition on activities remembers what it has seen from the version on in which it stands, not from before.

One activity is looked at in this order: streaks, points rules as they are written, quests, levels, badges. So what a
points rule needs of a streak or of activities includes the activity that it pays for; of points and awards, what rules
before it paid for the same activity; badges and levels, only those there before. Badges see everything.
"""

from typing import Annotated, TypeAlias

from msgspec import Meta

from gamification.rules.selecting import Count, Days, Key, LifetimePoints, Part, Seconds, When
from gamification.rules.words import Counted, Period, Quantity

MOST_NEEDS = 10
"""Groups, conditions in a group, and steps of a sequence."""


class Window(Part, frozen=True):
    """How far back is looked: a calendar period of the person (``per``), or the last ``days`` local dates."""

    per: Period | None = None
    days: Days | None = None


class CountNeed(Part, frozen=True, tag_field="is", tag="count"):
    """So many matching activities, different items or days; ``at_least: 1`` is the first time."""

    when: When
    at_least: Count
    of: Counted = Counted.ACTIVITIES
    within: Window | None = None


class SumNeed(Part, frozen=True, tag_field="is", tag="sum"):
    """A quantity of matching activities adds up to ``at_least``; a millionth is the least that counts."""

    when: When
    of: Quantity
    at_least: Seconds
    within: Window | None = None


class SequenceNeed(Part, frozen=True, tag_field="is", tag="sequence"):
    """One after the other, each at most ``within_days`` local dates after the one before it.

    It holds on the local date on which the last step was done, for a badge from then on.
    """

    steps: Annotated[tuple[When, ...], Meta(min_length=2, max_length=MOST_NEEDS)]
    within_days: Days


class FirstNeed(Part, frozen=True, tag_field="is", tag="first"):
    """The activity at hand matches ``when`` and is the first about its item that does: there was no earlier try."""

    when: When


class PointsNeed(Part, frozen=True, tag_field="is", tag="points"):
    """Lifetime recognition points."""

    at_least: LifetimePoints


class AwardsNeed(Part, frozen=True, tag_field="is", tag="awards"):
    """So many awards of one points rule."""

    rule: Key
    at_least: Count = 1


class StreakNeed(Part, frozen=True, tag_field="is", tag="streak"):
    """A streak that has ever reached ``length`` periods."""

    key: Key
    length: Count


class BadgeNeed(Part, frozen=True, tag_field="is", tag="badge"):
    """A badge that the person holds; one that has expired is held no more."""

    key: Key


class LevelNeed(Part, frozen=True, tag_field="is", tag="level"):
    """A level that the person has; one that was lost with expired points must be reached again."""

    level: Annotated[int, Meta(ge=1, le=1000)]


Need: TypeAlias = (
    CountNeed | SumNeed | SequenceNeed | FirstNeed | PointsNeed | AwardsNeed | StreakNeed | BadgeNeed | LevelNeed
)
Group: TypeAlias = Annotated[tuple[Need, ...], Meta(min_length=1, max_length=MOST_NEEDS)]
Needs: TypeAlias = Annotated[tuple[Group, ...], Meta(min_length=1, max_length=MOST_NEEDS)]
