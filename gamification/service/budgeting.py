"""Folding people whose rules have budgets: what a budget can't pay is denied, and the person folded again without it.

A denial is kept like an award, so that whoever replays the history later decides the same.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TypeAlias

import msgspec

from gamification.rules import Step, fold
from gamification.store import budgets
from gamification.values import Award, AwardKey, Folded, State
from gamification.vocabulary import Blocked
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


class Run(msgspec.Struct):
    """One person's fold. ``settled`` are awards that need no budget any more, because they were paid before."""

    person: PersonId
    before: State
    steps: Sequence[Step]
    awarded: AbstractSet[AwardKey]
    settled: AbstractSet[AwardKey]
    denied: set[AwardKey]
    folded: Folded
    denials: list[Award] = []


def run(
    person: PersonId,
    before: State,
    steps: Sequence[Step],
    *,
    awarded: AbstractSet[AwardKey] = frozenset(),
    settled: AbstractSet[AwardKey] = frozenset(),
    denied: AbstractSet[AwardKey] = frozenset(),
) -> Run:
    """Fold once, as if every budget were large enough."""
    return Run(person, before, steps, awarded, settled, set(denied), fold(before, steps, awarded, denied))


def units(award: Award) -> int:
    """Return what an award takes from its rule's budget: its points, or one earner of a badge."""
    return award.units


async def deny_beyond_budgets(uow: UnitOfWork, runs: Iterable[Run]) -> None:
    """Deny what the budgets can't pay, first come first served, and fold again whom that concerns.

    What a person earns after a refusal is uncertain until they are folded again: only then does it take from a budget,
    or is refused in its turn.
    """
    everybody, left = list(runs), dict[str, int]()
    paid: set[tuple[PersonId, AwardKey]] = set()
    asked: dict[PersonId, dict[AwardKey, Award]] = {}
    waiting = [line for each in everybody for line in _open_awards(each, paid)]
    heapify(waiting)
    await _find_left(uow, left, [award for *_, award, _ in waiting])
    while waiting:
        _, _, _, each, award, folded = heappop(waiting)
        if folded is not each.folded:
            continue
        rule = award.key.rule
        if left[rule] >= award.units:
            left[rule] -= award.units
            paid.add((each.person, award.key))
            continue
        for *_, other, _ in _open_awards(each, paid):  # what is left never grows, so these are too much as well
            if other.key.rule == rule and other.units > left[rule]:
                each.denied.add(other.key)
                asked.setdefault(each.person, {})[other.key] = other
        each.folded = fold(each.before, each.steps, each.awarded, each.denied)
        more = _open_awards(each, paid)
        await _find_left(uow, left, [award for *_, award, _ in more])
        for line in more:
            heappush(waiting, line)
    for each in everybody:
        each.denials = [
            award for key, award in asked.get(each.person, {}).items() if each.folded.held.get(key) is Blocked.BUDGET
        ]


Line: TypeAlias = tuple[int, int, int, Run, Award, Folded]
"""Orders by activity and by place within it; a serial number keeps what comes after it from being compared."""

_serial = count()


def _open_awards(each: Run, paid: AbstractSet[tuple[PersonId, AwardKey]]) -> list[Line]:
    """Return the awards that still have to be paid by a budget, each as a line."""
    return [
        (award.activity.int, position, next(_serial), each, award, each.folded)
        for position, award in enumerate(each.folded.awards)
        if award.terms.budget is not None and award.key not in each.settled and (each.person, award.key) not in paid
    ]


async def _find_left(uow: UnitOfWork, left: dict[str, int], asked: Iterable[Award]) -> None:
    sizes = {award.key.rule: award.terms.budget or 0 for award in asked}
    if missing := {rule: size for rule, size in sizes.items() if rule not in left}:
        left |= await budgets.left(uow, missing)
