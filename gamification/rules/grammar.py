"""The grammar of a rule set: closed, declarative, and the same for YAML, JSON and the database.

There is no expression language: what can't be said with these fields can't be scored. Nothing here names consent,
prescribing, sales, samples or formulary data, and ``forbidden.py`` keeps it out of keys and tags.
"""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta

from content.vocabulary import ContentClass
from engagement.vocabulary import Profession
from gamification.rules.needs import Needs
from gamification.rules.selecting import (
    MOST_RULES,
    Count,
    Days,
    Description,
    Key,
    LifetimePoints,
    Name,
    Part,
    SecondsRange,
    ShareRange,
    Tags,
    When,
)
from gamification.rules.words import CapUnit, Downgrade, LevelBasis, Once, Past, Period, Rhythm
from gamification.vocabulary import RECOGNITION

__all__ = [
    "Badge",
    "Bar",
    "CampaignPart",
    "Cap",
    "CommunityQuest",
    "Earlier",
    "Freezes",
    "Level",
    "Multiplier",
    "Parts",
    "PointsRule",
    "Quest",
    "QuestStep",
    "RuleSet",
    "SecondsRange",
    "ShareRange",
    "Streak",
    "StreakLength",
    "Tags",
    "Threshold",
    "When",
]

Market: TypeAlias = Annotated[str, Meta(pattern="^[A-Z]{2}$", max_length=2)]
Percent: TypeAlias = Annotated[int, Meta(ge=1, le=1_000)]


class Cap(Part, frozen=True):
    """At most ``limit`` awards, or points, of the rule in one period; an award that would go over it is not made."""

    per: Period
    limit: Count
    of: CapUnit = CapUnit.AWARDS


class PointsRule(Part, frozen=True):
    """Pays ``points`` when an activity matches ``when`` and ``needs`` are met, once per item (or person) and period.

    ``budget`` is how many points it pays to everybody together. Points can be spent ``pending_days`` after they were
    earned, and expire ``expires_after_days`` after that; lifetime points never expire.
    """

    key: Key
    name: Name
    when: When
    points: Count
    recurs: Period
    caps: Annotated[tuple[Cap, ...], Meta(max_length=4)] = ()
    needs: Needs | None = None
    once_per: Once = Once.ITEM
    currency: Key = RECOGNITION
    budget: LifetimePoints | None = None
    pending_days: Days | None = None
    expires_after_days: Annotated[int, Meta(ge=1, le=3_660)] | None = None


class Freezes(Part, frozen=True):
    """Missed periods that a streak forgives: some at the start, one more per ``every`` periods kept, ``most`` held.

    A gap takes grace first, then freezes. One that is too long for both ends the streak and takes none.
    """

    start: Annotated[int, Meta(ge=0, le=100)] = 0
    every: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    most: Annotated[int, Meta(ge=1, le=100)] = 3


class Streak(Part, frozen=True):
    """Counts the periods in a row in which at least one activity matched; a gap up to ``grace`` periods is forgiven."""

    key: Key
    name: Name
    when: When
    every: Rhythm
    grace: Annotated[int, Meta(ge=0, le=30)] = 0
    freezes: Freezes | None = None


class Threshold(Part, frozen=True):
    """Lifetime ``points``, or ``at_least`` so many awards of one points rule, or so many matching activities."""

    points: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    awards_of: Key | None = None
    activities: When | None = None
    at_least: Count | None = None


class StreakLength(Part, frozen=True):
    """A streak that has reached ``length`` periods in a row."""

    key: Key
    length: Count


class Badge(Part, frozen=True):
    """Earned once, for exactly one reason: an activity (``when``), a ``threshold``, a ``streak``, or ``needs``.

    ``family`` and ``level`` make it one level of a badge that has several. After ``closes_at``, or when ``locked``,
    nobody earns it any more and holders keep it; ``most_earners`` is how many people can. A ``hidden`` one is shown
    only to who holds it.
    """

    key: Key
    name: Name
    description: Description
    when: When | None = None
    threshold: Threshold | None = None
    streak: StreakLength | None = None
    needs: Needs | None = None
    family: Key | None = None
    level: Annotated[int, Meta(ge=1, le=100)] | None = None
    expires_after_days: Annotated[int, Meta(ge=1, le=3_660)] | None = None
    closes_at: datetime | None = None
    most_earners: Count | None = None
    hidden: bool = False
    locked: bool = False


class QuestStep(Part, frozen=True):
    """So many matching activities about different items."""

    name: Name
    when: When
    at_least: Count = 1


class Quest(Part, frozen=True):
    """Several steps, in the order given or in any, done at most ``within_days`` local dates after the first activity.

    It is paid once. One that is not done in time begins anew with the next activity that matches.
    """

    key: Key
    name: Name
    description: Description
    steps: Annotated[tuple[QuestStep, ...], Meta(min_length=1, max_length=20)]
    ordered: bool = False
    within_days: Days | None = None
    points: LifetimePoints = 0


class CommunityQuest(Part, frozen=True):
    """Everybody works on one number: ``target`` contributions, each a matching activity about an item.

    A person contributes each item once, and ``most_each`` items at the most. When the target is reached the quest is
    over, and everybody who contributed gets ``points``, once.
    """

    key: Key
    name: Name
    description: Description
    when: When
    target: Count
    points: Count
    most_each: Count | None = None


class Multiplier(Part, frozen=True):
    """While it is open, rules pay ``percent`` of their points, rounded down; the highest one counts.

    Without ``rules`` it is for all that stand beside it. One of a campaign can name rules of the rule set; it counts
    for activities that the campaign is about. An award of no points at all is not made.
    """

    key: Key
    name: Name
    percent: Percent
    opens: datetime
    closes: datetime
    rules: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=MOST_RULES)] | None = None


class Level(Part, frozen=True):
    """Reached at ``at`` recognition points."""

    level: Annotated[int, Meta(ge=1, le=1000)]
    name: Name
    at: LifetimePoints


class Parts(Part, frozen=True):
    """The rules of a campaign, as a marketer writes them."""

    points: Annotated[tuple[PointsRule, ...], Meta(max_length=MOST_RULES)] = ()
    streaks: Annotated[tuple[Streak, ...], Meta(max_length=MOST_RULES)] = ()
    badges: Annotated[tuple[Badge, ...], Meta(max_length=MOST_RULES)] = ()
    quests: Annotated[tuple[Quest, ...], Meta(max_length=MOST_RULES)] = ()
    multipliers: Annotated[tuple[Multiplier, ...], Meta(max_length=MOST_RULES)] = ()
    community_quests: Annotated[tuple[CommunityQuest, ...], Meta(max_length=MOST_RULES)] = ()


class Earlier(Part, frozen=True):
    """The rules of an earlier revision of a campaign, by which whoever began under it is still judged."""

    revision: Count
    rules: Parts


class CampaignPart(Part, frozen=True, cache_hash=True):
    """A running campaign in a rule set: its rules, and to which activities alone they apply.

    ``markets`` and ``professions`` are those of whoever acts, None: all of them. ``opens`` (inclusive) and ``closes``
    (exclusive) are UTC and about when something happened. ``earlier`` are the revisions that it grandfathers, oldest
    first.
    """

    key: Key
    revision: Count
    rules: Parts
    lane: ContentClass
    markets: Annotated[tuple[Market, ...], Meta(min_length=1, max_length=MOST_RULES)] | None = None
    professions: Annotated[tuple[Profession, ...], Meta(min_length=1, max_length=MOST_RULES)] | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    earlier: Annotated[tuple[Earlier, ...], Meta(max_length=MOST_RULES)] = ()


class Bar(Part, frozen=True):
    """What policy packs forbid a points rule: awards for content of ``lane`` in some countries.

    They are ``markets``, or with ``elsewhere`` all but these. ``reasons`` are the stable codes of the refusals.
    ``unless_eligible``: it is not about whoever may be given something with a value (C19).
    """

    rule: Key
    lane: ContentClass
    reasons: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=MOST_RULES)]
    markets: Annotated[tuple[Market, ...], Meta(max_length=MOST_RULES)] = ()
    elsewhere: bool = False
    unless_eligible: bool = False


class RuleSet(Part, frozen=True, cache_hash=True):
    """One immutable version of all rules. ``key`` is its identity, and rule keys are theirs, over all versions.

    ``levels_by`` says which points levels rest on; with ``active`` ones, ``downgrade`` what their expiry does.
    ``campaigns`` and ``bars`` are put into it when it is composed, and never written by hand.
    """

    key: Key
    name: Name
    past: Past
    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=MOST_RULES)]
    points: Annotated[tuple[PointsRule, ...], Meta(max_length=MOST_RULES)] = ()
    streaks: Annotated[tuple[Streak, ...], Meta(max_length=MOST_RULES)] = ()
    badges: Annotated[tuple[Badge, ...], Meta(max_length=MOST_RULES)] = ()
    quests: Annotated[tuple[Quest, ...], Meta(max_length=MOST_RULES)] = ()
    multipliers: Annotated[tuple[Multiplier, ...], Meta(max_length=MOST_RULES)] = ()
    campaigns: Annotated[tuple[CampaignPart, ...], Meta(max_length=MOST_RULES)] = ()
    community_quests: Annotated[tuple[CommunityQuest, ...], Meta(max_length=MOST_RULES)] = ()
    levels_by: LevelBasis = LevelBasis.LIFETIME
    downgrade: Downgrade = Downgrade.NEVER
    bars: Annotated[tuple[Bar, ...], Meta(max_length=10_000)] = ()
