"""What a person can earn now, and if not, why not and when again."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from gamification.rules.earnings import State
from gamification.rules.grammar import Badge, Cap, PointsRule, RuleSet
from gamification.rules.parts import badges, points_rules, streaks
from gamification.rules.periods import POSITIONS, periods_of
from gamification.rules.standing import current_length
from gamification.vocabulary import CapUnit, Period

MONDAYS = 7
MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


class Opportunity(msgspec.Struct, frozen=True, kw_only=True):
    """Something to earn. ``again_at`` (UTC) is when it can be earned again, where that is known."""

    key: str
    name: str
    kind: str
    points: int
    can_earn: bool
    reason: str | None = None
    again_at: datetime | None = None
    progress: int | None = None
    needed: int | None = None


def opportunities(ruleset: RuleSet, state: State, today: date, zone: str) -> list[Opportunity]:
    """Return one line per points rule and per badge; ``again_at`` is UTC, the start of the next period in ``zone``."""
    return [_of_rule(rule, state, today, zone) for rule in points_rules(ruleset)] + [
        _of_badge(ruleset, badge, state, today)
        for badge in badges(ruleset)
        if badge.key in state.badges or not badge.hidden
    ]


def next_period(per: Period, today: date, zone: str) -> datetime | None:
    """Return when the next period begins (UTC); None for ``ever``, which has no next one."""
    if per is Period.EVER:
        return None
    begins = today + timedelta(days=1)
    if per is Period.WEEK:
        begins = today + timedelta(days=MONDAYS - today.weekday())
    if per in MONTHS:
        last = today.month - (today.month - 1) % MONTHS[per] + MONTHS[per] - 1
        begins = (today.replace(month=last, day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(begins, time.min, ZoneInfo(zone)).astimezone(UTC)


def _of_rule(rule: PointsRule, state: State, today: date, zone: str) -> Opportunity:
    reached = [
        cap
        for cap in rule.caps
        if _used(rule.key, cap, state, today) + (rule.points if cap.of is CapUnit.POINTS else 1) > cap.limit
    ]
    if not reached:
        return Opportunity(key=rule.key, name=rule.name, kind="points", points=rule.points, can_earn=True)
    moments = [next_period(cap.per, today, zone) for cap in reached]
    again = None if None in moments else max(moment for moment in moments if moment is not None)
    return Opportunity(
        key=rule.key,
        name=rule.name,
        kind="points",
        points=rule.points,
        can_earn=False,
        reason="cap-reached",
        again_at=again,
        progress=max(_used(rule.key, cap, state, today) for cap in reached),
        needed=max(cap.limit for cap in reached),
    )


def _used(rule: str, cap: Cap, state: State, today: date) -> int:
    counter = state.caps.get(f"{rule}:{cap.per}" + (":points" if cap.of is CapUnit.POINTS else ""))
    current = periods_of(max(today, state.last_date or today))[POSITIONS[cap.per]]
    return counter.count if counter is not None and counter.period == current else 0


def _of_badge(ruleset: RuleSet, badge: Badge, state: State, today: date) -> Opportunity:
    progress, needed = _towards(ruleset, badge, state, today)
    held = badge.key in state.badges
    return Opportunity(
        key=badge.key,
        name=badge.name,
        kind="badge",
        points=0,
        can_earn=not held,
        reason="held" if held else None,
        progress=needed if held else min(progress, needed),
        needed=needed,
    )


def _towards(ruleset: RuleSet, badge: Badge, state: State, today: date) -> tuple[int, int]:
    if badge.streak is not None:
        streak = next(each for each in streaks(ruleset) if each.key == badge.streak.key)
        kept = state.streaks.get(streak.key)
        return (current_length(kept, streak, today) if kept else 0, badge.streak.length)
    threshold = badge.threshold
    if threshold is None:
        return 0, 1
    if threshold.points is not None:
        return state.points, threshold.points
    if threshold.awards_of is not None:
        return state.awards.get(threshold.awards_of, 0), threshold.at_least or 1
    return state.matches.get(badge.key, 0), threshold.at_least or 1
