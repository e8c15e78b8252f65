"""What crosses the boundary of this room."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from content.vocabulary import ContentClass, ContentId, ContentKind
from engagement.vocabulary import Channel, Verb
from people.vocabulary import PersonId, Profession


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One thing one healthcare professional did, as recorded.

    ``occurred_at`` is UTC. ``local_date`` is the calendar date of ``occurred_at`` in the person's time zone as it was
    stored when the activity was recorded; ``kind``, ``tags`` and ``content_class`` are the content's and
    ``market`` and ``profession`` are the person's at that moment (None: unknown, or not scored), and ``due_at`` is when
    the content was due then (UTC; None: never).
    ``eligible``: policy let the person be given something with a value at that moment.
    ``score`` and ``progress`` are shares from 0 to 1; ``duration_seconds`` is in seconds.
    """

    id: UUID
    person: PersonId
    verb: Verb
    content: ContentId
    kind: ContentKind
    tags: frozenset[str]
    occurred_at: datetime
    local_date: date
    channel: Channel
    market: str = ""
    content_class: ContentClass = ContentClass.MEDICAL
    score: float | None = None
    success: bool | None = None
    completion: bool | None = None
    progress: float | None = None
    duration_seconds: float | None = None
    due_at: datetime | None = None
    profession: Profession | None = None
    eligible: bool = False


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An activity with what was true when it was recorded.

    ``rules_version`` is the version of the rule set that scores it; None when the person had not agreed to
    gamification at that moment. ``extensions`` are JSON bytes of what the client added.
    """

    activity: Activity
    recorded_at: datetime
    recorded_by: UUID
    rules_version: int | None
    extensions: bytes | None = None


class History(msgspec.Struct, frozen=True):
    """What one person did and what is scored, in order of (occurred_at, id)."""

    person: PersonId
    activities: list[Activity]


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """That one person used one item: with which tags and when (UTC) for the last time, and whether it was finished.

    ``finished`` is true once an activity completed or passed it.
    """

    content: ContentId
    tags: frozenset[str]
    last_at: datetime
    finished: bool
