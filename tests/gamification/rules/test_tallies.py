"""What people contribute to a preview adds up to the same in whatever order and grouping it comes."""

from collections.abc import Sequence
from functools import reduce

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from content.vocabulary import ContentClass
from engagement.values import Activity
from engagement.vocabulary import Verb
from gamification.rules import EMPTY, fold
from gamification.rules.grammar import Bar, CampaignPart, Parts
from gamification.rules.previewing import Cell, Reach, Tally
from gamification.rules.rationing import Cut, budgets_of
from gamification.rules.reporting import budget_lines, burn_lines, earners, histogram, quantiles, rule_lines, total
from gamification.rules.words import Period
from gamification.vocabulary import AwardKind, Blocked
from people.vocabulary import Profession
from tests.gamification.rules.examples import MONDAY, activity, badge, cap, days, rule, ruleset
from tests.gamification.rules.strategies import activities, rulesets


def tally(programme: object, histories: Sequence[Sequence[Activity]]) -> Tally:
    found = Tally()
    for theirs in histories:
        steps = [(programme, each) for each in theirs]
        found.add({each.id: each for each in theirs}, fold(EMPTY, steps, noting=True))  # type: ignore[arg-type]
    return found


def merged(*parts: Tally) -> Tally:
    def add(one: Tally, other: Tally) -> Tally:
        one.merge(other)
        return one

    return reduce(add, parts, Tally())


@settings(max_examples=40, deadline=None)
@given(rulesets(), st.lists(activities(), min_size=3, max_size=3))
def test_merging_is_associative_and_commutative(programme: object, histories: list[list[Activity]]) -> None:
    one, two, three = (tally(programme, [each]) for each in histories)
    whole = tally(programme, histories)
    assert merged(merged(one, two), three) == whole
    assert merged(one, merged(two, three)) == whole
    assert merged(three, one, two) == whole


def test_a_tally_counts_people_awards_and_units_and_what_a_full_cap_holds_back() -> None:
    programme = ruleset([rule(points=5, caps=cap(Period.DAY, 1))], (), [badge(when=rule().when)])
    history = [activity(number, MONDAY, content=number) for number in range(1, 4)]
    found = tally(programme, [history])
    assert found.rules == {("read", AwardKind.POINTS): Cell(1, 1, 5), ("star", AwardKind.BADGE): Cell(1, 1, 1)}
    assert found.days == {("read", MONDAY): Cell(1, 1, 5), ("star", MONDAY): Cell(1, 1, 1)}
    assert found.held == {("read", Blocked.CAP): Cell(1, 2, 0)}
    assert (found.blocked[Blocked.CAP], found.points, found.earners) == (1, {5: 1}, 1)


def test_an_award_that_a_cap_only_delays_is_not_held_back() -> None:
    programme = ruleset([rule(recurs=Period.EVER, caps=cap(Period.DAY, 1))])
    first, second = days(2)
    delayed = [activity(1, first, 1), activity(2, first, 2), activity(3, second, 2)]
    assert tally(programme, [delayed]).held == {}
    assert tally(programme, [delayed[:2]]).held == {("read", Blocked.CAP): Cell(1, 1, 0)}


def test_what_is_out_of_a_campaigns_reach_has_its_reason() -> None:
    part = CampaignPart(
        key="spring", revision=1, rules=Parts(points=(rule(),)), lane=ContentClass.MEDICAL, markets=("GB",)
    )
    reach = Reach(msgspec.structs.replace(ruleset(), campaigns=(part,)))
    assert reach.left_out([activity(1, market="GB")]) == set()
    assert reach.left_out([activity(1, market="DE")]) == {Blocked.OUT_OF_MARKET}
    nurses = msgspec.structs.replace(part, professions=(Profession.NURSE,))
    theirs = Reach(msgspec.structs.replace(ruleset(), campaigns=(nurses,)))
    assert theirs.left_out([activity(1, market="GB", profession=Profession.NURSE)]) == set()
    assert theirs.left_out([activity(1, market="GB", profession=Profession.DENTIST)]) == {Blocked.OTHER_PROFESSION}
    assert theirs.left_out([activity(1, market="GB")]) == {Blocked.OTHER_PROFESSION}
    abroad = activity(1, market="FR", content_class=ContentClass.PROMOTIONAL)
    assert reach.left_out([abroad]) == {Blocked.OUT_OF_MARKET, Blocked.LANE}


def test_what_is_done_outside_of_a_campaigns_window_has_its_reason() -> None:
    """A window holds its beginning and not its end; what no rule of the campaign asks for is outside of nothing."""
    opens, closes = activity(10).occurred_at, activity(20).occurred_at
    part = CampaignPart(
        key="spring", revision=1, rules=Parts(points=(rule(),)), lane=ContentClass.MEDICAL, opens=opens, closes=closes
    )
    reach = Reach(msgspec.structs.replace(ruleset(), campaigns=(part,)))
    assert reach.left_out([activity(10), activity(19)]) == set()
    assert reach.left_out([activity(9)]) == {Blocked.OUTSIDE_WINDOW}
    assert reach.left_out([activity(15), activity(20)]) == {Blocked.OUTSIDE_WINDOW}
    assert reach.left_out([activity(9, verb=Verb.PASSED)]) == set()


def test_what_a_policy_pack_forbids_has_its_reason() -> None:
    bar = Bar(rule="read", lane=ContentClass.MEDICAL, reasons=("value-bearing-off",), markets=("GB",))
    reach = Reach(msgspec.structs.replace(ruleset([rule(), rule("other")]), bars=(bar,)))
    assert reach.left_out([activity(1, market="GB")]) == {Blocked.POLICY}
    assert reach.left_out([activity(1, market="DE")]) == set()
    assert reach.left_out([activity(1, market="GB", content_class=ContentClass.PROMOTIONAL)]) == set()


def test_a_campaigns_budget_has_a_line_of_its_own_that_hides_with_the_lines_of_its_rules() -> None:
    part = CampaignPart(
        key="spring", revision=1, rules=Parts(points=(rule(points=5, recurs=Period.EVER),)), lane=ContentClass.MEDICAL
    )
    programme = msgspec.structs.replace(ruleset(), campaigns=(part,))
    (budget,) = budgets = budgets_of(programme, {"spring": 60})
    assert (budget.key, budget.units, budget.least, budget.rules) == ("campaign:spring", 60, 5, frozenset({"read"}))
    assert budgets_of(programme, {"other": 60}) == ()
    cut = Cut(0, (0, 1, 0), 0)
    few, many = (budget_lines(tally(programme, [[activity(1)]] * count), budgets, [cut]) for count in (9, 12))
    assert [(line.rule, line.campaign, line.used, line.short_from) for line in few] == [(None, "spring", None, None)]
    assert [(line.campaign, line.used, str(line.short_from)) for line in many] == [("spring", 60, "1970-01-01")]


def test_few_people_leave_no_number_behind_and_many_do() -> None:
    programme = ruleset([rule(points=5)])
    few, many = (tally(programme, [[activity(1)]] * count) for count in (9, 30))
    assert (earners(few), total(few), quantiles(few.points)) == (None, None, [])
    assert [line.units for line in rule_lines(few)] == [None]
    assert burn_lines(few) == []
    assert {bar.people for bar in histogram(few.points)} == {None}
    assert (earners(many), total(many)) == (30, 150)
    assert [line.units for line in burn_lines(many)] == [150]
    assert [each.points for each in quantiles(many.points)] == [5]
    assert sum(bar.people or 0 for bar in histogram(many.points)) == 30
