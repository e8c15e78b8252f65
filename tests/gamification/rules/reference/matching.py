"""Which activities a rule is about, said once more without any of the shortcuts of the fold."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from engagement.values import Activity
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    CommunityQuest,
    Multiplier,
    Parts,
    PointsRule,
    Quest,
    RuleSet,
    SecondsRange,
    ShareRange,
    Streak,
    When,
)
from gamification.rules.words import Period


class Rules(NamedTuple):
    """Rules that stand together: those of the rule set itself, or those of one campaign."""

    points: tuple[PointsRule, ...]
    streaks: tuple[Streak, ...]
    badges: tuple[Badge, ...]
    quests: tuple[Quest, ...]
    multipliers: tuple[Multiplier, ...]
    community_quests: tuple[CommunityQuest, ...]
    campaign: CampaignPart | None


def applying(ruleset: RuleSet, activity: Activity) -> Iterator[Rules]:
    """The rules that apply to this activity at all: the rule set's own, and those of campaigns that reach it."""
    yield standing(ruleset, None)
    for campaign in ruleset.campaigns:
        if reaches(campaign, activity):
            yield standing(campaign.rules, campaign)


def standing(each: RuleSet | Parts, campaign: CampaignPart | None) -> Rules:
    return Rules(each.points, each.streaks, each.badges, each.quests, each.multipliers, each.community_quests, campaign)


def reaches(campaign: CampaignPart, activity: Activity) -> bool:
    return (
        activity.content_class == campaign.lane
        and (campaign.markets is None or activity.market in campaign.markets)
        and (campaign.professions is None or activity.profession in campaign.professions)
        and (campaign.opens is None or campaign.opens <= activity.occurred_at)
        and (campaign.closes is None or activity.occurred_at < campaign.closes)
    )


def barred(ruleset: RuleSet, rule: PointsRule | Quest | CommunityQuest, activity: Activity) -> bool:
    """Whether a policy pack forbids the rule to pay for content of this lane in the country of this activity."""
    about = [bar for bar in ruleset.bars if bar.rule == rule.key and bar.lane == activity.content_class]
    about = [bar for bar in about if not bar.unless_eligible or not activity.eligible]
    return any((activity.market in bar.markets) != bar.elsewhere for bar in about)


def fits(when: When, activity: Activity) -> bool:
    tags = when.tags
    return all(
        (
            activity.verb in when.verbs,
            when.kinds is None or activity.kind in when.kinds,
            when.classes is None or activity.content_class in when.classes,
            when.channels is None or activity.channel in when.channels,
            tags is None or tags.any is None or any(tag in activity.tags for tag in tags.any),
            tags is None or tags.all is None or all(tag in activity.tags for tag in tags.all),
            tags is None or tags.none is None or not any(tag in activity.tags for tag in tags.none),
            lies(activity.score, when.score),
            lies(activity.progress, when.progress),
            lies(activity.duration_seconds, when.duration_seconds),
            when.success is None or activity.success == when.success,
            when.completion is None or activity.completion == when.completion,
            when.on_time is None or lateness(activity) in ({"late"} if not when.on_time else {"on time"}),
            when.days_early is None or hours_left(activity) >= 24 * when.days_early,
        )
    )


def hours_left(activity: Activity) -> float:
    """How many hours were left until the item was due; before one that is never due, fewer than any number."""
    if activity.due_at is None:
        return float("-inf")
    return (activity.due_at.timestamp() - activity.occurred_at.timestamp()) / 3600


def lateness(activity: Activity) -> str:
    if activity.due_at is None:
        return "never due"
    return "late" if hours_left(activity) < 0 else "on time"


def lies(value: float | None, limits: ShareRange | SecondsRange | None) -> bool:
    if limits is None:
        return True
    if value is None or (limits.at_least is not None and value < limits.at_least):
        return False
    return limits.below is None or value < limits.below


def spelled(per: Period, day: date) -> str:
    """The name of the period of this kind in which a date lies."""
    if per is Period.QUARTER:
        return f"{day.year:04d}-Q{1 + (day.month - 1) // 3}"
    return day.strftime({"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y", "ever": "ever"}[per])
