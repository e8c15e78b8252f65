"""The grammar of a rule set: closed, declarative, and the same for YAML, JSON and the database.

There is no expression language: what can't be said with these fields can't be scored. Nothing here names consent,
prescribing, sales, samples or formulary data, and ``forbidden.py`` keeps it out of keys and tags.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from content.vocabulary import ContentKind
from engagement.vocabulary import Channel, Verb
from gamification.vocabulary import Past, Period, Rhythm

MOST_RULES = 200
"""Of one kind in a rule set: it bounds the state of a person and the time of an evaluation."""

Key: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$", max_length=64)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)]
Description: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]
Tag: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
TagList: TypeAlias = Annotated[tuple[Tag, ...], Meta(min_length=1, max_length=MOST_RULES)]
Count: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000)]
LifetimePoints: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Seconds: TypeAlias = Annotated[float, Meta(ge=0, le=31_622_400)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a rule set; it can't be changed, and takes no field it doesn't know."""


class Tags(Part, frozen=True):
    """Which tags the content must have: at least one of ``any``, each of ``all``, not one of ``none``."""

    any: TagList | None = None
    all: TagList | None = None
    none: TagList | None = None


class ShareRange(Part, frozen=True):
    """A share from 0 to 1: ``at_least`` <= value < ``below``. An activity without the value isn't in the range."""

    at_least: Share | None = None
    below: Share | None = None


class SecondsRange(Part, frozen=True):
    """A duration in seconds: ``at_least`` <= value < ``below``. An activity without one isn't in the range."""

    at_least: Seconds | None = None
    below: Seconds | None = None


class When(Part, frozen=True):
    """What an activity must be; all conditions must hold, and one that is left out always does."""

    verbs: Annotated[tuple[Verb, ...], Meta(min_length=1, max_length=20)]
    kinds: Annotated[tuple[ContentKind, ...], Meta(min_length=1, max_length=20)] | None = None
    tags: Tags | None = None
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1, max_length=20)] | None = None
    score: ShareRange | None = None
    progress: ShareRange | None = None
    duration_seconds: SecondsRange | None = None
    success: bool | None = None
    completion: bool | None = None


class Cap(Part, frozen=True):
    """At most ``limit`` distinct subjects pay in one period."""

    per: Period
    limit: Count


class PointsRule(Part, frozen=True):
    """Pays ``points`` recognition points for a subject, at most once per subject and period of ``recurs``."""

    key: Key
    name: Name
    when: When
    points: Count
    recurs: Period
    caps: Annotated[tuple[Cap, ...], Meta(max_length=4)] = ()


class Streak(Part, frozen=True):
    """Counts the periods in a row in which at least one activity matched."""

    key: Key
    name: Name
    when: When
    every: Rhythm


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
    """Earned once, for exactly one reason: an activity (``when``), a ``threshold`` or a ``streak``."""

    key: Key
    name: Name
    description: Description
    when: When | None = None
    threshold: Threshold | None = None
    streak: StreakLength | None = None


class Level(Part, frozen=True):
    """Reached at ``at`` lifetime points."""

    level: Annotated[int, Meta(ge=1, le=1000)]
    name: Name
    at: LifetimePoints


class RuleSet(Part, frozen=True, cache_hash=True):
    """One immutable version of all rules. ``key`` is its identity, and rule keys are theirs, over all versions."""

    key: Key
    name: Name
    past: Past
    levels: Annotated[tuple[Level, ...], Meta(min_length=1, max_length=MOST_RULES)]
    points: Annotated[tuple[PointsRule, ...], Meta(max_length=MOST_RULES)] = ()
    streaks: Annotated[tuple[Streak, ...], Meta(max_length=MOST_RULES)] = ()
    badges: Annotated[tuple[Badge, ...], Meta(max_length=MOST_RULES)] = ()
