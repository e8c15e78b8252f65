"""A rule set made ready to run: for each verb and kind of content, only the rules that it can touch.

The order of rules is the order in which they are written, so the same activities always give the same effects.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

from content.vocabulary import ContentKind
from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules import periods
from gamification.rules.conditions import Check, check_of
from gamification.rules.earnings import BadgeEffect, LevelEffect, StreakState
from gamification.rules.grammar import Badge, PointsRule, RuleSet, Streak, Threshold, When
from gamification.vocabulary import Rhythm


class Standing(Protocol):
    """What a badge may look at: numbers of the person as they are after the points and streaks of the activity."""

    points: int
    awards: dict[str, int]
    matches: dict[str, int]
    streaks: dict[str, StreakState]


Earned: TypeAlias = Callable[[Standing, Activity], bool]


class CapStep(NamedTuple):
    """One cap: the name of its counter, the position of its period and the limit."""

    counter: str
    per: int
    limit: int


class PointsStep(NamedTuple):
    """One points rule; ``recurs`` is the position of its period."""

    key: str
    name: str
    check: Check | None
    points: int
    recurs: int
    caps: tuple[CapStep, ...]


class StreakStep(NamedTuple):
    """One streak; ``every`` and ``previous`` are positions of periods."""

    key: str
    name: str
    check: Check | None
    every: int
    previous: int


class BadgeStep(NamedTuple):
    """One badge, ready to be shown when it is earned."""

    key: str
    earned: Earned
    effect: BadgeEffect


class LevelStep(NamedTuple):
    """One level and the lifetime points at which it begins."""

    level: int
    at: int
    effect: LevelEffect


class Steps(NamedTuple):
    """What an activity of one verb and kind can touch."""

    points: tuple[PointsStep, ...]
    streaks: tuple[StreakStep, ...]
    badges: tuple[BadgeStep, ...]


class Program(NamedTuple):
    """A rule set ready to run. ``starts`` are the lifetime points at which ``levels`` begin."""

    steps: Mapping[tuple[Verb, ContentKind], Steps]
    levels: tuple[LevelStep, ...]
    starts: tuple[int, ...]


@lru_cache(maxsize=256)
def program_of(ruleset: RuleSet) -> Program:
    """Make ``ruleset`` ready to run; remembered, since a process uses few versions many times."""
    points = [(rule.when, _points_step(rule)) for rule in ruleset.points]
    streaks = [(streak.when, _streak_step(streak)) for streak in ruleset.streaks]
    badges = [(_waits_for(badge), _badge_step(badge)) for badge in ruleset.badges]
    steps = {
        (verb, kind): Steps(
            tuple(step for when, step in points if _touches(when, verb, kind)),
            tuple(step for when, step in streaks if _touches(when, verb, kind)),
            tuple(step for when, step in badges if _touches(when, verb, kind)),
        )
        for verb in Verb
        for kind in ContentKind
    }
    levels = tuple(
        LevelStep(item.level, item.at, LevelEffect(level=item.level, name=item.name)) for item in ruleset.levels
    )
    return Program(steps, levels, tuple(level.at for level in levels))


def _touches(when: When | None, verb: Verb, kind: ContentKind) -> bool:
    return when is None or (verb in when.verbs and (when.kinds is None or kind in when.kinds))


def _points_step(rule: PointsRule) -> PointsStep:
    caps = tuple(CapStep(f"{rule.key}:{cap.per}", periods.POSITIONS[cap.per], cap.limit) for cap in rule.caps)
    recurs = periods.POSITIONS[rule.recurs]
    return PointsStep(rule.key, rule.name, check_of(rule.when), rule.points, recurs, caps)


def _streak_step(streak: Streak) -> StreakStep:
    daily = streak.every is Rhythm.DAY
    every, previous = (periods.DAY, periods.PREVIOUS_DAY) if daily else (periods.WEEK, periods.PREVIOUS_WEEK)
    return StreakStep(streak.key, streak.name, check_of(streak.when), every, previous)


def _waits_for(badge: Badge) -> When | None:
    """Return what an activity must be to matter to the badge; None where its numbers decide after any activity."""
    return badge.threshold.activities if badge.threshold is not None else badge.when


def _badge_step(badge: Badge) -> BadgeStep:
    effect = BadgeEffect(key=badge.key, name=badge.name, description=badge.description)
    return BadgeStep(badge.key, _earned(badge), effect)


def _earned(badge: Badge) -> Earned:
    if badge.threshold is not None:
        return _threshold_met(badge.key, badge.threshold)
    if badge.streak is not None:
        streak, length = badge.streak.key, badge.streak.length
        return lambda person, _: streak in person.streaks and person.streaks[streak].longest >= length
    check = check_of(badge.when) if badge.when is not None else None
    return lambda _, activity: check is None or check(activity)


def _threshold_met(key: str, threshold: Threshold) -> Earned:
    at_least = threshold.at_least or 0
    if threshold.points is not None:
        points = threshold.points
        return lambda person, _: person.points >= points
    if threshold.activities is None:
        rule = threshold.awards_of or ""
        return lambda person, _: person.awards.get(rule, 0) >= at_least
    check = check_of(threshold.activities)

    def counted(person: Standing, activity: Activity) -> bool:
        if check is not None and not check(activity):
            return False
        person.matches[key] = count = person.matches.get(key, 0) + 1
        return count >= at_least

    return counted
