"""Folding people whose rules have budgets: what a budget can't pay is denied, and the person folded again without it.

A denial is kept like an award, so that whoever replays the history later decides the same.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import msgspec

from gamification.rules import RuleSet, Step, fold
from gamification.rules.parts import badges, points_rules
from gamification.store import budgets
from gamification.values import Award, AwardKey, Folded, State
from gamification.vocabulary import AwardKind
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
    return 1 if award.kind is AwardKind.BADGE else award.points


def has_budget(ruleset: RuleSet, key: str) -> bool:
    """Tell whether the rules limited what this points rule or badge gives to everybody together."""
    return any(rule.key == key and rule.budget is not None for rule in points_rules(ruleset)) or any(
        badge.key == key and badge.most_earners is not None for badge in badges(ruleset)
    )


async def deny_beyond_budgets(uow: UnitOfWork, runs: Sequence[Run]) -> None:
    """Deny what the budgets can't pay, what happened first comes first, and fold again whom that concerns.

    All runs of a transaction MUST come together: each budget is locked once, in order of the keys. What a person was
    paid before needs no budget, even where a late activity makes it worth more.
    """
    left, granted = dict[str, int](), set[tuple[PersonId, AwardKey]]()
    while limited := [(each, award) for each in runs for award in each.folded.awards if award.terms.budget is not None]:
        sizes = {award.key.rule: award.terms.budget or 0 for _, award in limited}
        if missing := {rule: size for rule, size in sizes.items() if rule not in left}:
            left |= await budgets.left(uow, missing)
        open_awards = [
            (each, award)
            for each, award in limited
            if award.key not in each.settled and (each.person, award.key) not in granted
        ]
        refused = _share_out(open_awards, left, granted)
        if not refused:
            return
        for each in refused:
            each.folded = fold(each.before, each.steps, each.awarded, each.denied)


def _share_out(
    open_awards: Sequence[tuple[Run, Award]], left: dict[str, int], granted: set[tuple[PersonId, AwardKey]]
) -> list[Run]:
    """Grant or deny awards; return the runs that were denied something.

    After a denial only more of the same rule is denied in this round: everything else of that person may look
    different once they are folded again, and must not take from a budget before.
    """
    moments = {
        activity.id: (activity.occurred_at, activity.id) for each, _ in open_awards for _, activity in each.steps
    }
    refused: dict[PersonId, tuple[Run, set[str]]] = {}
    for each, award in sorted(open_awards, key=lambda pair: moments[pair[1].activity]):
        rule, size = award.key.rule, units(award)
        if each.person not in refused and left[rule] >= size:
            left[rule] -= size
            granted.add((each.person, award.key))
        elif left[rule] < size and rule in refused.setdefault(each.person, (each, {rule}))[1]:
            each.denied.add(award.key)
            each.denials.append(award)
    return [each for each, _ in refused.values()]
