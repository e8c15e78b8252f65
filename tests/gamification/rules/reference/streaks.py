"""Streaks as they follow from the list of all periods in which something matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gamification.rules.grammar import Streak
from gamification.rules.words import Rhythm
from tests.gamification.rules.reference.matching import applying, fits

if TYPE_CHECKING:
    from datetime import date

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
    return {key: kept for key in keys if (kept := lengths(kept_up(story, key, last)))}


def longest(story: Story, key: str, moment: int) -> int:
    kept = lengths(kept_up(story, key, moment))
    return kept.longest if kept else 0


def kept_up(story: Story, key: str, moment: int) -> list[tuple[int, Streak]]:
    """The numbers of the days or weeks in which a streak was kept up, with the rule as it stood at the first match."""
    found: dict[int, Streak] = {}
    for day, (ruleset, activity) in zip(story.days[: moment + 1], story.history, strict=False):
        for rules in applying(ruleset, activity):
            for streak in rules.streaks:
                if streak.key == key and fits(streak.when, activity):
                    found.setdefault(number(streak, day), streak)
    return sorted(found.items(), key=lambda item: item[0])


def number(streak: Streak, day: date) -> int:
    return day.toordinal() if streak.every is Rhythm.DAY else (day.toordinal() - 1) // 7


def lengths(kept: list[tuple[int, Streak]]) -> Kept | None:
    """Walk from one kept period to the next: a gap is forgiven by grace, then by freezes, or it ends the run."""
    runs: list[int] = []
    held, before = 0, 0
    for at, streak in kept:
        freezes = streak.freezes
        most = freezes.most if freezes else 0
        held = min(held if runs else (freezes.start if freezes else 0), most)
        needed = max(0, at - before - 1 - streak.grace)
        if not runs or needed > held:
            runs.append(1)
        else:
            runs[-1] += 1
            held -= needed
        if freezes and freezes.every and runs[-1] % freezes.every == 0:
            held = min(most, held + 1)
        before = at
    return Kept(runs[-1], max(runs), held) if runs else None
