"""A preview: what a programme would have given for what was done already, by the same fold, in several processes.

All of them see one moment of the database, and nothing is written. People come in small groups, so the memory that it
takes grows with the longest history of one person, not with how many there are.
"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple, cast

import msgspec

import engagement
from gamification.errors import PreviewTooLargeError
from gamification.rules import reporting
from gamification.rules.demand import Demand
from gamification.rules.grammar import RuleSet
from gamification.rules.placing import Moment
from gamification.rules.printing import Prints
from gamification.rules.rationing import CAMPAIGN, Cut
from gamification.rules.reports import Effort, Preview
from gamification.service.replaying import Counted, Replayed, Setup, Task, begin, peak_bytes, replay
from gamification.service.valuing import Values, transfers
from kernel.database import Connection, translated
from kernel.disclosure import alone
from kernel.facts import Origin
from kernel.snapshots import snapshot
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

TASK: Final = 10_000
"""Activities in one task, unless one person has more."""

AHEAD: Final = 2
"""Tasks per process that wait in line: enough that none is idle, few enough to hold."""

Advance = Callable[[int, int], None]
"""Is told how many activities are done, and of how many."""


class PreviewWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be previewed: ``ruleset``, compared with ``running`` if that is given, for a window (UTC, half open).

    ``allowances`` are the budgets of campaigns by key, ``running_allowances`` those of ``running``; each is taken as if
    nobody had been paid yet. ``markets`` limits it to people who are there now. ``most`` activities are read at most,
    for who can't wait; ``workers`` is the number of processes. ``hidden`` are keys of campaigns and rules that the
    reader may not see: they count, and are not named.
    """

    ruleset: RuleSet
    running: RuleSet | None = None
    since: datetime | None = None
    until: datetime | None = None
    markets: frozenset[str] | None = None
    workers: int | None = None
    most: int | None = None
    values: Values = Values()
    allowances: Mapping[str, int] = {}
    running_allowances: Mapping[str, int] = {}
    hidden: frozenset[str] = frozenset()


class Printed(NamedTuple):
    """A preview, the sketches of who is behind its numbers (and those in force), and the rules of each budget."""

    preview: Preview
    prints: list[Prints]
    budgets: Mapping[str, frozenset[str]]


class Rounds:
    """Folds everybody, and once more whom a reached quest or a budget that ran out concerns, until none is too much."""

    def __init__(self, setup: Setup, workers: int, advance: Advance) -> None:
        """Prepare; ``workers`` processes will do the work."""
        self._setup = setup
        self.workers = workers
        self._advance = advance
        self.budgets = setup.budgets()
        self.cuts: list[tuple[Cut, ...]] = [()] * len(setup.programmes)
        self.reached: list[Mapping[str, Moment]] = [{}] * len(setup.programmes)
        self.rounds = 0
        self._peaks: dict[int, int] = {}

    @property
    def peak_bytes(self) -> int:
        """The memory of all processes together, each at its highest."""
        return peak_bytes() + sum(self._peaks.values())

    def run(self, groups: Sequence[tuple[Sequence[PersonId], int]]) -> Counted:
        """Return the numbers of all the people in ``groups``; blocks until they are there."""
        programmes = len(self._setup.programmes)
        certain = self._nobody()
        with self._pool() as pool:
            while True:
                waiting, demands, persons = self._nobody(), [Demand() for _ in range(programmes)], []
                for done in self._round(pool, groups):
                    certain.merge(done.certain)
                    waiting.merge(done.waiting)
                    persons += done.persons
                    for mine, theirs in zip(demands, done.demands, strict=True):
                        mine.merge(theirs)
                if self.rounds == 1:  # whom a bonus reaches contributed, so these are among those who wait
                    both = zip(demands, self.budgets, strict=True)
                    self.reached = [demand.reached(budgets) for demand, budgets in both]
                    if any(self.reached):
                        groups = list(grouped(persons))
                        continue
                found = [demand.first_cut(budgets) for demand, budgets in zip(demands, self.budgets, strict=True)]
                if not any(found):
                    certain.merge(waiting)
                    return certain
                self.cuts = [(*cuts, cut) if cut else cuts for cuts, cut in zip(self.cuts, found, strict=True)]
                groups = list(grouped(persons))

    def _nobody(self) -> Counted:
        return Counted.of(len(self._setup.programmes), printed=self._setup.printed)

    def _round(self, pool: ProcessPoolExecutor, groups: Sequence[tuple[Sequence[PersonId], int]]) -> Iterator[Replayed]:
        self.rounds += 1
        total, finished = sum(count for _, count in groups), 0
        under_way: set[Future[Replayed]] = set()
        waiting = iter(groups)
        self._advance(0, total)
        while True:
            while len(under_way) < AHEAD * self.workers and (group := next(waiting, None)) is not None:
                under_way.add(pool.submit(replay, Task(group[0], tuple(self.cuts), tuple(self.reached), group[1])))
            if not under_way:
                return
            ready, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in ready:
                done = future.result()
                self._peaks[done.process] = max(done.peak_bytes, self._peaks.get(done.process, 0))
                finished += done.activities
                self._advance(finished, total)
                yield done

    @contextmanager
    def _pool(self) -> Iterator[ProcessPoolExecutor]:
        """Spawned, not forked: a fork would share this process's sockets and locks."""
        pool = ProcessPoolExecutor(
            self.workers, multiprocessing.get_context("spawn"), initializer=begin, initargs=(self._setup,)
        )
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


async def preview(
    url: str, wanted: PreviewWanted, origin: Origin, now: datetime, advance: Advance | None = None
) -> Preview:
    """Preview ``wanted`` on the database at ``url``, as of ``now``; the caller records it in the audit log.

    Raises:
        PreviewTooLargeError: there are more activities than ``wanted.most``.
        DatabaseUnavailableError: PostgreSQL is away.

    """
    return (await printed_preview(url, wanted, origin, now, advance, printed=False)).preview


async def printed_preview(
    url: str,
    wanted: PreviewWanted,
    origin: Origin,
    now: datetime,
    advance: Advance | None = None,
    *,
    printed: bool = True,
) -> Printed:
    """Return a preview as ``preview`` does, and who is behind its numbers."""
    began = time.perf_counter()
    counted, rounds = await replayed(url, wanted, origin, now, advance, printed=printed)
    took = time.perf_counter() - began
    activities = counted.tallies[0].activities
    effort = Effort(
        activities=activities,
        seconds=took,
        workers=rounds.workers,
        rate_per_core=activities / took / rounds.workers,
        peak_bytes=rounds.peak_bytes,
        rounds=rounds.rounds,
    )
    budgets = {budget.key.removeprefix(CAMPAIGN): budget.rules for budget in rounds.budgets[0]}
    return Printed(_report(wanted, counted, rounds, effort, now), counted.prints, budgets)


async def replayed(
    url: str,
    wanted: PreviewWanted,
    origin: Origin,
    now: datetime,
    advance: Advance | None = None,
    *,
    printed: bool = False,
) -> tuple[Counted, Rounds]:
    """Return the whole numbers of a preview, which are about single people too and MUST NOT be shown as they are."""
    workers = wanted.workers or os.cpu_count() or 1
    programmes = (wanted.ruleset,) if wanted.running is None else (wanted.ruleset, wanted.running)
    async with translated(), snapshot(url) as (connection, name):
        uow = UnitOfWork(cast("Connection", connection), origin, now)
        groups = await _groups(uow, wanted)
        setup = Setup(
            url=url, snapshot=name, now=now, origin=origin, programmes=programmes, since=wanted.since,
            until=wanted.until, markets=wanted.markets, allowances=(wanted.allowances, wanted.running_allowances),
            printed=printed,
        )  # fmt: skip
        rounds = Rounds(setup, workers, advance or (lambda _done, _total: None))
        counted = await asyncio.to_thread(rounds.run, groups)
    return counted, rounds


async def _groups(uow: UnitOfWork, wanted: PreviewWanted) -> list[tuple[Sequence[PersonId], int]]:
    total, amounts = 0, []
    async for person, count in engagement.amounts(uow, wanted.since, wanted.until):
        amounts.append((person, count))
        total += count
        if wanted.most is not None and total > wanted.most:
            sentence = (
                f"There are more than {wanted.most:,} activities in this time, which is the most that is folded while"
                " somebody waits."
            )
            raise PreviewTooLargeError(sentence, field="since", most=wanted.most)
    return list(grouped(amounts))


def grouped(persons: Iterable[tuple[PersonId, int]]) -> Iterator[tuple[Sequence[PersonId], int]]:
    """Put people together until they have a task's activities."""
    group: list[PersonId] = []
    size = 0
    for person, count in persons:
        group.append(person)
        size += count
        if size >= TASK:
            yield group, size
            group, size = [], 0
    if group:
        yield group, size


def _report(wanted: PreviewWanted, counted: Counted, rounds: Rounds, effort: Effort, now: datetime) -> Preview:
    tally = counted.tallies[0]
    compared = reporting.comparison(counted.tallies[1], tally, counted.compared) if wanted.running is not None else None
    return Preview(
        since=wanted.since,
        until=wanted.until,
        most=wanted.most,
        people=alone(tally.people),
        earners=reporting.earners(tally),
        points=reporting.total(tally),
        quantiles=reporting.quantiles(tally.points),
        histogram=reporting.histogram(tally.points),
        rules=reporting.rule_lines(tally),
        burn=reporting.burn_lines(tally),
        budgets=reporting.budget_lines(tally, rounds.budgets[0], rounds.cuts[0]),
        held=reporting.held_lines(tally),
        blocked=reporting.blocked_lines(tally),
        levels=reporting.level_lines(tally),
        transfers=transfers(tally, wanted.values, now.date()),
        comparison=compared,
        effort=effort,
    )
