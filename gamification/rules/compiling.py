"""Each rule of a rule set made ready to run."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import msgspec

from engagement.values import Activity
from gamification.rules import periods
from gamification.rules.conditions import Check, all_of, check_of, matcher_of, open_check, reaches, sort_of
from gamification.rules.earnings import STANDARD, BadgeEffect, Terms
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    CommunityQuest,
    Multiplier,
    PointsRule,
    Quest,
    Streak,
    Threshold,
    When,
)
from gamification.rules.watching import Met, Standing, Watcher, conditions_of, met_by, signals_of, watchers_of
from gamification.rules.words import CapUnit, Once, Rhythm

Earned: TypeAlias = Callable[[Standing, Activity], bool]


class CapStep(NamedTuple):
    """One cap: the name of its counter, the position of its period, the limit, and whether points are counted."""

    counter: str
    per: int
    limit: int
    of_points: bool


class Factor(NamedTuple):
    """One multiplier of a rule, and for which activities it counts."""

    check: Check
    percent: int


class PointsStep(NamedTuple):
    """One points rule; ``recurs`` is the position of its period."""

    key: str
    name: str
    check: Check | None
    met: Met | None
    points: int
    recurs: int
    per_item: bool
    caps: tuple[CapStep, ...]
    factors: tuple[Factor, ...]
    terms: Terms
    signal: str

    def worth(self, activity: Activity) -> int:
        """Return what the rule pays for an activity; the highest multiplier that is open counts."""
        percents = [factor.percent for factor in self.factors if factor.check(activity)]
        return self.points * max(percents) // 100 if percents else self.points


class StreakStep(NamedTuple):
    """One streak. ``forgiven`` periods may be missed; every ``earns`` kept ones give a freeze, up to ``most``."""

    key: str
    name: str
    check: Check | None
    every: Rhythm
    position: int
    forgiven: int
    freezes: int
    earns: int | None
    most: int
    signal: str


class QuestStage(NamedTuple):
    """One step of a quest: what matches it, and how many different items it needs."""

    matches: Check
    at_least: int


class QuestStep(NamedTuple):
    """One quest; ``under_way`` is where its progress is kept: other steps of a later version begin anew."""

    key: str
    name: str
    under_way: str
    check: Check | None
    stages: tuple[QuestStage, ...]
    ordered: bool
    within_days: int | None
    points: int
    terms: Terms


class CommunityStep(NamedTuple):
    """One community quest: the terms of a contribution (its budget is the target), and those of the bonus."""

    key: str
    name: str
    check: Check | None
    most_each: int | None
    points: int
    each: Terms
    bonus: Terms


class BadgeStep(NamedTuple):
    """One badge, ready to be shown when it is earned; ``position`` is its place in the order of all badges.

    ``waiting`` says that it needs no particular activity, so that a new version of the rules can be enough; ``always``
    that it depends on what the activity is as well, so that every one can bring it.
    """

    position: int
    key: str
    check: Check | None
    earned: Earned
    effect: BadgeEffect
    terms: Terms
    selectors: tuple[When, ...]
    signals: frozenset[str]
    waiting: bool
    always: bool
    digest: str


def points_step(
    rule: PointsRule, factors: Sequence[Factor], campaign: CampaignPart | None
) -> tuple[PointsStep, list[Watcher]]:
    """Make a points rule ready, with the multipliers that are about it."""
    groups = conditions_of(rule.key, rule.needs, campaign, lasting=False)
    caps = tuple(
        CapStep(
            f"{rule.key}:{cap.per}" + (":points" if cap.of is CapUnit.POINTS else ""),
            periods.POSITIONS[cap.per],
            cap.limit,
            cap.of is CapUnit.POINTS,
        )
        for cap in rule.caps
    )
    terms = Terms(
        campaign.key if campaign else None, rule.budget, rule.currency, rule.pending_days, rule.expires_after_days
    )
    step = PointsStep(
        rule.key,
        rule.name,
        check_of(rule.when, campaign),
        met_by(groups),
        rule.points,
        periods.POSITIONS[rule.recurs],
        rule.once_per is Once.ITEM,
        caps,
        tuple(factors),
        STANDARD if terms == STANDARD else terms,
        f"awards:{rule.key}",
    )
    return step, watchers_of(groups)


def factor_of(multiplier: Multiplier, campaign: CampaignPart | None) -> Factor:
    """Make a multiplier ready; that of a campaign counts only for activities that the campaign is about."""
    opens, closes = multiplier.opens, multiplier.closes
    checks: list[Check] = [lambda activity: opens <= activity.occurred_at < closes]
    return Factor(all_of([*checks, *_reach(campaign)]) or checks[0], multiplier.percent)


def streak_step(streak: Streak, campaign: CampaignPart | None) -> StreakStep:
    """Make a streak ready."""
    position = periods.DAY if streak.every is Rhythm.DAY else periods.WEEK
    freezes = streak.freezes
    return StreakStep(
        streak.key,
        streak.name,
        check_of(streak.when, campaign),
        streak.every,
        position,
        streak.grace,
        min(freezes.start, freezes.most) if freezes else 0,
        freezes.every if freezes else None,
        freezes.most if freezes else 0,
        f"streak:{streak.key}",
    )


def quest_step(quest: Quest, campaign: CampaignPart | None) -> QuestStep:
    """Make a quest ready."""
    stages = tuple(QuestStage(matcher_of(step.when), step.at_least) for step in quest.steps)
    terms = Terms(campaign.key) if campaign else STANDARD
    return QuestStep(
        quest.key,
        quest.name,
        under_way_of(quest),
        open_check(campaign),
        stages,
        quest.ordered,
        quest.within_days,
        quest.points,
        terms,
    )


def under_way_of(quest: Quest) -> str:
    """Return where the progress of a quest with these steps is kept."""
    return f"{quest.key}/{sha256(msgspec.json.encode(quest.steps)).hexdigest()[:8]}"


def community_step(quest: CommunityQuest, campaign: CampaignPart | None) -> CommunityStep:
    """Make a community quest ready."""
    bonus = Terms(campaign.key) if campaign else STANDARD
    each = msgspec.structs.replace(bonus, budget=quest.target)
    check = check_of(quest.when, campaign)
    return CommunityStep(quest.key, quest.name, check, quest.most_each, quest.points, each, bonus)


def badge_step(badge: Badge, position: int, campaign: CampaignPart | None) -> tuple[BadgeStep, list[Watcher]]:
    """Make a badge ready."""
    groups = conditions_of(badge.key, badge.needs, campaign, lasting=True)
    earned, selectors, signals = _reason(badge, met_by(groups))
    watchers = watchers_of(groups)
    check = all_of([*_closing(badge), *_reach(campaign)])
    terms = Terms(campaign.key if campaign else None, badge.most_earners, expires_after_days=badge.expires_after_days)
    signals |= signals_of(groups)
    waiting = bool(signals or groups)
    step = BadgeStep(
        position,
        badge.key,
        check,
        earned,
        BadgeEffect(key=badge.key, name=badge.name, description=badge.description),
        STANDARD if terms == STANDARD else terms,
        (*selectors, *(when for watcher in watchers for when in watcher.selectors)),
        signals,
        waiting,
        waiting and check is not None,
        sha256(msgspec.json.encode((badge, campaign.revision if campaign else 0))).hexdigest(),
    )
    return step, watchers


def _reach(campaign: CampaignPart | None) -> list[Check]:
    """Return what a campaign asks of any activity, where nothing has chosen activities by their sort before."""
    if campaign is None:
        return []
    opened = open_check(campaign)
    return [lambda activity: reaches(campaign, sort_of(activity)), *([opened] if opened else [])]


def _closing(badge: Badge) -> list[Check]:
    if badge.closes_at is None:
        return []
    closes = badge.closes_at
    return [lambda activity: activity.occurred_at < closes]


def _reason(badge: Badge, met: Met | None) -> tuple[Earned, tuple[When, ...], frozenset[str]]:
    """Return when the badge is earned, which activities can bring that about, and which signals can."""
    if met is not None:
        return (lambda person, _: met(person)), (), frozenset()
    if badge.threshold is not None:
        return _threshold(badge.key, badge.threshold)
    if badge.streak is not None:
        streak, length = badge.streak.key, badge.streak.length
        return (
            (lambda person, _: streak in person.streaks and person.streaks[streak].longest >= length),
            (),
            frozenset({f"streak:{streak}"}),
        )
    assert badge.when is not None  # noqa: S101 - loading refuses a badge without a reason
    check = check_of(badge.when)
    return (lambda _, activity: check is None or check(activity)), (badge.when,), frozenset()


def _threshold(key: str, threshold: Threshold) -> tuple[Earned, tuple[When, ...], frozenset[str]]:
    at_least = threshold.at_least or 0
    if threshold.points is not None:
        points = threshold.points
        return (lambda person, _: person.points >= points), (), frozenset({"points"})
    if threshold.activities is None:
        rule = threshold.awards_of or ""
        return (lambda person, _: person.awards.get(rule, 0) >= at_least), (), frozenset({f"awards:{rule}"})
    check = check_of(threshold.activities)

    def counted(person: Standing, activity: Activity) -> bool:
        if check is not None and not check(activity):
            return False
        person.matches[key] = count = person.matches.get(key, 0) + 1
        return count >= at_least

    return counted, (threshold.activities,), frozenset()
