"""One process of a preview: reads the histories of some people at the preview's moment and folds them.

Nothing about a person leaves it but the ids of those who must be folded once more because a budget runs out.
"""

import asyncio
import gc
import os
import resource
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import cast

import msgspec

import consent
import engagement
import people
from consent.vocabulary import Purpose
from engagement import History
from gamification.rules.demand import Demand
from gamification.rules.grammar import RuleSet
from gamification.rules.placing import Moment
from gamification.rules.previewing import Reach, Tally
from gamification.rules.printing import Prints
from gamification.rules.rationing import Budget, Cut, budgets_of, settled
from gamification.store import interventions
from gamification.values import Intervention
from gamification.vocabulary import Blocked
from kernel.database import Connection
from kernel.facts import Origin
from kernel.snapshots import joined
from kernel.unit_of_work import UnitOfWork
from people import Bearings
from people.vocabulary import PersonId

PURPOSES = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION)


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What all tasks of a preview share; the first of ``programmes`` is the one that is previewed.

    ``printed``: whether it is noted, too, who is behind which number (``Prints``).
    """

    url: str
    snapshot: str
    now: datetime
    origin: Origin
    programmes: tuple[RuleSet, ...]
    since: datetime | None
    until: datetime | None
    markets: frozenset[str] | None
    allowances: tuple[Mapping[str, int], Mapping[str, int]] = ({}, {})
    printed: bool = False

    def budgets(self) -> list[tuple[Budget, ...]]:
        """Return the budgets of each programme."""
        return [budgets_of(each, given) for each, given in zip(self.programmes, self.allowances, strict=False)]


class Task(msgspec.Struct, frozen=True):
    """Some people, and what is known by now of budgets that run out and of quests that were reached, by programme."""

    persons: Sequence[PersonId]
    cuts: tuple[tuple[Cut, ...], ...]
    reached: tuple[Mapping[str, Moment], ...]
    activities: int


class Counted(msgspec.Struct):
    """The numbers of some people, by programme, and how many get more, as much or less than by the second one.

    ``prints`` are by programme, too, where they were asked for.
    """

    tallies: list[Tally]
    compared: Counter[int] = msgspec.field(default_factory=Counter)
    prints: list[Prints] = []

    def merge(self, other: "Counted") -> None:
        """Add what ``other`` counted."""
        for mine, theirs in zip(self.tallies, other.tallies, strict=True):
            mine.merge(theirs)
        for print_, others in zip(self.prints, other.prints, strict=True):
            print_.merge(others)
        self.compared.update(other.compared)

    def add(self, number: int, person: PersonId, own: Tally) -> None:
        """Add one person's numbers under the programme ``number``."""
        self.tallies[number].merge(own)
        self.prints[number].add(person, own)

    @classmethod
    def of(cls, programmes: int, *, printed: bool = False) -> "Counted":
        """Return nobody's numbers."""
        return cls([Tally() for _ in range(programmes)], prints=[Prints() for _ in range(programmes if printed else 0)])


class Replayed(msgspec.Struct):
    """What came of a task. ``waiting`` are those who have awards with a budget: a later round may change them.

    ``peak_bytes`` is the most memory that process ``process`` has used so far.
    """

    certain: Counted
    waiting: Counted
    persons: list[tuple[PersonId, int]]
    demands: list[Demand]
    activities: int
    process: int
    peak_bytes: int


class Replayer:
    """Folds the people of one task after the other, under every programme."""

    def __init__(self, uow: UnitOfWork, setup: Setup) -> None:
        """Read through ``uow``."""
        self._uow = uow
        self._setup = setup
        self._reach = Reach(setup.programmes[0])
        self._budgets = setup.budgets()
        self._numbers = [_numbered(each) for each in self._budgets]

    async def replay(self, task: Task) -> Replayed:
        """Fold the people of ``task``."""
        asked = await counted(self._uow, task.persons, self._setup.markets)
        agreed = await agreeing(self._uow, asked)
        count, printed = len(self._setup.programmes), self._setup.printed
        certain, waiting = (Counted.of(count, printed=printed) for _ in range(2))
        demands = [Demand() for _ in range(count)]
        done = Replayed(certain, waiting, [], demands, 0, os.getpid(), peak_bytes())
        histories = await engagement.histories(self._uow, agreed, self._setup.since, self._setup.until)
        granted = await interventions.of_people(self._uow, agreed, self._setup.since, self._setup.until)
        for history in histories:
            self._fold(history, granted.get(history.person, ()), task, done)
        refused = asked.keys() - {history.person for history in histories}
        for number, tally in enumerate(certain.tallies):
            tally.blocked[Blocked.NO_CONSENT] += len(refused)
            for person in refused if printed else ():
                certain.prints[number].add(person, Tally(blocked=Counter({Blocked.NO_CONSENT: 1})))
        done.activities = task.activities
        done.peak_bytes = peak_bytes()
        return done

    def _fold(self, history: History, granted: Sequence[Intervention], task: Task, done: Replayed) -> None:
        activities = history.activities
        by_id = {activity.id: activity for activity in activities}
        waits = any(task.cuts) or any(task.reached)
        outcomes = []
        for number, programme in enumerate(self._setup.programmes):
            steps = [(programme, activity) for activity in activities]
            found = settled(steps, by_id, self._budgets[number], task.cuts[number], granted, task.reached[number])
            if self._budgets[number]:
                waits = done.demands[number].add(found.placed, self._numbers[number]) or waits
            outcomes.append(found.folded)
        counted = done.waiting if waits else done.certain
        left_out = self._reach.left_out(activities)
        for number, folded in enumerate(outcomes):
            own = Tally() if self._setup.printed else counted.tallies[number]
            own.add(by_id, folded, () if number else left_out)
            if self._setup.printed:
                counted.add(number, history.person, own)
        if len(outcomes) > 1:
            new, old = outcomes[0].state.points, outcomes[1].state.points
            sign = (new > old) - (new < old)
            counted.compared[sign] += 1
            if self._setup.printed:
                counted.prints[0].draw(("compared", str(sign)), history.person)
        if waits:
            done.persons.append((history.person, len(activities)))


async def counted(
    uow: UnitOfWork, persons: Sequence[PersonId], markets: frozenset[str] | None
) -> dict[PersonId, Bearings]:
    """Return those who are there, and in the ``markets`` that are previewed (None is all)."""
    known = await people.bearings(uow, persons)
    return {person: where for person, where in known.items() if markets is None or where.market in markets}


async def agreeing(uow: UnitOfWork, persons: Mapping[PersonId, Bearings]) -> list[PersonId]:
    """Return those who agree to gamification, and to being recorded at all."""
    records = await consent.standing(uow, persons, PURPOSES)
    return [
        person
        for person, where in persons.items()
        if all(consent.decide(each, records.get((person, each)), uow.now, where.market).allowed for each in PURPOSES)
    ]


def _numbered(budgets: Sequence[Budget]) -> dict[str, int]:
    return {budget.key: number for number, budget in enumerate(budgets)}


def peak_bytes() -> int:
    """Return the most memory that this process has used so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class _Process:
    """What a process of the pool keeps from one task to the next: a loop, and a session at the preview's moment."""

    def __init__(self, setup: Setup) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._replayer = self._runner.run(self._begin(setup))

    async def _begin(self, setup: Setup) -> Replayer:
        connection = await self._stack.enter_async_context(joined(setup.url, setup.snapshot))
        return Replayer(UnitOfWork(cast("Connection", connection), setup.origin, setup.now), setup)

    def replay(self, task: Task) -> Replayed:
        return self._runner.run(self._replayer.replay(task))


_process: list[_Process] = []


def begin(setup: Setup) -> None:
    """Make this process ready, once.

    Tens of thousands of activities come and go with each task, none of them in a cycle: searching them for garbage
    while they are made takes more time than making them. It is done between two tasks.
    """
    _process.append(_Process(setup))
    gc.disable()
    gc.freeze()


def replay(task: Task) -> Replayed:
    """Do one task in this process, which MUST be ready."""
    found = _process[-1].replay(task)
    gc.collect()
    return found
