"""Previews of one reader side by side: no two numbers that are told differ by a few people, whatever was asked."""

import random
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from uuid import UUID

from gamification.rules import reporting
from gamification.rules.previewing import Cell, Tally
from gamification.rules.printing import Prints
from gamification.rules.reports import Effort, Preview
from gamification.rules.retelling import Told, retold
from gamification.vocabulary import AwardKind

CHANCE = random.Random(17)
PEOPLE = [UUID(int=CHANCE.getrandbits(128)) for _ in range(120)]
EFFORT = Effort(activities=0, seconds=1, workers=1, rate_per_core=0, peak_bytes=1, rounds=1)
Gives = Mapping[str, Mapping[UUID, int]]
"""What a programme gives: awards of each rule, by person."""


class Reader:
    """Somebody who sees previews on one day."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def sees(self, gives: Gives, running: Gives | None = None, people: list[UUID] = PEOPLE) -> Preview:
        found, prints = previewed(gives, running, people)
        told, new = retold(found, prints, {}, self.told)
        self.told += new
        return told


def previewed(gives: Gives, running: Gives | None, people: list[UUID]) -> tuple[Preview, list[Prints]]:
    tally, prints = counted(gives, people)
    comparison, both = None, [prints]
    if running is not None:
        other, others = counted(running, people)
        both.append(others)
        comparison = reporting.comparison(other, tally, {})
    found = Preview(
        since=None, until=None, people=tally.people, earners=reporting.earners(tally), points=reporting.total(tally),
        quantiles=reporting.quantiles(tally.points), histogram=reporting.histogram(tally.points),
        rules=reporting.rule_lines(tally), burn=[], budgets=[], held=[], blocked=reporting.blocked_lines(tally),
        levels=reporting.level_lines(tally), transfers=[], comparison=comparison, effort=EFFORT,
    )  # fmt: skip
    return found, both


def counted(gives: Gives, people: list[UUID]) -> tuple[Tally, Prints]:
    tally, prints = Tally(), Prints()
    for person in people:
        rules = {
            (rule, AwardKind.POINTS): Cell(1, awards[person], 5 * awards[person])
            for rule, awards in gives.items()
            if person in awards
        }
        points = sum(cell.units for cell in rules.values())
        own = Tally(1, 1, bool(rules), Counter([points]), Counter([0]), Counter(), rules)
        prints.add(person, own)
        tally.merge(own)
    return tally, prints


def once(people: list[UUID]) -> dict[UUID, int]:
    return dict.fromkeys(people, 1)


def people_of(preview: Preview, rule: str) -> int | None:
    return next(line.people for line in preview.rules if line.rule == rule)


def test_a_second_preview_whose_rule_reaches_one_person_more_says_what_the_first_did() -> None:
    reader, other = Reader(), Reader()
    first = reader.sees({"read": once(PEOPLE[:40])})
    assert (first.people, people_of(first, "read"), first.points, first.repeated) == (120, 40, 200, [])
    wider = {"seen": once(PEOPLE[:41])}
    second = reader.sees(wider)
    assert (people_of(second, "seen"), second.points, second.earners) == (40, 200, 40)
    assert second.repeated == ["people", "points", "rule seen points", "spread"]
    assert people_of(other.sees(wider), "seen") == 41, "who saw nothing has nothing to compare"
    third = reader.sees({"seen": once(PEOPLE[:60])})
    assert (people_of(third, "seen"), third.points, third.repeated) == (60, 300, [])
    assert reader.sees({"read": once(PEOPLE[:40])}).repeated == [], "the same again says nothing new"


def test_what_the_others_give_does_not_hide_what_one_rule_gives_a_few() -> None:
    reader = Reader()
    reader.sees({"read": once(PEOPLE[:40]), "more": once(PEOPLE[80:100])})
    second = reader.sees({"read": once(PEOPLE[:41]), "more": dict.fromkeys(PEOPLE[60:], 3)})
    assert (people_of(second, "read"), people_of(second, "more")) == (40, 60)
    assert (second.repeated, second.points) == (["rule read points"], None), "or the sum would tell the difference"
    assert second.earners == 101


def test_two_rules_of_one_preview_are_not_subtracted_from_each_other_nor_from_everybody() -> None:
    found = Reader().sees({"read": once(PEOPLE[:40]), "seen": once(PEOPLE[:41]), "over": once(PEOPLE[:80])})
    assert [people_of(found, rule) for rule in ("over", "read", "seen")] == [80, 40, None]
    assert (found.people, found.points) == (120, None)
    found = Reader().sees({"read": once(PEOPLE[:40]), "open": once(PEOPLE[:115])})
    assert [people_of(found, rule) for rule in ("open", "read")] == [115, 40]
    assert (found.people, found.earners, found.histogram, found.points) == (None, None, [], None)
    found = Reader().sees({"read": once(PEOPLE[:40]), "seen": once(PEOPLE[:60]), "open": once(PEOPLE[:100])})
    assert [people_of(found, rule) for rule in ("open", "read", "seen")] == [100, 40, 60]
    assert (found.people, found.earners, found.points) == (120, 100, 5 * 200)


def test_a_sum_is_told_while_what_is_left_out_of_it_is_more_than_one_rule_and_stays_as_it_was() -> None:
    reader = Reader()
    gives = {"read": once(PEOPLE[:40]), "seen": once(PEOPLE[:41]), "took": once(PEOPLE[:42]), "open": once(PEOPLE[:80])}
    first = reader.sees(gives)
    assert [people_of(first, rule) for rule in ("open", "read", "seen", "took")] == [80, 40, None, None]
    assert first.points == 5 * (40 + 41 + 42 + 80)
    assert reader.sees(gives).points == first.points
    more = dict.fromkeys(PEOPLE, 2)
    assert reader.sees(gives | {"open": more}).points == 5 * (40 + 41 + 42 + 240)
    assert reader.sees(gives | {"open": more, "took": once(PEOPLE[:43])}).points == 5 * (40 + 41 + 42 + 240)
    assert reader.sees(gives | {"open": once(PEOPLE[:60]), "took": once(PEOPLE[:43])}).points is None


def test_how_many_there_are_is_not_told_by_how_they_spread() -> None:
    reader = Reader()
    first = reader.sees({"read": once(PEOPLE[:40])}, people=PEOPLE[:100])
    fresh = {"took": dict.fromkeys(PEOPLE[:60], 3)}
    second = reader.sees(fresh, people=PEOPLE[:101])
    assert (first.people, second.people, second.histogram, second.levels) == (100, None, [], [])
    assert (people_of(second, "took"), second.points) == (60, 900)
    third = reader.sees(fresh, people=PEOPLE)
    assert (third.people, sum(bar.people or 0 for bar in third.histogram)) == (120, 120)


def test_what_many_would_change_in_one_number_and_few_in_another_is_not_told() -> None:
    reader = Reader()
    reader.sees({"read": once(PEOPLE[:40])})
    second = reader.sees({"seen": dict.fromkeys(PEOPLE[:41], 7)})
    (line,) = second.rules
    assert (line.people, line.awards, line.units, second.points) == (None, None, None, None)
    assert "rule seen points" not in second.repeated, "the units of the one are not those of the other"


def test_what_moves_few_people_from_bar_to_bar_does_not_hold_back_what_all_of_them_get() -> None:
    reader = Reader()
    reader.sees({"read": {each: 1 + (number < 3) for number, each in enumerate(PEOPLE)}})
    second = reader.sees({"read": {each: 4 - (number < 3) for number, each in enumerate(PEOPLE)}})
    assert (second.points, second.repeated) == (5 * (4 * 120 - 3), [])


def test_of_two_rules_that_can_not_both_be_told_the_new_one_is() -> None:
    running = {"any": once(PEOPLE[:41])}
    found = Reader().sees({"zenith": once(PEOPLE[:40])} | running, running)
    assert [(line.rule, line.people) for line in found.rules] == [("any", None), ("zenith", 40)]
    assert found.comparison is not None
    assert [line.people for line in found.comparison.rules] == [None]
    assert (found.comparison.points, found.comparison.earners) == (None, None)


def test_a_few_people_who_came_meanwhile_are_not_told_apart() -> None:
    reader, gives = Reader(), {"read": once(PEOPLE[:40]), "seen": once(PEOPLE[50:90])}
    before = reader.sees(gives, gives, PEOPLE[:100])
    after = reader.sees(gives, gives, PEOPLE[:101])
    assert (before.people, after.people, after.repeated) == (100, 100, ["effort", "people", "spread"])
    assert (after.rules, after.comparison) == (before.rules, before.comparison)
    later = reader.sees(gives, gives, PEOPLE)
    assert (later.people, later.repeated) == (120, [])


def test_no_two_numbers_that_are_told_differ_by_a_few_people_whatever_is_asked() -> None:
    refused = 0
    for _ in range(12):
        reader, sets = Reader(), {frozenset(PEOPLE)}
        for _ in range(12):
            gives = {f"r{number}": once(some()) for number in range(3)}
            found = reader.sees(gives)
            for rule, awards in gives.items():
                if f"rule {rule} points" in found.repeated:
                    assert people_of(found, rule) in {len(each) for each in sets}, "it is a number that was told"
                    refused += 1
                elif people_of(found, rule) is not None:
                    assert people_of(found, rule) == len(awards)
                    sets.add(frozenset(awards))
        for one, other in combinations(sets, 2):
            assert len(one ^ other) >= 10, (len(one), len(other))
    assert refused > 10


def some() -> list[UUID]:
    """People of whom other sets differ by few, or by many."""
    size = CHANCE.choice((20, 40, 60, 80)) + CHANCE.randrange(4)
    return PEOPLE[:size] if CHANCE.random() < 0.5 else PEOPLE[size:]
