"""Folding people whose rules have budgets: what a budget can't pay is denied, and the person folded again without it.

A denial is kept like an award, so that whoever replays the history later decides the same.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from gamification.rules import Step, fold
from gamification.store import budgets
from gamification.values import Award, AwardKey, Folded, State
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
    """Deny what the budgets can't pay, first come first served, and fold again whom that concerns."""
    everybody, left, granted = list(runs), dict[str, int](), set[tuple[PersonId, AwardKey]]()
    while True:
        open_awards = [
            (each, award)
            for each in everybody
            for award in each.folded.awards
            if award.terms.budget is not None
            and award.key not in each.settled
            and (each.person, award.key) not in granted
        ]
        sizes = {award.key.rule: award.terms.budget or 0 for _, award in open_awards}
        if missing := {rule: size for rule, size in sizes.items() if rule not in left}:
            left |= await budgets.left(uow, missing)
        refused = []
        for each, award in sorted(open_awards, key=lambda pair: pair[1].activity):
            if left[award.key.rule] >= units(award):
                left[award.key.rule] -= units(award)
                granted.add((each.person, award.key))
            else:
                each.denied.add(award.key)
                each.denials.append(award)
                refused.append(each)
        if not refused:
            return
        for each in refused:
            each.folded = fold(each.before, each.steps, each.awarded, each.denied)
