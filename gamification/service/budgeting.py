"""Folding people whose rules have budgets: what a budget can't pay is denied, and the person folded again without it.

A rule can have a budget, and so can its campaign; an award is paid by both or not at all. A denial is kept like an
award, so that whoever replays the history later decides the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from gamification.rules import RuleSet, Step, fold
from gamification.rules.earnings import STANDARD
from gamification.rules.parts import parts_of
from gamification.rules.rationing import CAMPAIGN, NOTHING_ASKED, asked_by
from gamification.store import budgets, campaigns
from gamification.values import Award, AwardKey, Folded, Intervention, State
from gamification.vocabulary import Blocked
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


class Paid(NamedTuple):
    """What an award was paid: its points, and what it took from budgets."""

    points: int
    given: Mapping[str, int] = NOTHING_ASKED


class Run(msgspec.Struct):
    """One person's fold. ``settled`` are awards that were paid before, ``fixed`` those of them that stay as they were.

    A budget could not pay what a late activity would make these worth.
    """

    person: PersonId
    before: State
    steps: Sequence[Step]
    awarded: AbstractSet[AwardKey]
    settled: Mapping[AwardKey, Paid]
    denied: set[AwardKey]
    folded: Folded
    denials: list[Award] = []
    fixed: dict[AwardKey, int] = {}
    reached: AbstractSet[str] = frozenset()
    interventions: Sequence[Intervention] = ()

    def refold(self) -> None:
        """Fold again under what is denied and bounded by now."""
        self.folded = fold(
            self.before, self.steps, self.awarded, self.denied,
            fixed=self.fixed, reached=self.reached, interventions=self.interventions,
        )  # fmt: skip

    def asks(self, award: Award) -> dict[str, int]:
        """Return what an award still needs from budgets."""
        asked, paid = asked_by(award), self.settled.get(award.key)
        if paid is None or not asked:
            return asked
        if paid.points == award.points:
            return NOTHING_ASKED  # nothing of it is written anew
        more = {budget: units - paid.given.get(budget, 0) for budget, units in asked.items()}
        return {budget: units for budget, units in more.items() if units > 0}


def run(
    person: PersonId,
    before: State,
    steps: Sequence[Step],
    *,
    awarded: AbstractSet[AwardKey] = frozenset(),
    settled: Mapping[AwardKey, Paid] = MappingProxyType({}),
    denied: AbstractSet[AwardKey] = frozenset(),
    reached: AbstractSet[str] = frozenset(),
    interventions: Sequence[Intervention] = (),
) -> Run:
    """Fold once, as if every budget were large enough."""
    folded = fold(before, steps, awarded, denied, reached=reached, interventions=interventions)
    return Run(
        person, before, steps, awarded, settled, set(denied), folded, reached=reached, interventions=interventions
    )


def given_by(ruleset: RuleSet, key: AwardKey, points: int) -> dict[str, int]:
    """Return what an award that these rules made took from budgets, by the same names."""
    for parts, campaign in parts_of(ruleset):
        limited = {rule.key: rule.budget for rule in parts.points}
        limited |= {badge.key: badge.most_earners for badge in parts.badges}
        if any(goal.key == key.rule for goal in parts.community_quests):
            limited[key.rule] = 1 if key.subject else None  # a contribution takes a unit of the target, the bonus none
        if key.rule in limited or any(quest.key == key.rule for quest in parts.quests):
            given = {key.rule: points or 1} if limited.get(key.rule) is not None else {}
            return given | ({CAMPAIGN + campaign.key: points} if campaign is not None and points else {})
    return {}


async def deny_beyond_budgets(uow: UnitOfWork, runs: Sequence[Run]) -> None:
    """Deny what the budgets can't pay, what happened first comes first, and fold again whom that concerns.

    What a person earns after a refusal is uncertain until they are folded again: only then does it take from a budget,
    or is refused in its turn. All runs of a transaction MUST come together: budgets are locked once, in order of the
    keys. What a person was paid before needs no budget; what a late activity makes it worth more does, and where
    that can't be paid the award stays what it was.
    """
    left: dict[str, int] = {}
    paid: set[tuple[PersonId, AwardKey]] = set()
    denied: dict[PersonId, dict[AwardKey, Award]] = {}
    await _find_left(uow, left, [award for each in runs for award in each.folded.awards])
    waiting = [line for each in runs for line in _open_awards(each, paid)]
    heapify(waiting)
    while waiting:
        _, _, _, each, award, folded = heappop(waiting)
        if folded is not each.folded:
            continue
        asked = each.asks(award)
        short = {budget for budget, units in asked.items() if left.get(budget, units) < units}
        if not short:
            _take(left, asked)
            paid.add((each.person, award.key))
            continue
        for *_, other, _ in _open_awards(each, paid):  # what is left never grows, so these are too much as well
            if not any(budget in short and left[budget] < units for budget, units in each.asks(other).items()):
                continue
            if other.key in each.settled:
                each.fixed[other.key] = each.settled[other.key].points
            else:
                each.denied.add(other.key)
                denied.setdefault(each.person, {})[other.key] = other
        each.refold()
        await _find_left(uow, left, each.folded.awards)
        for line in _open_awards(each, paid):
            heappush(waiting, line)
    for each in runs:
        theirs = denied.get(each.person, {})
        each.denials = [award for key, award in theirs.items() if each.folded.held.get(key) is Blocked.BUDGET]


async def use(uow: UnitOfWork, used: Mapping[str, int]) -> None:
    """Count what was given, or given back where it is negative; the budgets that give MUST be locked."""
    ours = {key: units for key, units in used.items() if units and not key.startswith(CAMPAIGN)}
    theirs = {key.removeprefix(CAMPAIGN): units for key, units in used.items() if units and key.startswith(CAMPAIGN)}
    if ours:
        await budgets.use(uow, ours)
    if theirs:
        await campaigns.use(uow, theirs)


Line: TypeAlias = tuple[tuple[datetime, UUID], int, int, Run, Award, Folded]
"""Orders by moment and by place in the fold; a serial number keeps what comes after it from being compared."""

_serial = count()


def _open_awards(each: Run, paid: AbstractSet[tuple[PersonId, AwardKey]]) -> list[Line]:
    """Return the awards that still have to be paid by a budget, each as a line."""
    found = [
        (position, award)
        for position, award in enumerate(each.folded.awards)
        if each.asks(award) and (each.person, award.key) not in paid
    ]
    if not found:
        return []
    moments = {activity.id: (activity.occurred_at, activity.id) for _, activity in each.steps}
    return [(moments[award.activity], place, next(_serial), each, award, each.folded) for place, award in found]


def _take(left: dict[str, int], asked: Mapping[str, int]) -> None:
    for budget, units in asked.items():
        if budget in left:
            left[budget] -= units


async def _find_left(uow: UnitOfWork, left: dict[str, int], awards: Iterable[Award]) -> None:
    """Lock the budgets that these awards ask for and note what is left; a campaign without a limit is not noted."""
    sizes: dict[str, int] = {}
    named: Counter[str] = Counter()
    for award in awards:
        if award.terms is STANDARD:
            continue
        if award.terms.budget is not None and award.key.rule not in left:
            sizes[award.key.rule] = award.terms.budget
        if award.terms.campaign is not None and award.points and CAMPAIGN + award.terms.campaign not in left:
            named[award.terms.campaign] += 1
    if sizes:
        left |= await budgets.left(uow, sizes)
    if named:
        left |= {CAMPAIGN + key: units for key, units in (await campaigns.left(uow, named)).items()}
