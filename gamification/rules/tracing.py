"""How an award was decided, told condition by condition: the same selectors and conditions as in the fold."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias

import msgspec

from engagement.values import Activity
from gamification.rules.compiling import quest_step
from gamification.rules.conditions import inside, is_on_time, reaches, sort_of
from gamification.rules.earnings import Folded, Intervention
from gamification.rules.folding import EMPTY, Step, fold
from gamification.rules.grammar import Badge, CampaignPart, CommunityQuest, PointsRule, Quest, RuleSet, Streak, When
from gamification.rules.parts import parts_of
from gamification.rules.periods import days_between
from gamification.rules.program import program_of
from gamification.rules.progress import Progress
from gamification.rules.questing import advanced
from gamification.rules.selecting import SecondsRange, ShareRange, Tags
from gamification.rules.watching import conditions_of

Rule: TypeAlias = PointsRule | Badge | Quest | Streak | CommunityQuest


class TraceLine(msgspec.Struct, frozen=True):
    """One condition: where it stands in the rule, what it asks for, what was found, and whether it held."""

    condition: str
    wanted: str
    found: str
    holds: bool


def rule_of(ruleset: RuleSet, key: str) -> tuple[Rule | None, CampaignPart | None]:
    """Return the rule with this key and its campaign, or None."""
    for parts, campaign in parts_of(ruleset):
        rules: list[Rule] = [*parts.points, *parts.badges, *parts.quests, *parts.streaks, *parts.community_quests]
        for rule in rules:
            if rule.key == key:
                return rule, campaign
    return None, None


def trace(
    ruleset: RuleSet,
    key: str,
    history: Sequence[Step],
    activity: Activity,
    interventions: Sequence[Intervention] = (),
) -> list[TraceLine]:
    """Return why the rule paid for ``activity``; ``history`` and ``interventions`` are what came before it."""
    rule, campaign = rule_of(ruleset, key)
    if rule is None:
        return []
    lines = []
    if campaign is not None:
        wanted = f"lane {campaign.lane}, markets {', '.join(campaign.markets or ('all',))}"
        found = f"{activity.content_class}, {activity.market}"
        if campaign.professions is not None:
            wanted += f", professions {', '.join(campaign.professions)}"
            found += f", {activity.profession or 'unknown'}"
        lines.append(TraceLine("campaign", wanted, found, reaches(campaign, sort_of(activity))))
    if any(bar.rule == key and bar.unless_eligible for bar in ruleset.bars):
        lines.append(TraceLine("eligible", "true", _said(activity.eligible), activity.eligible))
    when = getattr(rule, "when", None)
    if when is not None:
        lines += _when(when, activity)
    before = fold(EMPTY, history, interventions=interventions)
    after = fold(EMPTY, [*history, (ruleset, activity)], interventions=interventions)
    lines += _numbers(rule, before, after)
    if isinstance(rule, Quest):
        lines += _steps(rule, campaign, before, after, activity)
    if isinstance(rule, PointsRule | Badge):
        person = Progress(after.state, frozenset(), frozenset())
        person.last = activity
        person.seen = before.state.seen.copy()  # a badge that was earned has forgotten what it had seen
        person.watch(program_of(ruleset).steps(activity), activity, also=rule.key)
        lines += _needs(rule, campaign, person)
    return lines


def _when(when: When, activity: Activity) -> Iterator[TraceLine]:
    yield TraceLine("when.verbs", ", ".join(when.verbs), activity.verb, activity.verb in when.verbs)
    for field, allowed, found in (
        ("kinds", when.kinds, activity.kind),
        ("classes", when.classes, activity.content_class),
        ("channels", when.channels, activity.channel),
    ):
        if allowed is not None:
            yield TraceLine(f"when.{field}", ", ".join(allowed), found, found in allowed)
    if when.tags is not None:
        yield from _tags(when.tags, activity.tags)
    for name in ("score", "progress", "duration_seconds"):
        limits, value = getattr(when, name), getattr(activity, name)
        if limits is not None:
            holds = value is not None and inside(limits)(value)
            yield TraceLine(f"when.{name}", _range(limits), _said(value), holds)
    for name in ("success", "completion"):
        wanted, flag = getattr(when, name), getattr(activity, name)
        if wanted is not None:
            yield TraceLine(f"when.{name}", _said(wanted), _said(flag), flag is wanted)
    yield from _due(when, activity)


def _due(when: When, activity: Activity) -> Iterator[TraceLine]:
    if when.on_time is not None:
        found = is_on_time(activity)
        yield TraceLine("when.on_time", _said(when.on_time), _said(found), found is when.on_time)
    if when.days_early is not None:
        early = None if activity.due_at is None else (activity.due_at - activity.occurred_at) / timedelta(days=1)
        holds = early is not None and early >= when.days_early
        yield TraceLine("when.days_early", _said(when.days_early), _said(early), holds)


def _tags(tags: Tags, given: frozenset[str]) -> Iterator[TraceLine]:
    found = ", ".join(sorted(given))
    if tags.any is not None:
        yield TraceLine("when.tags.any", ", ".join(tags.any), found, not given.isdisjoint(tags.any))
    if tags.all is not None:
        yield TraceLine("when.tags.all", ", ".join(tags.all), found, given.issuperset(tags.all))
    if tags.none is not None:
        yield TraceLine("when.tags.none", ", ".join(tags.none), found, given.isdisjoint(tags.none))


def _numbers(rule: object, before: Folded, after: Folded) -> Iterator[TraceLine]:
    threshold, streak = getattr(rule, "threshold", None), getattr(rule, "streak", None)
    if threshold is not None and threshold.points is not None:
        points = after.state.points
        yield TraceLine("threshold.points", str(threshold.points), str(points), points >= threshold.points)
    if threshold is not None and threshold.awards_of is not None:
        count = after.state.awards.get(threshold.awards_of, 0)
        wanted = f"{threshold.at_least} of {threshold.awards_of}"
        yield TraceLine("threshold.awards_of", wanted, str(count), count >= (threshold.at_least or 0))
    if threshold is not None and threshold.activities is not None:
        matched = before.state.matches.get(getattr(rule, "key", ""), 0) + 1
        yield TraceLine("threshold.activities", str(threshold.at_least), str(matched), matched >= threshold.at_least)
    if streak is not None:
        kept = after.state.streaks.get(streak.key)
        longest = kept.longest if kept else 0
        yield TraceLine("streak.length", str(streak.length), str(longest), longest >= streak.length)


def _steps(
    rule: Quest, campaign: CampaignPart | None, before: Folded, after: Folded, activity: Activity
) -> Iterator[TraceLine]:
    """Tell how many items each step of a quest had with the activity that finished it, and how long it took."""
    step, today = quest_step(rule, campaign), after.state.last_date or activity.local_date
    state, _ = advanced(step, before.state.quests.get(step.under_way), activity, today)
    if state is None:
        return
    for at, (stage, items) in enumerate(zip(rule.steps, state.done, strict=True)):
        yield TraceLine(f"steps[{at}]", str(stage.at_least), str(len(items)), len(items) >= stage.at_least)
    if rule.within_days is not None:
        took = days_between(state.began, today)
        yield TraceLine("within_days", f"at most {rule.within_days}", str(took), took <= rule.within_days)


def _needs(rule: PointsRule | Badge, campaign: CampaignPart | None, person: Progress) -> Iterator[TraceLine]:
    groups = conditions_of(rule.key, rule.needs, campaign, lasting=isinstance(rule, Badge))
    for at, group in enumerate(groups):
        for index, condition in enumerate(group):
            found, holds = condition.reached(person), condition.met(person)
            yield TraceLine(f"needs[{at}][{index}]", f"{condition.needed:g}", f"{found:g}", holds)


def _range(limits: ShareRange | SecondsRange) -> str:
    low = "" if limits.at_least is None else f"at least {limits.at_least:g}"
    high = "" if limits.below is None else f"below {limits.below:g}"
    return ", ".join(each for each in (low, high) if each)


def _said(value: object) -> str:
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else f"{value:g}"
