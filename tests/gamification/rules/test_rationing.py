"""Budgets found out for everybody at once give what serving one activity after the other gives."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from content.vocabulary import ContentClass
from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.demand import Demand
from gamification.rules.earnings import AwardKey, Folded
from gamification.rules.grammar import (
    Badge,
    CampaignPart,
    CommunityQuest,
    Multiplier,
    Parts,
    Quest,
    QuestStep,
    Threshold,
    When,
)
from gamification.rules.needs import AwardsNeed
from gamification.rules.placing import Moment
from gamification.rules.rationing import Cut, Refused, asked_by, budgets_of, settled
from gamification.rules.words import Period
from tests.gamification.rules.examples import MONDAY, activity, badge, cap, rule, ruleset

MOST_PEOPLE = 4
VIEWED = When((Verb.VIEWED,))


@st.composite
def programmes(draw: st.DrawFn) -> RuleSet:
    """Rules whose budgets run out, and which depend on each other."""
    first = rule("a", points=draw(st.integers(2, 4)), recurs=Period.EVER, budget=draw(st.integers(4, 20)))
    second = rule("b", points=3, caps=cap(Period.DAY, 1), budget=draw(st.integers(3, 15)))
    needs = ((AwardsNeed("a", draw(st.integers(1, 3))),),)
    third = rule("c", points=draw(st.integers(1, 3)), recurs=Period.EVER, needs=needs, budget=draw(st.integers(3, 9)))
    star: Badge = badge("d", threshold=Threshold(points=draw(st.integers(4, 12))), most_earners=draw(st.integers(1, 3)))
    opens = activity(0).occurred_at + timedelta(seconds=draw(st.integers(0, 40)))
    factor = draw(st.sampled_from((50, 200, 300)))
    double = Multiplier("e", "E", factor, opens, opens + timedelta(seconds=draw(st.integers(1, 40))))
    made = ruleset((first, second, third), (), (star,))
    both = (double, Multiplier("f-late", "F", 50, opens, opens + timedelta(seconds=9), ("c",)))
    spring = Parts(
        points=(
            rule("f", points=draw(st.integers(2, 5)), recurs=Period.EVER),
            rule("g", points=draw(st.integers(1, 3)), recurs=Period.EVER, budget=draw(st.integers(3, 9))),
        ),
        badges=(badge("h", threshold=Threshold(awards_of="f", at_least=2)),),
        quests=(Quest("i", "I", "I.", (QuestStep("One", VIEWED, 2),), points=draw(st.integers(0, 6))),),
        community_quests=draw(
            st.lists(
                st.builds(
                    CommunityQuest, st.sampled_from(("j", "k")), st.just("J"), st.just("J."), st.just(VIEWED),
                    target=st.integers(2, 9), points=st.integers(1, 9), most_each=st.sampled_from((None, 1, 3)),
                ),
                max_size=2, unique_by=lambda quest: quest.key,
            ).map(tuple)
        ),
        multipliers=both[1:],
    )  # fmt: skip
    part = CampaignPart(key="spring", revision=1, rules=spring, lane=ContentClass.MEDICAL)
    return msgspec.structs.replace(made, multipliers=both[:1], campaigns=(part,))


@st.composite
def crowds(draw: st.DrawFn) -> list[list[Activity]]:
    """What each of some people did; no two things at the same moment."""
    people: list[list[Activity]] = [[] for _ in range(MOST_PEOPLE)]
    for number in range(1, draw(st.integers(5, 60))):
        who = draw(st.integers(0, MOST_PEOPLE - 1))
        people[who].append(activity(number, MONDAY, draw(st.integers(1, 6))))
    return people


class OneByOne:
    """The naive answer: fold everybody's prefix anew for every activity, and refuse what is too much there and then.

    Once everybody together has reached the target of a quest, all who contributed are served, in the order in which
    what they earn happened.
    """

    def __init__(self, programme: RuleSet, crowd: Sequence[Sequence[Activity]], allowances: Mapping[str, int]) -> None:
        self.programme, self.crowd = programme, crowd
        self.at = {each.id: each.occurred_at for theirs in crowd for each in theirs}
        self.left = {budget.key: budget.units for budget in budgets_of(programme, allowances)}
        self.denied: list[set[AwardKey]] = [set() for _ in crowd]
        self.paid: list[set[AwardKey]] = [set() for _ in crowd]
        self.goals = [quest.key for quest in programme.campaigns[0].rules.community_quests]
        self.reached: list[str] = []

    def fold(self, who: int, until: datetime | None = None) -> Folded:
        steps = [(self.programme, each) for each in self.crowd[who] if until is None or each.occurred_at <= until]
        return fold(EMPTY, steps, denied=self.denied[who], reached={*self.reached})

    def serve(self, persons: Sequence[int], until: datetime) -> None:
        while True:
            asked = [
                (self.at[award.activity], place, who, award)
                for who in persons
                for place, award in enumerate(self.fold(who, until).awards)
                if self.left.keys() & asked_by(award).keys() and award.key not in self.paid[who]
            ]
            if not asked:
                return
            _, _, who, award = min(asked, key=lambda each: each[:3])
            wants = {budget: units for budget, units in asked_by(award).items() if budget in self.left}
            if any(units > self.left[budget] for budget, units in wants.items()):
                self.denied[who].add(award.key)
                continue
            for budget, units in wants.items():
                self.left[budget] -= units
            self.paid[who].add(award.key)

    def answer(self) -> list[dict[AwardKey, int]]:
        turns = sorted((each.occurred_at, who) for who, theirs in enumerate(self.crowd) for each in theirs)
        for at, who in turns:
            self.serve([who], at)
            for goal in self.goals:
                if self.left[goal] == 0 and goal not in self.reached:
                    self.reached.append(goal)
                    contributed = [each for each, paid in enumerate(self.paid) if any(key.rule == goal for key in paid)]
                    self.serve(contributed, at)
        folded = [self.fold(who) for who in range(len(self.crowd))]
        return [{award.key: award.points for award in each.awards} for each in folded]


class AtOnce(NamedTuple):
    """What everybody earns, by key, and what was found out on the way."""

    earned: list[dict[AwardKey, int]]
    cuts: list[Cut]
    reached: Mapping[str, Moment]


def at_once(
    programme: RuleSet, crowd: Sequence[Sequence[Activity]], allowances: Mapping[str, int] = MappingProxyType({})
) -> AtOnce:
    """The answer of a preview: fold each person alone, find the first award that is too much, and begin again."""
    budgets = budgets_of(programme, allowances)
    numbers = {budget.key: number for number, budget in enumerate(budgets)}
    cuts: list[Cut] = []
    reached: Mapping[str, Moment] = {}
    while True:
        demand = Demand()
        found = []
        for theirs in reversed(crowd):  # in whatever order
            by_id = {each.id: each for each in theirs}
            folded, placed = settled([(programme, each) for each in theirs], by_id, budgets, cuts, (), reached)
            part = Demand()
            part.add(placed, numbers)
            demand.merge(part)
            found.append({award.key: award.points for award in folded.awards})
        if not reached and (reached := demand.reached(budgets)):
            continue
        cut = demand.first_cut(budgets)
        if cut is None:
            return AtOnce(found[::-1], cuts, reached)
        cuts.append(cut)


@settings(max_examples=100, deadline=None)
@given(programmes(), crowds(), st.one_of(st.just({}), st.fixed_dictionaries({"spring": st.integers(1, 90)})))
def test_budgets_are_first_come_first_served_over_all_people(
    programme: RuleSet, crowd: list[list[Activity]], allowances: dict[str, int]
) -> None:
    earned, cuts, _ = at_once(programme, crowd, allowances)
    assert earned == OneByOne(programme, crowd, allowances).answer()
    assert [cut.moment for cut in cuts] == sorted(cut.moment for cut in cuts)


def test_a_bonus_asks_when_the_target_is_reached_and_not_when_its_ground_was_laid() -> None:
    """One contributes, another spends the budget, and then the target is reached: the bonus comes too late for it."""
    spring = Parts(
        points=(rule("a", points=5, recurs=Period.EVER),),
        community_quests=(CommunityQuest("j", "J", "J.", VIEWED, 2, 5),),
    )
    part = CampaignPart(key="spring", revision=1, rules=spring, lane=ContentClass.MEDICAL)
    programme = msgspec.structs.replace(ruleset(()), campaigns=(part,))
    crowd = [[activity(1)], [activity(2)], [activity(3)]]
    bonus = AwardKey("j", "", "ever")
    for budget, paid in ((10, [False, False, False]), (15, [True, False, False]), (20, [True, True, False])):
        found = at_once(programme, crowd, {"spring": budget})
        assert found.earned == OneByOne(programme, crowd, {"spring": budget}).answer()
        assert [bonus in each for each in found.earned] == paid, "the target was reached by the second of three"
        assert found.reached["j"][1] == crowd[1][0].id.int


def test_a_budget_that_runs_out_pays_those_who_came_first_and_one_that_lasts_pays_all() -> None:
    crowd = [[activity(1)], [activity(2)], [activity(3)]]
    short, long = (ruleset([rule("a", points=5, budget=budget)]) for budget in (10, 15))
    assert [sum(each.values()) for each in at_once(short, crowd).earned] == [5, 5, 0]
    assert [sum(each.values()) for each in at_once(long, crowd).earned] == [5, 5, 5]


def test_what_is_refused_is_all_but_what_a_finished_budget_paid() -> None:
    refused, paid = Refused(), AwardKey("a", "1", "ever")
    refused.paid["a"] = {paid}
    refused.single.add(AwardKey("b", "1", "ever"))
    assert AwardKey("a", "2", "ever") in refused
    assert AwardKey("b", "1", "ever") in refused
    assert paid not in refused
    assert AwardKey("b", "2", "ever") not in refused
