"""A preview and the programme in force stand side by side: what differs between them is about ten people, or null."""

from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.previewing import Cell, Tally
from gamification.rules.reporting import comparison, earners, rule_lines, total
from gamification.vocabulary import AwardKind

POINTS = AwardKind.POINTS
programmes = st.tuples(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))


def tallies(people: list[tuple[int, int]]) -> tuple[Tally, Tally, Counter[int]]:
    """Two programmes in which each person earns so many points by one rule."""
    found = []
    for place in (0, 1):
        each = Tally(people=len(people), points=Counter(one[place] for one in people))
        each.earners = sum(one[place] > 0 for one in people)
        each.rules = {("read", POINTS): Cell(each.earners, each.earners, sum(one[place] for one in people))}
        each.rules |= {("other", POINTS): Cell(20, 20, 20)}
        found.append(each)
    compared = Counter((new > old) - (new < old) for new, old in people)
    return found[0], found[1], compared


@given(programmes)
def test_no_number_that_is_told_of_both_differs_by_a_few_people(people: tuple[list[tuple[int, int]]]) -> None:
    own, running, compared = tallies(people[0])
    told = comparison(running, own, compared)
    if earners(own) is not None and told.earners is not None:
        assert not 0 < abs(own.earners - told.earners) < 10
    if told.points is not None and total(own) is not None:
        changed = compared[1] + compared[-1]
        assert changed == 0 or changed >= 10
    for line, other in product(rule_lines(own), told.rules):
        if line.rule == other.rule and line.people is not None and other.people is not None:
            assert line == other or abs(line.people - other.people) >= 10


def test_one_person_who_would_earn_more_is_not_told_and_twelve_are() -> None:
    everybody = [(1, 1)] * 30
    one, running, compared = tallies([*everybody, (3, 1)])
    told = comparison(running, one, compared)
    assert (told.points, told.more, told.fewer) == (None, None, 0)
    assert next(line.units for line in told.rules if line.rule == "read") is None
    twelve, running, compared = tallies([*everybody, *[(3, 0)] * 12])
    told = comparison(running, twelve, compared)
    assert (told.points, told.earners, told.more) == (30, 30, 12)
    assert next(line.units for line in told.rules if line.rule == "read") == 30
    same, running, compared = tallies(everybody)
    assert comparison(running, same, compared).points == 30
