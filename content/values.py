"""What crosses the boundary of this room."""

from datetime import datetime
from uuid import UUID

import msgspec

from content.vocabulary import ContentClass, ContentId, ContentKind, ContentState


class NewContent(msgspec.Struct, frozen=True, kw_only=True):
    """An item to create, as a draft.

    ``markets`` are ISO 3166-1 alpha-2 codes, or ``("*",)`` alone for all of them; ``tags`` are lower-case subjects.
    The item is visible from ``visible_from`` (inclusive) until ``visible_until`` (exclusive); empty means no bound.
    Who is done with it by ``due_at`` (inclusive) is on time; without it nobody is on time, and nobody late.
    A webinar that is live begins at ``starts_at`` and takes ``duration_seconds``. ``brand`` is the key of the brand
    that it belongs to, if it is promotional and belongs to one.
    """

    kind: ContentKind
    title: str
    locale: str
    markets: tuple[str, ...]
    summary: str = ""
    tags: tuple[str, ...] = ()
    content_class: ContentClass = ContentClass.MEDICAL
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    due_at: datetime | None = None
    duration_seconds: int | None = None
    brand: str | None = None
    starts_at: datetime | None = None


class ContentItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as staff see it, with who made and who approved it (account ids) and when (UTC)."""

    id: ContentId
    kind: ContentKind
    title: str
    summary: str
    locale: str
    markets: tuple[str, ...]
    tags: tuple[str, ...]
    content_class: ContentClass
    state: ContentState
    visible_from: datetime | None
    visible_until: datetime | None
    due_at: datetime | None
    duration_seconds: int | None
    starts_at: datetime | None
    created_by: UUID
    created_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    brand: str | None


class OfferedContent(msgspec.Struct, frozen=True, kw_only=True):
    """An item as a healthcare professional sees it: no accounts, no approval trail, no other markets."""

    id: ContentId
    kind: ContentKind
    title: str
    summary: str
    locale: str
    tags: tuple[str, ...]
    content_class: ContentClass
    visible_from: datetime | None
    visible_until: datetime | None
    due_at: datetime | None
    duration_seconds: int | None
    starts_at: datetime | None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A live session of an approved item: from ``starts_at`` to ``ends_at`` (UTC), for ``markets``."""

    content_class: ContentClass
    markets: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


class ScoringView(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether an activity about an item counts, and what rules may ask of the item."""

    kind: ContentKind
    tags: frozenset[str]
    state: ContentState
    markets: frozenset[str]
    content_class: ContentClass = ContentClass.MEDICAL
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    due_at: datetime | None = None
