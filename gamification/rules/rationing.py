"""Who comes too late for a budget, found out for everybody although each person is folded alone.

Budgets are first come, first served by the time of what was done, over all people. What is left of one only ever
shrinks. So the first award (by time) that a budget can't pay settles a ``Cut``: from that moment on the rule pays no
award of more units than were left. That is certain, for everything before that moment is; what else then changes for
whom the cut concerns is found by folding these people again, and so on until no award is too much.

A campaign's budget is one more, which all its rules share; an award that asks for two is paid by both or not at all.
The number of rounds is that of the cuts: one for each budget that runs out, more where what it pays differs.

The bonus of a common quest stands at a person's first contribution and asks when everybody together has reached the
target, as do the awards that it leads to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from engagement.values import Activity
from gamification.rules.earnings import STANDARD, Award, AwardKey, Folded, Intervention
from gamification.rules.folding import EMPTY, Step, fold
from gamification.rules.grammar import CommunityQuest, Quest, RuleSet
from gamification.rules.parts import parts_of
from gamification.rules.placing import Moment, moments, placed
from gamification.vocabulary import AwardKind

PAYING: Final = frozenset({AwardKind.POINTS, AwardKind.BADGE, AwardKind.QUEST, AwardKind.COMMUNITY})
CONTRIBUTIONS: Final = frozenset({AwardKind.CONTRIBUTION})

CAMPAIGN: Final = "campaign:"
"""Before the key of a campaign, among keys of rules, which have no colon."""

NOTHING_ASKED: Final[dict[str, int]] = {}


class Budget(msgspec.Struct, frozen=True):
    """A budget, by the key of its rule or campaign; the fewest units that an award can take, and whose awards do.

    ``kinds`` are the kinds of these awards: the target of a community quest is a budget that contributions alone take
    from, while its bonus is paid by the campaign's.
    """

    key: str
    units: int
    least: int
    rules: frozenset[str]
    kinds: frozenset[AwardKind] = PAYING


class Cut(msgspec.Struct, frozen=True):
    """From ``moment`` on the budget of number ``budget`` pays no award of more than ``left`` units."""

    budget: int
    moment: Moment
    left: int


def asked_by(award: Award) -> dict[str, int]:
    """Return what an award takes from budgets: its points or one earner from its rule's, its points from a campaign's.

    Whether the campaign has a budget is not known here.
    """
    if award.terms is STANDARD:
        return NOTHING_ASKED
    asked = {award.key.rule: award.units} if award.terms.budget is not None else {}
    if award.terms.campaign is not None and award.points:
        asked[CAMPAIGN + award.terms.campaign] = award.points
    return asked


def budgets_of(ruleset: RuleSet, allowances: Mapping[str, int] = MappingProxyType({})) -> tuple[Budget, ...]:
    """Return every budget of a rule set; ``allowances`` are those of campaigns, by their keys."""
    found = []
    sizes = _sizes(ruleset)
    for parts, campaign in parts_of(ruleset):
        found += [
            Budget(rule.key, rule.budget, min(sizes[rule.key]), frozenset({rule.key}))
            for rule in parts.points
            if rule.budget is not None
        ]
        found += [
            Budget(badge.key, badge.most_earners, 1, frozenset({badge.key}))
            for badge in parts.badges
            if badge.most_earners is not None
        ]
        found += [
            Budget(goal.key, goal.target, 1, frozenset({goal.key}), CONTRIBUTIONS) for goal in parts.community_quests
        ]
        quests: tuple[Quest | CommunityQuest, ...] = (*parts.quests, *parts.community_quests)
        paying = {rule.key for rule in parts.points} | {quest.key for quest in quests if quest.points}
        if campaign is not None and campaign.key in allowances and paying:
            least = min(min(sizes[key]) for key in paying)
            found.append(Budget(CAMPAIGN + campaign.key, allowances[campaign.key], least, frozenset(paying)))
    return tuple(found)


def _sizes(ruleset: RuleSet) -> dict[str, set[int]]:
    """Return what one award of each rule and quest can pay, whichever multiplier is open."""
    every = parts_of(ruleset)
    sizes = {quest.key: {quest.points} for parts, _ in every for quest in parts.quests}
    sizes |= {goal.key: {goal.points} for parts, _ in every for goal in parts.community_quests}
    for parts, _ in every:
        for rule in parts.points:
            percents = [
                each.percent
                for home, _ in every
                for each in home.multipliers
                if (home is parts if each.rules is None else rule.key in each.rules)
            ]
            sizes[rule.key] = {rule.points, *(rule.points * percent // 100 for percent in percents)} - {0}
    return sizes


class Refused:
    """The awards that cuts have refused one person: single ones, and of a rule that ran out all but those it paid."""

    def __init__(self) -> None:
        """Begin with none."""
        self.single: set[AwardKey] = set()
        self.paid: dict[str, set[AwardKey]] = {}

    def __contains__(self, key: object) -> bool:
        """Tell whether an award is refused."""
        if key in self.single:
            return True
        paid = self.paid.get(key.rule) if isinstance(key, AwardKey) else None
        return paid is not None and key not in paid


class Settled(NamedTuple):
    """One person's fold, and its awards with the moments at which they ask for their units."""

    folded: Folded
    placed: list[tuple[Moment, Award]]


class _Folding(NamedTuple):
    """One person, who is folded again and again; see ``settled``."""

    steps: Sequence[Step]
    by_id: Mapping[UUID, Activity]
    interventions: Sequence[Intervention]
    reached: Mapping[str, Moment]
    refused: Refused

    def fold(self, reached: Iterable[str]) -> Folded:
        return fold(
            EMPTY, self.steps, denied=self.refused, interventions=self.interventions, reached={*reached}, noting=True
        )

    def settled(self) -> Settled:
        folded = self.fold(self.reached)
        if not any(award.kind is AwardKind.COMMUNITY for award in folded.awards):
            return Settled(folded, list(placed(self.by_id, folded.awards)))
        when = moments(self.by_id, self._stages())
        return Settled(folded, sorted(((when[each.key], each) for each in folded.awards), key=lambda pair: pair[0]))

    def _stages(self) -> Iterator[tuple[Moment | None, Iterable[Award]]]:
        yield None, self.fold(()).awards
        known = []
        for key, moment in sorted(self.reached.items(), key=lambda pair: pair[1]):
            known.append(key)
            yield moment, self.fold(known).awards


def settled(
    steps: Sequence[Step],
    by_id: Mapping[UUID, Activity],
    budgets: Sequence[Budget],
    cuts: Sequence[Cut],
    interventions: Sequence[Intervention] = (),
    reached: Mapping[str, Moment] = MappingProxyType({}),
) -> Settled:
    """Fold one person from the start under ``cuts``, which MUST come in the order in which they were found.

    ``reached`` are the community quests whose target everybody together has reached, and when.
    """
    refused = Refused()
    folding = _Folding(steps, by_id, interventions, reached, refused)
    found = folding.settled()
    for cut in cuts:
        budget = budgets[cut.budget]
        while True:
            theirs = [each for each in found.placed if each[1].key.rule in budget.rules]
            late = [award for at, award in theirs if at >= cut.moment and asked_by(award).get(budget.key, 0) > cut.left]
            if not late:
                break
            if cut.left < budget.least:
                for rule in budget.rules:
                    refused.paid[rule] = {
                        each.key
                        for at, each in theirs
                        if each.key.rule == rule and (at < cut.moment or budget.key not in asked_by(each))
                    }
            else:
                refused.single.add(late[0].key)
            found = folding.settled()
    return found
