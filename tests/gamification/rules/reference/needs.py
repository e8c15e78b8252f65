"""Whether a condition holds at a moment of a story, by looking at everything up to that moment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from gamification.rules.grammar import Badge, RuleSet, Threshold, When
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
from gamification.rules.words import Counted
from tests.gamification.rules.reference import streaks
from tests.gamification.rules.reference.matching import applying, fits, spelled

if TYPE_CHECKING:
    from engagement.values import Activity
    from tests.gamification.rules.reference.story import Story


def met(story: Story, owner: str, groups: Needs | None, moment: int, *, lasting: bool = False) -> bool:
    return all(any(holds(story, owner, need, moment, lasting=lasting) for need in group) for group in groups or ())


def earned(story: Story, badge: Badge, moment: int) -> bool:
    if badge.when is not None:
        return fits(badge.when, story.history[moment][1])
    if badge.streak is not None:
        return streaks.longest(story, badge.streak.key, moment) >= badge.streak.length
    if badge.needs is not None:
        return met(story, badge.key, badge.needs, moment, lasting=True)
    assert badge.threshold is not None
    return reached(story, badge.key, badge.threshold, moment)


def reached(story: Story, key: str, threshold: Threshold, moment: int) -> bool:
    if threshold.points is not None:
        return story.points >= threshold.points
    if threshold.activities is None:
        return awards_of(story, threshold.awards_of) >= (threshold.at_least or 0)
    counts = [awaited(key, ruleset, activity) for ruleset, activity in story.history[: moment + 1]]
    return counts[-1] and sum(counts) >= (threshold.at_least or 0)


def awaited(key: str, ruleset: RuleSet, activity: Activity) -> bool:
    """Whether a badge counts the activity by the version it was recorded under."""
    return any(
        badge.key == key
        and not badge.locked
        and badge.threshold is not None
        and badge.threshold.activities is not None
        and fits(badge.threshold.activities, activity)
        for rules in applying(ruleset, activity)
        for badge in rules.badges
    )


def awards_of(story: Story, rule: str | None) -> int:
    return sum(each.rule == rule for each in story.paid)


def holds(story: Story, owner: str, need: Need, moment: int, *, lasting: bool) -> bool:  # noqa: PLR0911 - one arm per type
    match need:
        case CountNeed():
            return counted(story, owner, need, moment) >= need.at_least
        case SumNeed():
            activities = [story.history[each][1] for each in within(story, owner, need, need.when, need.within, moment)]
            values = [getattr(each, need.of.value) for each in activities]
            return sum(Decimal(str(value or 0)) for value in values) >= Decimal(str(need.at_least))
        case SequenceNeed():
            ends = chains(story, owner, need, len(need.steps) - 1, moment)
            return any(lasting or story.days[end] == story.days[moment] for end in ends)
        case FirstNeed():
            item = story.history[moment][1].content
            tries = matching(story, owner, need, need.when, moment)
            return [each for each in tries if story.history[each][1].content == item] == [moment]
        case PointsNeed():
            return story.points >= need.at_least
        case AwardsNeed():
            return awards_of(story, need.rule) >= need.at_least
        case StreakNeed():
            return streaks.longest(story, need.key, moment) >= need.length
        case BadgeNeed():
            now = story.history[moment][1].occurred_at
            held = need.key in story.badges and (need.key not in story.ends or now < story.ends[need.key])
            return held and not story.revoked(need.key, moment)
        case LevelNeed():
            return story.level >= need.level


def counted(story: Story, owner: str, need: CountNeed, moment: int) -> int:
    moments = within(story, owner, need, need.when, need.within, moment)
    if need.of is Counted.ITEMS:
        return len({story.history[each][1].content for each in moments})
    if need.of is Counted.DAYS:
        return len({story.days[each] for each in moments})
    return len(moments)


def within(story: Story, owner: str, need: Need, when: When, window: Window | None, moment: int) -> list[int]:
    """The moments that a condition counts: those that match, since it stands in the rules, inside its window."""
    today = story.days[moment]
    return [
        each
        for each in matching(story, owner, need, when, moment)
        if window is None
        or (window.per is not None and spelled(window.per, story.days[each]) == spelled(window.per, today))
        or (window.days is not None and (today - story.days[each]).days < window.days)
    ]


def matching(story: Story, owner: str, need: Need, when: When, moment: int) -> list[int]:
    found = []
    for each, (ruleset, activity) in enumerate(story.history[: moment + 1]):
        if stands(ruleset, activity, owner, need) and fits(when, activity):
            found.append(each)
    return found


def stands(ruleset: RuleSet, activity: Activity, owner: str, need: Need) -> bool:
    """Whether this very condition stood in the rules when the activity was recorded, and was about such ones."""
    for rules in applying(ruleset, activity):
        owners = [(rule.key, rule.needs) for rule in rules.points]
        owners += [(badge.key, badge.needs) for badge in rules.badges if not badge.locked]
        if any(key == owner and any(need in group for group in needs or ()) for key, needs in owners):
            return True
    return False


def chains(story: Story, owner: str, need: SequenceNeed, step: int, moment: int) -> list[int]:
    """The moments at which a chain of the steps up to this one ended."""
    found = matching(story, owner, need, need.steps[step], moment)
    if step == 0:
        return found
    before = chains(story, owner, need, step - 1, moment)
    return [
        end
        for end in found
        if any(each < end and (story.days[end] - story.days[each]).days <= need.within_days for each in before)
    ]
