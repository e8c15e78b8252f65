"""What crosses the boundary about the programme as a whole: common goals, and what rebuilding it found."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from people.vocabulary import PersonId


class Discrepancy(StrEnum):
    """What is kept of a person and can differ from what the person's history gives."""

    AWARDS = "awards"
    POINTS = "points"
    STATE = "state"
    LEVEL = "level"
    LEDGER = "ledger"


class Difference(msgspec.Struct, frozen=True):
    """What of a person was not what the history gives, and whether it was put right."""

    person: PersonId
    found: tuple[Discrepancy, ...]
    mended: bool


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of rebuilding some people; ``last`` is the last of them, None if there was nobody left."""

    people: int
    left_out: int
    activities: int
    differences: list[Difference]
    last: PersonId | None


class FreezesView(msgspec.Struct, frozen=True, kw_only=True):
    """Freezes that were granted, and how many the streak holds now: never more than its rule allows."""

    id: UUID
    streak: str
    freezes: int
    granted_at: datetime
    held: int


class Goal(msgspec.Struct, frozen=True):
    """A community quest that was reached, and the last first contribution that was paid for."""

    key: str
    after_at: datetime | None
    after_activity: UUID | None


class Contributor(msgspec.Struct, frozen=True):
    """Who contributed to a community quest, and the first of their contributions."""

    person: PersonId
    occurred_at: datetime
    activity: UUID
