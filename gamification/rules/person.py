"""One person's numbers while activities are folded: a private copy of the state that is changed in place."""

from collections.abc import Container, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from uuid import UUID

import msgspec

from engagement.values import Activity
from gamification.rules.earnings import Award, AwardKey, GrantedFreezes, Intervention, State, moment_of
from gamification.rules.periods import periods_of
from gamification.rules.program import Steps
from gamification.rules.watching import UNSEEN
from gamification.vocabulary import Blocked


class Person:
    """A copy of a state, made once per fold; ``made`` and ``held`` are what came of the fold so far."""

    __slots__ = (
        "_awarded", "_checked", "_denied", "_fresh", "_held", "_refused", "_signals", "_step", "awards", "badges",
        "caps", "done", "ending", "expired", "expiring", "fixed", "held", "last", "level", "made", "matches", "noting",
        "periods", "points", "quests", "reached", "revoked", "seen", "streaks", "today",
    )  # fmt: skip

    def __init__(self, state: State, awarded: AbstractSet[AwardKey], denied: Container[AwardKey]) -> None:
        """Copy ``state``; ``awarded`` are keys of awards that exist already, ``denied`` those that never will."""
        self.noting = False
        self.fixed: Mapping[AwardKey, int] = {}
        self.reached: Container[str] = ()
        self.points = state.points
        self.level = state.level
        self.expired = state.expired
        self.expiring = state.expiring.copy()
        self.awards = state.awards.copy()
        self.caps = state.caps.copy()
        self.matches = state.matches.copy()
        self.streaks = state.streaks.copy()
        self.badges = list(state.badges)
        self.revoked = set(state.revoked)
        self.ending = state.ending.copy()
        self.seen = state.seen.copy()
        self.quests = state.quests.copy()
        self.done = list(state.quests_done)
        self.made: list[Award] = []
        self.held: dict[AwardKey, Blocked] = {}
        self.last: Activity | None = None
        self.today = state.last_date or date.min
        self.periods = periods_of(self.today)
        self._held = set(state.badges)
        self._refused = set(state.denied)
        self._checked = state.checked
        self._awarded = awarded
        self._denied = denied
        self._fresh: set[AwardKey] = set()
        self._signals: set[str] = set()
        self._step: tuple[datetime, UUID] | None = None

    def holds(self, badge: str) -> bool:
        """Tell whether the person holds a badge that is not revoked and has not expired by the activity at hand."""
        if badge not in self._held or badge in self.revoked:
            return False
        ends = self.ending.get(badge)
        return ends is None or self.last is None or self.last.occurred_at < ends

    def move_to(self, day: date) -> None:
        """Let it be ``day``, unless it is later already: a move to another time zone must not open a period anew."""
        if day > self.today:
            self.today = day
            self.periods = periods_of(day)

    def intervene(self, step: Intervention) -> None:
        """Take what staff did as the next step."""
        if isinstance(step, GrantedFreezes):
            self._grant(step)
        elif step.revoked:
            self.revoked.add(step.badge)
        else:
            self.revoked.discard(step.badge)
            self._checked = ""  # the next activity looks at every badge that may have waited for this one
        self._step = moment_of(step)[0], step.id

    def _grant(self, granted: GrantedFreezes) -> None:
        """Give freezes to a streak that has begun; how many it may hold is looked at when it goes on."""
        kept = self.streaks.get(granted.streak)
        if kept is not None:
            self.streaks[granted.streak] = msgspec.structs.replace(kept, freezes=kept.freezes + granted.freezes)

    def state(self, before: State) -> State:
        """Give up the copy as a state; the progress MUST NOT be used afterwards."""
        steps = [(self.last.occurred_at, self.last.id)] if self.last is not None else []
        steps += [self._step] if self._step is not None else []
        if not steps:
            return before
        last_at, last_id = max(steps)
        return State(
            points=self.points,
            level=self.level,
            expired=self.expired,
            expiring=self.expiring,
            awards=self.awards,
            caps=self.caps,
            matches=self.matches,
            streaks=self.streaks,
            badges=tuple(self.badges),
            denied=tuple(sorted(self._refused)),
            revoked=tuple(sorted(self.revoked)),
            ending=self.ending,
            seen=self.seen,
            quests=self.quests,
            quests_done=tuple(self.done),
            checked=self._checked,
            last_at=last_at,
            last_id=last_id,
            last_date=self.today if self.last is not None else before.last_date,
        )

    def watch(self, steps: Steps, activity: Activity, *, also: str | None = None) -> None:
        """Let the conditions that the activity touches see it; of badges that are held only those of ``also``."""
        for badge, (name, _, watch) in steps.watchers:
            if badge is None or badge == also or not (badge in self._held or badge in self._refused):
                before = self.seen.get(name, UNSEEN)
                after = watch(before, activity, self)
                if after is not before:
                    self.seen[name] = after
