"""A rule set made ready to run: for each sort of activity, only the rules that it can touch.

The order of rules is the order in which they are written, those of campaigns after the others, so the same activities
always give the same effects.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, TypeVar

from engagement.values import Activity
from gamification.rules.barring import by_rule_and_lane, holds
from gamification.rules.compiling import (
    BadgeStep,
    CommunityStep,
    Factor,
    PointsStep,
    QuestStep,
    StreakStep,
    badge_step,
    community_step,
    factor_of,
    points_step,
    quest_step,
    streak_step,
)
from gamification.rules.conditions import Sort, reaches, sort_of, touches
from gamification.rules.grammar import CampaignPart, Multiplier, Parts, RuleSet, When
from gamification.rules.levels import ladder_of
from gamification.rules.parts import parts_of
from gamification.rules.watching import Watcher

MOST_SORTS: Final = 10_000
"""How many sorts of activities are remembered with what they touch, before it is forgotten and found again."""

Step = TypeVar("Step")


class Steps(NamedTuple):
    """What activities of one sort can touch. ``watchers`` come with the badge that they are for, if it is a badge."""

    watchers: tuple[tuple[str | None, Watcher], ...]
    points: tuple[PointsStep, ...]
    streaks: tuple[StreakStep, ...]
    quests: tuple[QuestStep, ...]
    community: tuple[CommunityStep, ...]
    badges: tuple[BadgeStep, ...]


class Line(NamedTuple):
    """One rule with what decides whether an activity can touch it: any of the selectors, and its campaign's reach."""

    selectors: tuple[When, ...]
    campaign: CampaignPart | None


class Program:
    """A rule set ready to run."""

    def __init__(self, ruleset: RuleSet) -> None:
        """Compile every rule once; which of them an activity touches is found when its sort comes first."""
        self.ladder = ladder_of(ruleset)
        self._watchers: list[tuple[Line, tuple[str | None, Watcher]]] = []
        self._points: list[tuple[Line, PointsStep]] = []
        self._streaks: list[tuple[Line, StreakStep]] = []
        self._quests: list[tuple[Line, QuestStep]] = []
        self._community: list[tuple[Line, CommunityStep]] = []
        self._badges: list[tuple[Line, BadgeStep]] = []
        self._bars = by_rule_and_lane(ruleset.bars)
        everything = parts_of(ruleset)
        factors = [
            (each, factor_of(each, campaign), parts) for parts, campaign in everything for each in parts.multipliers
        ]
        for parts, campaign in everything:
            self._add(parts, campaign, factors)
        badges = [step for _, step in self._badges]
        self.always = tuple(step for step in badges if step.always)
        self.waiting = tuple(step for step in badges if step.waiting)
        self.by_signal: dict[str, list[BadgeStep]] = {}
        for step in self.waiting:
            for signal in step.signals:
                self.by_signal.setdefault(signal, []).append(step)
        self.digest = sha256("\n".join(step.digest for step in self.waiting).encode()).hexdigest()[:12]
        self._steps: dict[Sort, Steps] = {}

    def steps(self, activity: Activity) -> Steps:
        """Return what this activity can touch."""
        sort = sort_of(activity)
        found = self._steps.get(sort)
        if found is None:
            if len(self._steps) >= MOST_SORTS:
                self._steps.clear()
            found = self._steps[sort] = Steps(
                _touched(self._watchers, sort),
                tuple(step for step in _touched(self._points, sort) if not self._barred(step.key, sort)),
                _touched(self._streaks, sort),
                tuple(step for step in _touched(self._quests, sort) if not self._barred(step.key, sort)),
                tuple(step for step in _touched(self._community, sort) if not self._barred(step.key, sort)),
                _touched(self._badges, sort),
            )
        return found

    def _barred(self, rule: str, sort: Sort) -> bool:
        """Tell whether a policy pack forbids a rule to pay for activities of this sort."""
        about = self._bars.get((rule, sort.content_class), ())
        return any(holds(bar, sort.market, eligible=sort.eligible) for bar in about)

    def _add(
        self, parts: Parts, campaign: CampaignPart | None, factors: Sequence[tuple[Multiplier, Factor, Parts]]
    ) -> None:
        for rule in parts.points:
            about = [
                factor
                for each, factor, home in factors
                if (home is parts if each.rules is None else rule.key in each.rules)
            ]
            step, watchers = points_step(rule, about, campaign)
            self._points.append((Line((rule.when,), campaign), step))
            self._watch(watchers, None, campaign)
        for streak in parts.streaks:
            self._streaks.append((Line((streak.when,), campaign), streak_step(streak, campaign)))
        for quest in parts.quests:
            whens = tuple(each.when for each in quest.steps)
            self._quests.append((Line(whens, campaign), quest_step(quest, campaign)))
        for goal in parts.community_quests:
            self._community.append((Line((goal.when,), campaign), community_step(goal, campaign)))
        for badge in parts.badges:
            if badge.locked:
                continue
            made, watchers = badge_step(badge, len(self._badges), campaign)
            self._badges.append((Line(made.selectors, campaign), made))
            self._watch(watchers, badge.key, campaign)

    def _watch(self, watchers: Sequence[Watcher], badge: str | None, campaign: CampaignPart | None) -> None:
        self._watchers += [(Line(each.selectors, campaign), (badge, each)) for each in watchers]


@lru_cache(maxsize=256)
def program_of(ruleset: RuleSet) -> Program:
    """Make ``ruleset`` ready to run; remembered, since a process uses few versions many times."""
    return Program(ruleset)


def _touched(lines: Sequence[tuple[Line, Step]], sort: Sort) -> tuple[Step, ...]:
    return tuple(
        step
        for line, step in lines
        if reaches(line.campaign, sort) and any(touches(when, sort) for when in line.selectors)
    )
