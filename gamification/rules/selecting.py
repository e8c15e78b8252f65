"""What an activity must be: the selector that every rule, condition and step uses."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from content.vocabulary import ContentClass, ContentKind
from engagement.vocabulary import Channel, Verb

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
Days: TypeAlias = Annotated[int, Meta(ge=1, le=366)]
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
    """What an activity must be; all conditions must hold, and one that is left out always does.

    ``on_time`` asks whether it happened by the moment its item was due, ``days_early`` for so many times 24 hours
    before that. An activity about an item that is never due is neither on time nor late.
    """

    verbs: Annotated[tuple[Verb, ...], Meta(min_length=1, max_length=20)]
    kinds: Annotated[tuple[ContentKind, ...], Meta(min_length=1, max_length=20)] | None = None
    classes: Annotated[tuple[ContentClass, ...], Meta(min_length=1, max_length=20)] | None = None
    tags: Tags | None = None
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1, max_length=20)] | None = None
    score: ShareRange | None = None
    progress: ShareRange | None = None
    duration_seconds: SecondsRange | None = None
    success: bool | None = None
    completion: bool | None = None
    on_time: bool | None = None
    days_early: Days | None = None
