"""What the fold reads and makes: awards, effects, and the state of a person between two activities.

They stand here, and ``gamification.values`` passes them on, because the pure core may not import what a service needs.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from gamification.vocabulary import RECOGNITION, AwardKind, Blocked


class AwardKey(NamedTuple):
    """What makes an award the only one of its kind for a person, whichever version of the rule made it.

    ``rule`` is the key of a points rule, badge or quest. ``subject`` is the content id as text, and ``""`` for what is
    earned once whatever the content. ``period`` is spelled ``2013-10-04``, ``2013-W40``, ``2013-10``, ``2013-Q4``,
    ``2013`` or ``ever``.
    """

    rule: str
    subject: str
    period: str


class Terms(msgspec.Struct, frozen=True):
    """On which terms an award is made; most rules have the standard ones.

    ``budget`` is how many units (points, or earners of a badge) its rule gives to everybody together; ``campaign`` is
    the campaign whose budget pays. Points wait ``pending_days`` and expire ``expires_after_days`` later.
    """

    campaign: str | None = None
    budget: int | None = None
    currency: str = RECOGNITION
    pending_days: int | None = None
    expires_after_days: int | None = None

    def available_at(self, occurred_at: datetime) -> datetime | None:
        """Return when points earned at ``occurred_at`` can be spent; None if at once."""
        return occurred_at + timedelta(days=self.pending_days) if self.pending_days else None

    def expires_at(self, occurred_at: datetime) -> datetime | None:
        """Return when points (or a badge) earned at ``occurred_at`` expire; None if never."""
        if self.expires_after_days is None:
            return None
        return (self.available_at(occurred_at) or occurred_at) + timedelta(days=self.expires_after_days)


STANDARD = Terms()


class Award(msgspec.Struct, frozen=True):
    """One award and the activity that earned it. A badge is an award of 0 points."""

    key: AwardKey
    points: int
    activity: UUID
    kind: AwardKind = AwardKind.POINTS
    terms: Terms = STANDARD

    @property
    def units(self) -> int:
        """Return what the award takes from its rule's budget: its points, or one earner or contribution."""
        return 1 if self.kind in {AwardKind.BADGE, AwardKind.CONTRIBUTION} else self.points


class PointsEffect(msgspec.Struct, frozen=True, kw_only=True):
    """Points that an activity moved; negative where a late activity took an earlier award back."""

    rule: str
    name: str
    points: int
    subject: str
    period: str
    currency: str = RECOGNITION


class BadgeEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A badge that an activity earned."""

    key: str
    name: str
    description: str


class LevelEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A level that an activity reached."""

    level: int
    name: str


class StreakEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A streak that an activity changed, in periods of its rhythm."""

    key: str
    name: str
    current: int
    longest: int


class QuestEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A quest that an activity took further: so many of its steps are done, and it pays ``points`` when all are."""

    key: str
    name: str
    done: int
    steps: int
    points: int


class ContributionEffect(msgspec.Struct, frozen=True, kw_only=True):
    """An item that an activity contributed to a community quest."""

    key: str
    name: str
    subject: str


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one activity changed for its person."""

    points: tuple[PointsEffect, ...] = ()
    badges: tuple[BadgeEffect, ...] = ()
    levels: tuple[LevelEffect, ...] = ()
    streaks: tuple[StreakEffect, ...] = ()
    quests: tuple[QuestEffect, ...] = ()
    contributions: tuple[ContributionEffect, ...] = ()


class Counter(msgspec.Struct, frozen=True, array_like=True):
    """How much a cap has let through in ``period``; only the latest period is kept."""

    period: str
    count: int


class StreakState(msgspec.Struct, frozen=True, array_like=True):
    """A streak as of ``period``, the last one in which it was kept up."""

    period: str
    current: int
    longest: int
    freezes: int = 0


class GrantedFreezes(msgspec.Struct, frozen=True, kw_only=True):
    """Freezes that staff gave to one streak of a person: a step of the fold at ``(granted_at, id)``.

    They go to a streak that has begun by then. Of what it holds more than its rule's ``most`` is lost when it goes on.
    """

    id: UUID
    streak: str
    freezes: int
    granted_at: datetime


class BadgeDecision(msgspec.Struct, frozen=True, kw_only=True):
    """That staff took a badge back (``revoked``), or gave it back: a step of the fold at ``(decided_at, id)``.

    A badge that is revoked opens no rule; what it opened before stays earned.
    """

    id: UUID
    badge: str
    revoked: bool
    decided_at: datetime


Intervention: TypeAlias = GrantedFreezes | BadgeDecision
"""What staff did to a person's numbers, at its moment among what the person did."""


def moment_of(each: Intervention) -> tuple[datetime, int]:
    """Return where an intervention stands in the order of everything."""
    at = each.granted_at if isinstance(each, GrantedFreezes) else each.decided_at
    return at, each.id.int


class QuestState(msgspec.Struct, frozen=True, array_like=True):
    """A quest under way: the date of its first step, and per step the items that counted so far."""

    began: date
    done: tuple[tuple[str, ...], ...]


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What a condition remembers of the activities it has seen; which fields it uses is its own matter.

    ``amount`` is a count or a sum; ``period`` the calendar period it is of, or the id of the activity that it is about;
    ``by`` holds amounts by date, or dates by item or step, spelled as text.
    """

    amount: float = 0
    period: str = ""
    by: dict[str, float] = {}


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that the fold must remember of a person between two activities, besides which awards exist.

    ``points`` are lifetime recognition points; ``expired`` is how many of them had expired by the latest activity,
    and ``expiring`` by ISO date (UTC) how many will. ``level`` is 0 before the first activity. ``awards`` counts
    the awards of each points rule; ``caps`` holds one counter per ``<rule key>:<period>``; ``matches`` counts the
    activities that a badge waits for, by badge key, and contributions by the key of their quest; ``badges`` are in
    the order they were earned, ``denied`` are those whose earners were complete, ``revoked`` those that staff took
    back. ``ending`` is when those that expire are held no more (UTC). ``seen`` is what conditions remember,
    ``quests`` are those under way and ``quests_done`` those that were paid. ``begun`` are the revisions of each
    campaign under which the person has begun (``grandfathering.py``). ``checked`` names the rules under which badges
    that wait for numbers were looked at last. ``last_at`` (UTC) and ``last_id`` name the latest activity folded, and
    ``last_date`` is the latest local date, which never runs backwards.

    The dictionaries MUST NOT be changed by whoever holds a state; a fold makes a new one.
    """

    points: int = 0
    level: int = 0
    expired: int = 0
    expiring: dict[str, int] = {}
    awards: dict[str, int] = {}
    caps: dict[str, Counter] = {}
    matches: dict[str, int] = {}
    streaks: dict[str, StreakState] = {}
    badges: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    ending: dict[str, datetime] = {}
    seen: dict[str, Seen] = {}
    quests: dict[str, QuestState] = {}
    quests_done: tuple[str, ...] = ()
    begun: dict[str, tuple[int, ...]] = {}
    checked: str = ""
    last_at: datetime | None = None
    last_id: UUID | None = None
    last_date: date | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What one activity did: its effects, the awards it made and the state it left."""

    effects: Effects
    awards: tuple[Award, ...]
    state: State


class Folded(msgspec.Struct, frozen=True):
    """What a run of activities did: the effects in the order the activities were given, the awards in order of time.

    ``held`` are the awards that an activity asked for and a used-up budget held back; with ``noting``, also those that
    a full cap held back and that were not made later.
    """

    effects: tuple[Effects, ...]
    awards: tuple[Award, ...]
    state: State
    held: dict[AwardKey, Blocked] = {}


class Corrections(msgspec.Struct, frozen=True):
    """What must happen to the awards a person has so that they become the awards their history earns.

    ``to_change`` gives the points an award has and the points it should have.
    """

    to_award: dict[AwardKey, int]
    to_reverse: dict[AwardKey, int]
    to_change: dict[AwardKey, tuple[int, int]]
