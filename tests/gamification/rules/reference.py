"""The rules once more, slowly and by definition: every number is counted over the whole history again.

It keeps no counters and no state, so it can't have the mistakes of the fold. It shares with it the grammar alone.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from engagement.values import Activity
from gamification.rules.grammar import Badge, PointsRule, RuleSet, SecondsRange, ShareRange, Streak, When
from gamification.vocabulary import Period, Rhythm

History = Sequence[tuple[RuleSet, Activity]]
FORMATS = {Period.DAY: "%Y-%m-%d", Period.WEEK: "%G-W%V", Period.MONTH: "%Y-%m", Period.EVER: "ever"}


class Paid(NamedTuple):
    """One award of points, with the date it counts for and the caps its rule had."""

    rule: str
    subject: str
    period: str
    points: int
    day: date
    caps: frozenset[Period]


class Standing(NamedTuple):
    """Everything that a history comes to."""

    paid: list[Paid]
    badges: set[str]
    streaks: dict[str, tuple[int, int]]
    points: int


def standing(history: History) -> Standing:
    """Work out ``history``, which is in order of time."""
    paid = payments(history)
    moments = range(1, len(history) + 1)
    badges = {key for end in moments for key in earned_at(history[:end])}
    keys = {streak.key for ruleset, _ in history for streak in ruleset.streaks}
    streaks = {key: lengths(key, history) for key in keys if kept_up(key, history)}
    return Standing(paid, badges, streaks, sum(each.points for each in paid))


def payments(history: History) -> list[Paid]:
    paid: list[Paid] = []
    for day, (ruleset, activity) in zip(effective_days(history), history, strict=True):
        for rule in ruleset.points:
            period, subject = day.strftime(FORMATS[rule.recurs]), str(activity.content)
            again = any(each[:3] == (rule.key, subject, period) for each in paid)
            if fits(rule.when, activity) and not again and not capped(rule, day, paid):
                caps = frozenset(cap.per for cap in rule.caps)
                paid.append(Paid(rule.key, subject, period, rule.points, day, caps))
    return paid


def capped(rule: PointsRule, day: date, paid: list[Paid]) -> bool:
    return any(
        sum(
            each.rule == rule.key
            and cap.per in each.caps
            and each.day.strftime(FORMATS[cap.per]) == day.strftime(FORMATS[cap.per])
            for each in paid
        )
        >= cap.limit
        for cap in rule.caps
    )


def effective_days(history: History) -> list[date]:
    """The latest local date so far: a date never runs backwards."""
    return [max(activity.local_date for _, activity in history[: end + 1]) for end in range(len(history))]


def fits(when: When, activity: Activity) -> bool:
    tags = when.tags
    return all(
        (
            activity.verb in when.verbs,
            when.kinds is None or activity.kind in when.kinds,
            when.channels is None or activity.channel in when.channels,
            tags is None or tags.any is None or any(tag in activity.tags for tag in tags.any),
            tags is None or tags.all is None or all(tag in activity.tags for tag in tags.all),
            tags is None or tags.none is None or not any(tag in activity.tags for tag in tags.none),
            lies(activity.score, when.score),
            lies(activity.progress, when.progress),
            lies(activity.duration_seconds, when.duration_seconds),
            when.success is None or activity.success == when.success,
            when.completion is None or activity.completion == when.completion,
        )
    )


def lies(value: float | None, limits: ShareRange | SecondsRange | None) -> bool:
    if limits is None:
        return True
    if value is None or (limits.at_least is not None and value < limits.at_least):
        return False
    return limits.below is None or value < limits.below


def earned_at(history: History) -> set[str]:
    """The badges whose condition holds right after the last activity of ``history``."""
    return {badge.key for badge in history[-1][0].badges if holds(badge, history)}


def holds(badge: Badge, history: History) -> bool:
    if badge.when is not None:
        return fits(badge.when, history[-1][1])
    if badge.streak is not None:
        return lengths(badge.streak.key, history)[1] >= badge.streak.length
    threshold = badge.threshold
    if threshold is None:
        return False
    if threshold.activities is not None:
        counts = [counted(badge.key, ruleset, activity) for ruleset, activity in history]
        return counts[-1] and sum(counts) >= (threshold.at_least or 0)
    paid = payments(history)
    if threshold.points is not None:
        return sum(each.points for each in paid) >= threshold.points
    return sum(each.rule == threshold.awards_of for each in paid) >= (threshold.at_least or 0)


def counted(key: str, ruleset: RuleSet, activity: Activity) -> bool:
    """Whether the activity counts for a badge by the version it was recorded under."""
    thresholds = [badge.threshold for badge in ruleset.badges if badge.key == key and badge.threshold is not None]
    return any(each.activities is not None and fits(each.activities, activity) for each in thresholds)


def kept_up(key: str, history: History) -> list[int]:
    """The numbers of the days or weeks in which a streak was kept up, rising, each once."""
    found = set()
    for day, (ruleset, activity) in zip(effective_days(history), history, strict=True):
        found |= {
            number(streak, day) for streak in ruleset.streaks if streak.key == key and fits(streak.when, activity)
        }
    return sorted(found)


def number(streak: Streak, day: date) -> int:
    return day.toordinal() if streak.every is Rhythm.DAY else (day.toordinal() - 1) // 7


def lengths(key: str, history: History) -> tuple[int, int]:
    """The current and the longest run of a streak, as of the last activity that matched it."""
    runs, last = [0], None
    for each in kept_up(key, history):
        if last is not None and each == last + 1:
            runs[-1] += 1
        else:
            runs.append(1)
        last = each
    return runs[-1], max(runs)
