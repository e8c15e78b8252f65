"""From what was counted to what is said: distributions instead of people, and nothing about a few of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

from gamification.rules.previewing import Cell, Tally
from gamification.rules.rationing import CAMPAIGN, Budget, Cut
from gamification.rules.reports import (
    Bar,
    BlockedLine,
    BudgetLine,
    BurnLine,
    Comparison,
    HeldLine,
    LevelLine,
    Quantile,
    RuleLine,
)
from gamification.vocabulary import AwardKind, Blocked
from kernel.disclosure import FEWEST, alone, counts, shown

SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
EDGES: Final = (0, 1, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)


def quantiles(points: Counter[int]) -> list[Quantile]:
    """Return the quantiles (nearest rank) with at least ten people on each side of them."""
    total = points.total()
    found: list[Quantile] = []
    passed, ordered = 0, iter(sorted(points.items()))
    value = 0
    for share in SHARES:
        rank = max(1, -(-total * round(share * 100) // 100))
        while passed < min(rank, total):
            value, people = next(ordered)
            passed += people
        if rank >= FEWEST and total - rank >= FEWEST:
            found.append(Quantile(share=share, points=value))
    return found


def histogram(points: Counter[int]) -> list[Bar]:
    """Return how many people earn how much, up to the last bar that has any."""
    bounds = [*pairwise(EDGES), (EDGES[-1], None)]
    people = [
        sum(count for value, count in points.items() if value >= low and (high is None or value < high))
        for low, high in bounds
    ]
    while people and not people[-1]:
        people.pop()
    bars = zip(bounds, counts(people), strict=False)
    return [Bar(at_least=low, below=high, people=count) for (low, high), count in bars]


def rule_lines(tally: Tally) -> list[RuleLine]:
    """Return what each rule gives, by key."""
    cells = sorted(tally.rules.items())
    visible = shown([cell.people for _, cell in cells])
    return [
        RuleLine(
            rule=rule,
            kind=kind.value,
            people=cell.people if show else None,
            awards=cell.awards if show else None,
            units=cell.units if show else None,
        )
        for ((rule, kind), cell), show in zip(cells, visible, strict=True)
    ]


def burn_lines(tally: Tally) -> list[BurnLine]:
    """Return what each rule gives on each day; nothing of a rule whose line is hidden, for it would add up to it."""
    hidden = {line.rule for line in rule_lines(tally) if line.people is None}
    by_rule: dict[str, list[tuple[date, Cell]]] = {}
    for (rule, day), cell in sorted(tally.days.items()):
        if rule not in hidden:
            by_rule.setdefault(rule, []).append((day, cell))
    lines = []
    for rule, cells in by_rule.items():
        visible = shown([cell.people for _, cell in cells])
        for (day, cell), show in zip(cells, visible, strict=True):
            lines.append(BurnLine(rule=rule, day=day, units=cell.units if show else None))
    return lines


def held_lines(tally: Tally) -> list[HeldLine]:
    """Return what caps and budgets hold back."""
    return [
        HeldLine(
            rule=rule,
            reason=reason.value,
            people=alone(cell.people),
            awards=cell.awards if alone(cell.people) is not None else None,
        )
        for (rule, reason), cell in sorted(tally.held.items())
    ]


def budget_lines(tally: Tally, budgets: Sequence[Budget], cuts: Sequence[Cut]) -> list[BudgetLine]:
    """Return how each budget fares; a rule whose line is hidden doesn't say how much it used, or when that was all."""
    lines = rule_lines(tally)
    first: dict[int, Cut] = {}
    for cut in cuts:
        first.setdefault(cut.budget, cut)
    found = []
    for number, budget in enumerate(budgets):
        theirs = [line.units for line in lines if line.rule in budget.rules and AwardKind(line.kind) in budget.kinds]
        used = None if None in theirs else sum(units for units in theirs if units is not None)
        short = _day_of(first[number]) if number in first and used is not None else None
        campaign = budget.key.removeprefix(CAMPAIGN) if budget.key.startswith(CAMPAIGN) else None
        rule = budget.key if campaign is None else None
        found.append(BudgetLine(rule=rule, campaign=campaign, budget=budget.units, used=used, short_from=short))
    return found


def _day_of(cut: Cut) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=cut.moment[0])).date()


def blocked_lines(tally: Tally) -> list[BlockedLine]:
    """Return how many people each reason costs something."""
    return [BlockedLine(reason=reason.value, people=alone(tally.blocked[reason])) for reason in Blocked]


def level_lines(tally: Tally) -> list[LevelLine]:
    """Return how many people end at each level."""
    levels = sorted(tally.levels)
    people = counts([tally.levels[level] for level in levels])
    return [LevelLine(level=level, people=count) for level, count in zip(levels, people, strict=True)]


def earners(tally: Tally) -> int | None:
    """Return how many people earn anything: hidden too where nearly everybody does, or nearly nobody."""
    return counts([tally.earners, tally.people - tally.earners])[0]


def total(tally: Tally) -> int | None:
    """Return the recognition points of everybody together."""
    return sum(value * people for value, people in tally.points.items()) if earners(tally) is not None else None


def comparison(tally: Tally, own: Tally, compared: Mapping[int, int]) -> Comparison:
    """Return the other programme's numbers, without those that give a few people away beside the preview's ``own``.

    ``compared`` counts people by 1, 0 and -1: more, as much, less by then.
    """
    more, same, fewer = counts([compared.get(sign, 0) for sign in (1, 0, -1)])
    lines = [line if _apart(tally, own, line) else _silent(line) for line in rule_lines(tally)]
    # What is hidden of one rule would follow from the points of all of them.
    told = _is_crowd(compared.get(1, 0) + compared.get(-1, 0)) and all(line.people is not None for line in lines)
    return Comparison(
        points=total(tally) if told else None,
        earners=earners(tally) if _is_crowd(tally.earners - own.earners) else None,
        more=more,
        same=same,
        fewer=fewer,
        rules=lines,
    )


def _apart(tally: Tally, own: Tally, line: RuleLine) -> bool:
    """Tell whether a rule gives the same under both programmes, or something else to a crowd."""
    key = (line.rule, AwardKind(line.kind))
    here, there = tally.rules[key], own.rules.get(key, Cell())
    return here == there or abs(here.people - there.people) >= FEWEST


def _is_crowd(difference: int) -> bool:
    return alone(abs(difference)) is not None


def _silent(line: RuleLine) -> RuleLine:
    return RuleLine(rule=line.rule, kind=line.kind, people=None, awards=None, units=None)
