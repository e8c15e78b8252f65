"""The rules of a rule set wherever they stand: in itself, or in one of its running campaigns."""

from collections.abc import Iterator
from itertools import chain
from typing import Final, TypeAlias

from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    CommunityQuest,
    Parts,
    PointsRule,
    Quest,
    RuleSet,
    Streak,
    When,
)

Paying: TypeAlias = PointsRule | Quest | CommunityQuest
PAYING: Final = ("points", "quests", "community_quests")
"""The kinds of rules that give points."""


def parts_of(ruleset: RuleSet) -> list[tuple[Parts, CampaignPart | None]]:
    """Return the rule set's own rules, then those of each campaign with the campaign."""
    own = Parts(**{kind: getattr(ruleset, kind) for kind in Parts.__struct_fields__})
    return [(own, None), *((campaign.rules, campaign) for campaign in ruleset.campaigns)]


def points_rules(ruleset: RuleSet) -> list[PointsRule]:
    """Return every points rule."""
    return list(chain.from_iterable(parts.points for parts, _ in parts_of(ruleset)))


def streaks(ruleset: RuleSet) -> list[Streak]:
    """Return every streak."""
    return list(chain.from_iterable(parts.streaks for parts, _ in parts_of(ruleset)))


def badges(ruleset: RuleSet) -> list[Badge]:
    """Return every badge."""
    return list(chain.from_iterable(parts.badges for parts, _ in parts_of(ruleset)))


def quests(ruleset: RuleSet) -> list[Quest]:
    """Return every quest."""
    return list(chain.from_iterable(parts.quests for parts, _ in parts_of(ruleset)))


def community_quests(ruleset: RuleSet) -> list[CommunityQuest]:
    """Return every community quest."""
    return list(chain.from_iterable(parts.community_quests for parts, _ in parts_of(ruleset)))


def paying_rules(parts: Parts) -> Iterator[tuple[str, Paying]]:
    """Yield every rule that gives points, with its kind."""
    return ((kind, rule) for kind in PAYING for rule in getattr(parts, kind))


def selectors(rule: Paying) -> tuple[When, ...]:
    """Return what a rule that gives points looks for, whatever else it needs."""
    return tuple(each.when for each in rule.steps) if isinstance(rule, Quest) else (rule.when,)
