"""The words of what is offered to healthcare professionals."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

ContentId = NewType("ContentId", UUID)

EVERYWHERE: Final = "*"
"""Stands alone in a list of markets: all of them, now and later."""


STAFF_TRAINING: Final = "staff-training"
"""The tag of what staff have to learn: no HCP is offered it, and it scores nothing."""


class ContentKind(StrEnum):
    """What kind of thing an item is; fixed for its life."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and every rule is looked up by it

    WEBINAR = "webinar"
    PODCAST = "podcast"
    EDUCATION_MODULE = "education_module"


class ContentClass(StrEnum):
    """The lane that an item belongs to; lanes are never mixed.

    ``accredited`` is continuing education that an accreditor answers for, free of any influence of the company.
    """

    __hash__ = str.__hash__

    ACCREDITED = "accredited"
    MEDICAL = "medical"
    PROMOTIONAL = "promotional"


class ContentState(StrEnum):
    """Where an item stands in medical-legal-regulatory approval; only ``approved`` is visible and scores."""

    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    CONTENT_CREATED = "content:item:created"
    CONTENT_APPROVED = "content:item:approved"
    CONTENT_WITHDRAWN = "content:item:withdrawn"
    CONTENT_LISTED = "content:item:listed"
    CONTENT_READ = "content:item:read"
