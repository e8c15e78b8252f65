"""Streaks as they follow from the list of all periods in which something matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gamification.rules.grammar import Streak
from gamification.rules.words import Rhythm
from tests.gamification.rules.reference.matching import applying, fits

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from gamification.values import GrantedFreezes
    from tests.gamification.rules.reference.story import Story


class Kept(NamedTuple):
    """The run that goes on, the longest one ever, and the freezes that are left."""

    current: int
    longest: int
    freezes: int


def all_of(story: Story) -> dict[str, Kept]:
    last = len(story.history) - 1
    keys = {
        streak.key for ruleset, each in story.history for rules in applying(ruleset, each) for streak in rules.streaks
    }
    granted = {key: [each for each in story.freezes if each.streak == key] for key in keys}
    return {key: kept for key in keys if (kept := lengths(kept_up(story, key, last), granted[key]))}


def longest(story: Story, key: str, moment: int) -> int:
    now = story.history[moment][1]
    granted = [each for each in story.freezes if each.streak == key and each.granted_at <= now.occurred_at]
    kept = lengths(kept_up(story, key, moment), granted)
    return kept.longest if kept else 0


class Turn(NamedTuple):
    """A day or week in which a streak was kept up, the rule as it stood at the first match, and when that was."""

    number: int
    streak: Streak
    at: tuple[datetime, UUID]


def kept_up(story: Story, key: str, moment: int) -> list[Turn]:
    found: dict[int, Turn] = {}
    for day, (ruleset, activity) in zip(story.days[: moment + 1], story.history, strict=False):
        for rules in applying(ruleset, activity):
            for streak in rules.streaks:
                if streak.key == key and fits(streak.when, activity):
                    at = number(streak, day)
                    found.setdefault(at, Turn(at, streak, (activity.occurred_at, activity.id)))
    return sorted(found.values(), key=lambda turn: turn.number)


def number(streak: Streak, day: date) -> int:
    return day.toordinal() if streak.every is Rhythm.DAY else (day.toordinal() - 1) // 7


def lengths(kept: list[Turn], granted: list[GrantedFreezes]) -> Kept | None:
    """Walk from one kept period to the next: a gap is forgiven by grace, then by freezes, or it ends the run.

    Freezes that were granted before the streak began are lost; what is more than it may hold is lost when it goes on.
    """
    runs: list[int] = []
    held, before = 0, 0
    ends: list[Turn | None] = [*kept[1:], None]
    for turn, following in zip(kept, ends, strict=False):
        streak, freezes = turn.streak, turn.streak.freezes
        most = freezes.most if freezes else 0
        held = min(held if runs else (freezes.start if freezes else 0), most)
        needed = max(0, turn.number - before - 1 - streak.grace)
        if not runs or needed > held:
            runs.append(1)
        else:
            runs[-1] += 1
            held -= needed
        if freezes and freezes.every and runs[-1] % freezes.every == 0:
            held = min(most, held + 1)
        held += sum(
            each.freezes
            for each in granted
            if turn.at < (each.granted_at, each.id) and (following is None or (each.granted_at, each.id) < following.at)
        )
        before = turn.number
    return Kept(runs[-1], max(runs), held) if runs else None
