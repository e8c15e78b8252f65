"""Budgets found out for everybody at once give what serving one activity after the other gives."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from content.vocabulary import ContentClass
from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.earnings import AwardKey
from gamification.rules.grammar import Badge, CampaignPart, Multiplier, Parts, Quest, QuestStep, Threshold, When
from gamification.rules.needs import AwardsNeed
from gamification.rules.rationing import Cut, Demand, Refused, asked_by, budgets_of, settled
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
        multipliers=both[1:],
    )
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


def one_by_one(
    programme: RuleSet, crowd: Sequence[Sequence[Activity]], allowances: Mapping[str, int]
) -> list[dict[AwardKey, int]]:
    """The naive answer: fold everybody's prefix anew for every activity, and refuse what is too much there and then."""
    left = {budget.key: budget.units for budget in budgets_of(programme, allowances)}
    denied: list[set[AwardKey]] = [set() for _ in crowd]
    paid: list[set[AwardKey]] = [set() for _ in crowd]
    turns = sorted((each.occurred_at, who) for who, theirs in enumerate(crowd) for each in theirs)
    for at, who in turns:
        steps = [(programme, each) for each in crowd[who] if each.occurred_at <= at]
        while True:
            asked = [
                award
                for award in fold(EMPTY, steps, denied=denied[who]).awards
                if left.keys() & asked_by(award).keys() and award.key not in paid[who]
            ]
            if not asked:
                break
            wants = {budget: units for budget, units in asked_by(asked[0]).items() if budget in left}
            if all(units <= left[budget] for budget, units in wants.items()):
                for budget, units in wants.items():
                    left[budget] -= units
                paid[who].add(asked[0].key)
            else:
                denied[who].add(asked[0].key)
    folded = [fold(EMPTY, [(programme, each) for each in theirs], denied=denied[n]) for n, theirs in enumerate(crowd)]
    return [{award.key: award.points for award in each.awards} for each in folded]


def at_once(
    programme: RuleSet, crowd: Sequence[Sequence[Activity]], allowances: Mapping[str, int] = MappingProxyType({})
) -> tuple[list[dict[AwardKey, int]], list[Cut]]:
    """The answer of a preview: fold each person alone, find the first award that is too much, and begin again."""
    budgets = budgets_of(programme, allowances)
    numbers = {budget.key: number for number, budget in enumerate(budgets)}
    cuts: list[Cut] = []
    while True:
        demand = Demand()
        found = []
        for theirs in reversed(crowd):  # in whatever order
            by_id = {each.id: each for each in theirs}
            folded = settled([(programme, each) for each in theirs], by_id, budgets, cuts)
            part = Demand()
            part.add(by_id, folded.awards, numbers)
            demand.merge(part)
            found.append({award.key: award.points for award in folded.awards})
        cut = demand.first_cut(budgets)
        if cut is None:
            return found[::-1], cuts
        cuts.append(cut)


@settings(max_examples=60, deadline=None)
@given(programmes(), crowds(), st.one_of(st.just({}), st.fixed_dictionaries({"spring": st.integers(1, 30)})))
def test_budgets_are_first_come_first_served_over_all_people(
    programme: RuleSet, crowd: list[list[Activity]], allowances: dict[str, int]
) -> None:
    earned, cuts = at_once(programme, crowd, allowances)
    assert earned == one_by_one(programme, crowd, allowances)
    assert [cut.moment for cut in cuts] == sorted(cut.moment for cut in cuts)


def test_a_budget_that_runs_out_pays_those_who_came_first_and_one_that_lasts_pays_all() -> None:
    crowd = [[activity(1)], [activity(2)], [activity(3)]]
    short, long = (ruleset([rule("a", points=5, budget=budget)]) for budget in (10, 15))
    assert [sum(each.values()) for each in at_once(short, crowd)[0]] == [5, 5, 0]
    assert [sum(each.values()) for each in at_once(long, crowd)[0]] == [5, 5, 5]


def test_what_is_refused_is_all_but_what_a_finished_budget_paid() -> None:
    refused, paid = Refused(), AwardKey("a", "1", "ever")
    refused.paid["a"] = {paid}
    refused.single.add(AwardKey("b", "1", "ever"))
    assert AwardKey("a", "2", "ever") in refused
    assert AwardKey("b", "1", "ever") in refused
    assert paid not in refused
    assert AwardKey("b", "2", "ever") not in refused
