"""The rules once more, slowly and by definition: every question is answered by counting over the whole history again.

What is kept is only what happened: what was paid, which badges and quests were earned, how high a level rose. It keeps
no counters and no state, so it can't have the mistakes of the fold. It shares with it the grammar alone.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from engagement.values import Activity
from gamification.rules.grammar import Badge, CommunityQuest, PointsRule, Quest, RuleSet
from gamification.rules.words import CapUnit, Once, Period
from gamification.values import AwardKey, BadgeDecision, GrantedFreezes, Intervention
from tests.gamification.rules.reference import needs, quests, streaks
from tests.gamification.rules.reference.matching import applying, barred, fits, spelled

History = Sequence[tuple[RuleSet, Activity]]


class Paid(NamedTuple):
    """One award of points, with the date it counts for and the caps its rule had."""

    rule: str
    subject: str
    period: str
    points: int
    day: date
    caps: frozenset[tuple[Period, CapUnit]]
    recognition: bool
    expires: date | None


class Story:
    """One person's history in order of time, lived through once.

    ``denied`` are awards that budgets refused, ``reached`` the community quests that everybody has finished, and
    ``interventions`` are what staff did, in order. ``kept`` is what awards with a budget were paid: something late can
    make one worth more, which the budget may not have.
    """

    def __init__(
        self,
        history: History,
        denied: AbstractSet[AwardKey] = frozenset(),
        reached: AbstractSet[str] = frozenset(),
        interventions: Sequence[Intervention] = (),
        kept: Mapping[AwardKey, int] = MappingProxyType({}),
    ) -> None:
        self.history = history
        self.days = [max(each.local_date for _, each in history[: end + 1]) for end in range(len(history))]
        self.denied = denied
        self.reached = reached
        self.freezes = [each for each in interventions if isinstance(each, GrantedFreezes)]
        self.decisions = [each for each in interventions if isinstance(each, BadgeDecision)]
        self.kept = kept
        self.given: list[AwardKey] = []
        self.bonuses: dict[str, int] = {}
        self.paid: list[Paid] = []
        self.badges: list[str] = []
        self.ends: dict[str, datetime] = {}
        self.refused: set[str] = set()
        self.quests: dict[str, int] = {}
        self.level = 0
        self.lapsed = date.min
        for moment in range(len(history)):
            self.live(moment)

    @property
    def points(self) -> int:
        return sum(each.points for each in self.paid if each.recognition) + sum(self.finished.values())

    @property
    def finished(self) -> dict[str, int]:
        """What quests paid, one's own and those of everybody."""
        return self.quests | self.bonuses

    @property
    def awards(self) -> dict[AwardKey, int]:
        """Everything that was earned, with its points."""
        paid = {AwardKey(*each[:3]): each.points for each in self.paid}
        once = (*self.finished.items(), *self.unpaid)
        return paid | {AwardKey(key, "", "ever"): points for key, points in once} | dict.fromkeys(self.given, 0)

    @property
    def unpaid(self) -> list[tuple[str, int]]:
        return [(key, 0) for key in self.badges]

    @property
    def streaks(self) -> dict[str, streaks.Kept]:
        return streaks.all_of(self)

    def live(self, moment: int) -> None:
        """One more activity: first points in the order written, then quests, then levels, then badges."""
        ruleset, activity = self.history[moment]
        self.expire(ruleset, activity.occurred_at)
        for rules in applying(ruleset, activity):
            for rule in rules.points:
                self.pay(rule, moment)
        for rules in applying(ruleset, activity):
            for quest in rules.quests:
                self.go_on(quest, moment)
        for rules in applying(ruleset, activity):
            for goal in rules.community_quests:
                if not barred(ruleset, goal, activity):
                    self.contribute(goal, activity)
        self.level = max(self.level, *(each.level for each in ruleset.levels if each.at <= self.counting(ruleset)))
        badges = [badge for rules in applying(ruleset, activity) for badge in rules.badges]
        while any(self.reward(badge, moment) for badge in badges):
            pass  # a badge can be what another one waits for

    def revoked(self, badge: str, moment: int) -> bool:
        """Whether the last word of staff about a badge, before this activity, was that it is taken back."""
        now = self.history[moment][1]
        about = [each for each in self.decisions if each.badge == badge]
        before = [each for each in about if (each.decided_at, each.id) < (now.occurred_at, now.id)]
        return bool(before) and max(before, key=lambda each: (each.decided_at, each.id)).revoked

    def pay(self, rule: PointsRule, moment: int) -> None:
        ruleset, activity = self.history[moment]
        day = self.days[moment]
        subject = str(activity.content) if rule.once_per is Once.ITEM else ""
        key = AwardKey(rule.key, subject, spelled(rule.recurs, day))
        if not fits(rule.when, activity) or any(each[:3] == key for each in self.paid) or key in self.denied:
            return
        if barred(ruleset, rule, activity):
            return
        points = worth(ruleset, rule, activity)
        points = min(points, self.kept.get(key, points))
        if points and needs.met(self, rule.key, rule.needs, moment) and not self.capped(rule, points, day):
            caps = frozenset((cap.per, cap.of) for cap in rule.caps)
            recognition = rule.currency == "recognition"
            self.paid.append(Paid(*key, points, day, caps, recognition, expiry(rule, activity)))

    def expire(self, ruleset: RuleSet, until: datetime) -> None:
        """Go through the days on which points expired since the last time, and lose levels as the rules have it."""
        today = until.astimezone(UTC).date()
        for day in sorted({each.expires for each in self.paid if each.recognition and each.expires}):
            if self.lapsed < day <= today:
                self.lapsed = day
                self.fall(ruleset, self.counting(ruleset))
        self.lapsed = max(self.lapsed, today)

    def fall(self, ruleset: RuleSet, counting: int) -> None:
        here = [each for each in ruleset.levels if each.level <= self.level]
        if ruleset.levels_by == "lifetime" or not here or here[-1].at <= counting:
            return
        if ruleset.downgrade == "one_down":
            self.level = here[-2].level
        if ruleset.downgrade == "balance_based":
            self.level = max(each.level for each in ruleset.levels if each.at <= counting)

    def counting(self, ruleset: RuleSet) -> int:
        """The points that count for the level."""
        if ruleset.levels_by == "lifetime":
            return self.points
        gone = [each.points for each in self.paid if each.recognition and each.expires and each.expires <= self.lapsed]
        return self.points - sum(gone)

    def capped(self, rule: PointsRule, points: int, day: date) -> bool:
        """Whether one more award would go over a cap. A cap counts from the version on that has it."""
        for cap in rule.caps:
            counted = [
                each
                for each in self.paid
                if each.rule == rule.key
                and (cap.per, cap.of) in each.caps
                and spelled(cap.per, each.day) == spelled(cap.per, day)
            ]
            by_points = cap.of is CapUnit.POINTS
            used = sum(each.points for each in counted) if by_points else len(counted)
            if used + (points if by_points else 1) > cap.limit:
                return True
        return False

    def go_on(self, quest: Quest, moment: int) -> None:
        if quest.key not in self.quests and quests.done(self, quest, moment):
            self.quests[quest.key] = quest.points

    def contribute(self, goal: CommunityQuest, activity: Activity) -> None:
        """Contribute the item, unless it was, or the person has contributed enough."""
        key = AwardKey(goal.key, str(activity.content), "ever")
        mine = [each for each in self.given if each.rule == goal.key]
        enough = goal.most_each is not None and len(mine) >= goal.most_each
        if not fits(goal.when, activity) or key in mine or key in self.denied or enough:
            return
        self.given.append(key)
        if not mine and goal.key in self.reached and AwardKey(goal.key, "", "ever") not in self.denied:
            self.bonuses[goal.key] = goal.points

    def reward(self, badge: Badge, moment: int) -> bool:
        """Give a badge if it is earned right now; tell whether it was given."""
        activity = self.history[moment][1]
        known = badge.key in self.badges or badge.key in self.refused
        closed = badge.closes_at is not None and activity.occurred_at >= badge.closes_at
        if known or badge.locked or closed or not needs.earned(self, badge, moment):
            return False
        if AwardKey(badge.key, "", "ever") in self.denied:
            self.refused.add(badge.key)
            return False
        self.badges.append(badge.key)
        if badge.expires_after_days is not None:
            self.ends[badge.key] = activity.occurred_at + timedelta(days=badge.expires_after_days)
        return True


def expiry(rule: PointsRule, activity: Activity) -> date | None:
    if rule.expires_after_days is None:
        return None
    days = rule.expires_after_days + (rule.pending_days or 0)
    return (activity.occurred_at.astimezone(UTC) + timedelta(days=days)).date()


def worth(ruleset: RuleSet, rule: PointsRule, activity: Activity) -> int:
    """The rule's points times the highest multiplier: of those beside it, and of campaigns that name it."""
    percents = [
        each.percent
        for rules in applying(ruleset, activity)
        for each in rules.multipliers
        if each.opens <= activity.occurred_at < each.closes
        and ((each.rules is None and rule in rules.points) or rule.key in (each.rules or ()))
    ]
    return rule.points * max(percents, default=100) // 100
