"""Conditions made ready to run: what each remembers of the activities it sees, when it holds, and what can change it.

Relevance: a condition on activities names the selectors that can change it, one on numbers the signals (``points``,
``level``, ``awards:<rule>``, ``streak:<key>``, ``badge:<key>``), so that only rules that something touched are run.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from engagement.values import Activity
from gamification.rules.conditions import check_of, matcher_of
from gamification.rules.earnings import Seen, StreakState
from gamification.rules.grammar import CampaignPart, When
from gamification.rules.needs import (
    AwardsNeed,
    BadgeNeed,
    CountNeed,
    FirstNeed,
    LevelNeed,
    Need,
    Needs,
    PointsNeed,
    SequenceNeed,
    StreakNeed,
    SumNeed,
    Window,
)
from gamification.rules.periods import POSITIONS, Periods
from gamification.rules.words import Counted

UNSEEN = Seen()
DECIMALS = 6
"""Of a sum: shares like 0.1 and 0.7 must add up as people add them, not as binary fractions do."""


class Standing(Protocol):
    """What a condition may look at: numbers of the person as they are at this point of the activity."""

    points: int
    level: int
    awards: dict[str, int]
    matches: dict[str, int]
    streaks: dict[str, StreakState]
    seen: dict[str, Seen]
    last: Activity | None
    today: date
    periods: Periods

    def holds(self, badge: str) -> bool:
        """Tell whether the person holds a badge."""
        ...


Met: TypeAlias = Callable[[Standing], bool]
Watch: TypeAlias = Callable[[Seen, Activity, Standing], Seen]


class Watcher(NamedTuple):
    """Watches activities for one condition; ``selectors`` are what it looks for, ``name`` is where it keeps it."""

    name: str
    selectors: tuple[When, ...]
    watch: Watch


class Condition(NamedTuple):
    """One condition, ready to run: how far the person is and how far is needed, when it holds, what can change it."""

    reached: Callable[[Standing], float]
    needed: float
    met: Met
    watcher: Watcher | None = None
    signals: frozenset[str] = frozenset()


def conditions_of(
    owner: str, needs: Needs | None, campaign: CampaignPart | None, *, lasting: bool
) -> list[list[Condition]]:
    """Make the groups of ``needs`` ready. With ``lasting`` a sequence that was completed once stays so.

    A condition keeps what it has seen under its owner and a digest of its own text: a new version that leaves it as it
    is goes on where the old one was, one that changes it begins anew.
    """
    return [[_condition(owner, need, campaign, lasting=lasting) for need in group] for group in needs or ()]


def met_by(groups: Sequence[Sequence[Condition]]) -> Met | None:
    """Return whether one condition of each group holds; None without groups."""
    if not groups:
        return None
    checks = [[condition.met for condition in group] for group in groups]
    return lambda person: all(any(met(person) for met in group) for group in checks)


def watchers_of(groups: Sequence[Sequence[Condition]]) -> list[Watcher]:
    """Return every watcher once: the same condition in two groups sees each activity once."""
    found = {condition.watcher.name: condition.watcher for group in groups for condition in group if condition.watcher}
    return list(found.values())


def signals_of(groups: Sequence[Sequence[Condition]]) -> frozenset[str]:
    """Return the signals that can change one of the conditions."""
    return frozenset(signal for group in groups for condition in group for signal in condition.signals)


def _condition(owner: str, need: Need, campaign: CampaignPart | None, *, lasting: bool) -> Condition:  # noqa: PLR0911 - one arm per type
    name = f"{owner}/{sha256(msgspec.json.encode(need)).hexdigest()[:8]}"
    match need:
        case CountNeed():
            return _amount(name, need.when, need.within, need.at_least, _counting(need), campaign)
        case SumNeed():
            return _amount(name, need.when, need.within, need.at_least, _adding(need), campaign)
        case SequenceNeed():
            return _sequence(name, need, campaign, lasting=lasting)
        case FirstNeed():
            return _first(name, need, campaign)
        case PointsNeed(at_least=points):
            return _number(lambda person: person.points, points, "points")
        case AwardsNeed(rule=rule, at_least=count):
            return _number(lambda person: person.awards.get(rule, 0), count, f"awards:{rule}")
        case StreakNeed(key=key, length=length):
            return _number(
                lambda person: person.streaks[key].longest if key in person.streaks else 0, length, f"streak:{key}"
            )
        case BadgeNeed(key=key):
            return _number(lambda person: int(person.holds(key)), 1, f"badge:{key}")
        case LevelNeed(level=level):
            return _number(lambda person: person.level, level, "level")


def _number(reached: Callable[[Standing], float], needed: float, signal: str) -> Condition:
    return Condition(reached, needed, lambda person: reached(person) >= needed, signals=frozenset({signal}))


class _Measure(NamedTuple):
    """How an activity adds to an amount: under which name it counts once (None: each time), and by how much."""

    once: Callable[[Activity, Standing], str] | None
    value: Callable[[Activity], float]


def _counting(need: CountNeed) -> _Measure:
    if need.of is Counted.ITEMS:
        return _Measure(lambda activity, _: str(activity.content), lambda _: 1.0)
    if need.of is Counted.DAYS:
        return _Measure(lambda _, person: person.periods.day, lambda _: 1.0)
    return _Measure(None, lambda _: 1.0)


def _adding(need: SumNeed) -> _Measure:
    field = need.of.value
    return _Measure(None, lambda activity: getattr(activity, field) or 0.0)


def _amount(
    name: str, when: When, within: Window | None, at_least: float, measure: _Measure, campaign: CampaignPart | None
) -> Condition:
    check = check_of(when, campaign)
    position = POSITIONS[within.per] if within is not None and within.per is not None else None
    days = within.days if within is not None else None

    def watch(seen: Seen, activity: Activity, person: Standing) -> Seen:
        if check is not None and not check(activity):
            return seen
        period = person.periods[position] if position is not None else ""
        if seen.period != period:
            seen = Seen(period=period)
        if days is None and seen.amount >= at_least:
            return seen
        return _added(seen, measure, activity, person, Reach(days, int(at_least)))

    def reached(person: Standing) -> float:
        seen = person.seen.get(name, UNSEEN)
        if days is not None:
            return _lately(seen.by, person.today, days, whole=measure.once is None)
        return seen.amount if position is None or seen.period == person.periods[position] else 0

    return Condition(reached, at_least, lambda person: reached(person) >= at_least, Watcher(name, (when,), watch))


class Reach(NamedTuple):
    """How many dates a condition looks back (None: no rolling window), and how many names it needs at the most."""

    days: int | None
    most: int


def _added(seen: Seen, measure: _Measure, activity: Activity, person: Standing, reach: Reach) -> Seen:
    value, days = measure.value(activity), reach.days
    if measure.once is not None:
        by = seen.by | {measure.once(activity, person): float(person.today.toordinal())}
        if days is not None:
            first = person.today.toordinal() - days
            by = {item: day for item, day in by.items() if day > first}
        if len(by) > reach.most:  # the newest alone can be enough later; a state must not grow with everything seen
            del by[min(by, key=by.__getitem__)]
        return Seen(len(by), seen.period, by)
    if days is None:
        return Seen(round(seen.amount + value, DECIMALS), seen.period)
    first, today = person.today.toordinal() - days, str(person.today.toordinal())
    by = {day: amount for day, amount in seen.by.items() if int(day) > first}
    by[today] = by.get(today, 0.0) + value
    return Seen(0, "", by)


def _lately(by: Mapping[str, float], today: date, days: int, *, whole: bool) -> float:
    """Return the sum of the last ``days`` dates, or how many names were seen in them."""
    first = today.toordinal() - days
    if whole:
        return round(sum(amount for day, amount in by.items() if int(day) > first), DECIMALS)
    return sum(1 for day in by.values() if day > first)


def _sequence(name: str, need: SequenceNeed, campaign: CampaignPart | None, *, lasting: bool) -> Condition:
    checks = [matcher_of(when, campaign) for when in need.steps]
    last, days = str(len(checks) - 1), need.within_days

    def watch(seen: Seen, activity: Activity, person: Standing) -> Seen:
        today, by = person.today.toordinal(), dict(seen.by)
        for step in range(len(checks) - 1, -1, -1):  # from the end, so that one activity is one step
            if not checks[step](activity):
                continue
            before = by.get(str(step - 1))
            if step == 0 or (before is not None and today - before <= days):
                by[str(step)] = float(today)
        return Seen(by=by)

    def met(person: Standing) -> bool:
        done = person.seen.get(name, UNSEEN).by.get(last)
        return done is not None and (lasting or done == person.today.toordinal())

    def reached(person: Standing) -> float:
        """Count the steps that can still be followed by the next one."""
        by, today = person.seen.get(name, UNSEEN).by, person.today.toordinal()
        done = [step for step in range(len(checks)) if today - by.get(str(step), float("-inf")) <= days]
        return max(done) + 1 if done else 0

    return Condition(reached, len(checks), met, Watcher(name, need.steps, watch))


def _first(name: str, need: FirstNeed, campaign: CampaignPart | None) -> Condition:
    # What it remembers grows by one id with each item of the catalogue that the person ever tried under this rule, and
    # by nothing else. It has no bound because it can't forget: a forgotten try would make the second one pay.
    check = check_of(need.when, campaign)

    def watch(seen: Seen, activity: Activity, _: Standing) -> Seen:
        item = str(activity.content)
        if item in seen.by or (check is not None and not check(activity)):
            return seen
        return Seen(period=str(activity.id), by=seen.by | {item: 1.0})

    def met(person: Standing) -> bool:
        return person.last is not None and person.seen.get(name, UNSEEN).period == str(person.last.id)

    return Condition(lambda person: int(met(person)), 1, met, Watcher(name, (need.when,), watch))
