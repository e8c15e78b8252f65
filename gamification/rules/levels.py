"""Levels: reached by points, and lost again where they rest on active points and these expire.

Expiry is looked at by whole days, in UTC: points stop counting for a level on the day on which they expire. So a person
remembers one number for a day and not one for an award, and a level is the same whichever of two things comes first on
that day, the next activity or the worker that lets points expire.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from gamification.rules.earnings import LevelEffect, State
from gamification.rules.grammar import RuleSet
from gamification.rules.words import Downgrade, LevelBasis


class LevelStep(NamedTuple):
    """One level and the points at which it begins."""

    level: int
    at: int
    effect: LevelEffect


class Ladder(NamedTuple):
    """All levels, the points at which they begin, and what expiry does; None where it does nothing to anybody."""

    steps: tuple[LevelStep, ...]
    starts: tuple[int, ...]
    downgrade: Downgrade | None

    def counted(self, points: int, expired: int) -> int:
        """Return how many of a person's lifetime points count for the level."""
        return points if self.downgrade is None else points - expired

    def risen(self, level: int, counted: int) -> tuple[LevelStep, ...]:
        """Return the levels above ``level`` that ``counted`` points reach."""
        reached = bisect_right(self.starts, counted)
        if self.steps[reached - 1].level <= level:
            return ()
        return tuple(step for step in self.steps[:reached] if step.level > level)

    def fallen(self, level: int, counted: int) -> int:
        """Return the level that is left of ``level`` after points expired and ``counted`` are left."""
        place = max((at for at, step in enumerate(self.steps) if step.level <= level), default=0)
        if self.downgrade in {None, Downgrade.NEVER} or counted >= self.steps[place].at:
            return level
        if self.downgrade is Downgrade.ONE_DOWN:
            return self.steps[place - 1].level
        return self.steps[bisect_right(self.starts, counted) - 1].level


class Footing(NamedTuple):
    """A level, the lifetime points that have expired, and by ISO date (UTC) those that will."""

    level: int
    expired: int
    expiring: Mapping[str, int]


def ladder_of(ruleset: RuleSet) -> Ladder:
    """Make the levels of a rule set ready."""
    steps = tuple(
        LevelStep(item.level, item.at, LevelEffect(level=item.level, name=item.name)) for item in ruleset.levels
    )
    downgrade = ruleset.downgrade if ruleset.levels_by is LevelBasis.ACTIVE else None
    return Ladder(steps, tuple(step.at for step in steps), downgrade)


def lapsed(ladder: Ladder, points: int, footing: Footing, day: date) -> Footing:
    """Let what expires up to ``day`` (UTC) expire, one day after the other."""
    level, expired, until = footing.level, footing.expired, day.isoformat()
    rest = {on: amount for on, amount in footing.expiring.items() if on > until}
    for on in sorted(footing.expiring.keys() - rest.keys()):
        expired += footing.expiring[on]
        level = ladder.fallen(level, ladder.counted(points, expired))
    return Footing(level, expired, rest)


def as_of(ladder: Ladder, state: State, day: date) -> State:
    """Return what a state has become by ``day`` (UTC) if nothing was done since; for showing it, not for folding on.

    The fold lets the same expire before the next activity, under the rules of that one.
    """
    if not state.expiring or min(state.expiring) > day.isoformat():
        return state
    level, expired, expiring = lapsed(ladder, state.points, Footing(state.level, state.expired, state.expiring), day)
    return msgspec.structs.replace(state, level=level, expired=expired, expiring=dict(expiring))


def next_lapse(state: State) -> date | None:
    """Return the next day (UTC) on which points stop counting, or None if none ever do."""
    return date.fromisoformat(min(state.expiring)) if state.expiring else None
