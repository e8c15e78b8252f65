"""The figures of previews: history folded again in all cores, and rules that an activity doesn't touch."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Final
from uuid import UUID

import engagement
from benchmarks.databases import lent, migrated
from benchmarks.histories import START, fill
from benchmarks.rows import Row
from benchmarks.scene import Scene
from content.vocabulary import ContentId, ContentKind
from engagement import Activity, Channel, History, Verb
from gamification import Preview, PreviewWanted, load, preview
from gamification.rules import EMPTY, RuleSet, fold
from gamification.rules.grammar import Cap, PointsRule, When
from gamification.rules.words import Period
from kernel.facts import Origin
from kernel.snapshots import snapshot
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

DATABASE: Final = "bench_preview"
IN_MEMORY: Final = 100
"""People whose histories are folded in memory for comparison."""

TIMES: Final = 3
ORIGIN: Final = Origin(request=UUID(int=1), actor="system:benchmark", role="system", route="benchmark")
TOUCHED: Final = 3
RULES: Final = 100
FOLDED: Final = 20_000


def previewing(scene: Scene, _: float, *, activities: int = 1_000_000) -> Row:
    """A preview of the demonstration's rules over stored activities, against the fold over activities in memory."""
    rules = load(scene.settings.rules_file.read_text())
    with lent(scene.settings.database_url or "", DATABASE) as url:
        asyncio.run(migrated(url))
        asyncio.run(fill(url, activities))
        alone = max(_folded(rules, histories) for histories in [asyncio.run(_histories(url))] for _ in range(TIMES))
        found = asyncio.run(_previewed(url, rules))
    effort = found.effort
    load_average = os.getloadavg()[0]
    return Row(
        name=f"previewing {activities:,} activities", unit="activities/s a core", measured=effort.rate_per_core,
        against_name="the fold in memory", against=alone, ratio=effort.rate_per_core / alone, floor=0.3, goal=0.6,
        note=f"{effort.seconds:,.0f} s on {effort.workers} cores, {effort.peak_bytes / 2**20:,.0f} MiB of memory in all"
        f" processes, load {load_average:.1f}",
    )  # fmt: skip


async def _histories(url: str) -> list[History]:
    async with snapshot(url) as (connection, _):
        uow = UnitOfWork(connection, ORIGIN, datetime.now(UTC))  # type: ignore[arg-type] # a session of its own
        found = [person async for person, _ in engagement.amounts(uow, None, None)]
        middle = len(found) // 2  # people of average length
        return await engagement.histories(uow, found[middle : middle + IN_MEMORY], None, None)


def _folded(rules: RuleSet, histories: list[History]) -> float:
    began = time.perf_counter()
    for history in histories:
        fold(EMPTY, [(rules, activity) for activity in history.activities])
    return sum(len(history.activities) for history in histories) / (time.perf_counter() - began)


async def _previewed(url: str, rules: RuleSet) -> Preview:
    return await preview(url, PreviewWanted(ruleset=rules), ORIGIN, datetime.now(UTC))


def many_rules(_: Scene, __: float) -> Row:
    """One activity at a time, as the live path folds: under 100 rules of which it touches 3, against those 3 alone."""
    few, many = _rules(TOUCHED), _rules(RULES)
    rates: dict[str, float] = {}
    for _round in range(TIMES):
        for name, rules in (("few", few), ("many", many)):
            rates[name] = max(rates.get(name, 0.0), _one_by_one(rules))
    return Row(
        name=f"folding under {RULES} rules, {TOUCHED} touched", unit="activities/s", measured=rates["many"],
        against_name=f"under {TOUCHED} rules", against=rates["few"], ratio=rates["many"] / rates["few"], floor=1 / 1.5,
        goal=0.95, note=f"{rates['few'] / rates['many']:.2f} times the cost",
    )  # fmt: skip


def _rules(size: int) -> RuleSet:
    base = load("key: many\nname: Many\npast: new_only\nlevels: [{level: 1, name: One, at: 0}]\n")
    points = []
    for number in range(size):
        verb = Verb.VIEWED if number < TOUCHED else Verb.RATED
        caps = (Cap(Period.DAY, 5),) if number % 2 else ()
        points.append(PointsRule(f"rule-{number}", f"Rule {number}", When((verb,)), 2, Period.DAY, caps=caps))
    return RuleSet(base.key, base.name, base.past, base.levels, tuple(points))


def _one_by_one(rules: RuleSet) -> float:
    state, activities = EMPTY, list(islice(_activities(), FOLDED))
    began = time.process_time()  # what other programs do at the same time is no rule's cost
    for activity in activities:
        state = fold(state, [(rules, activity)]).state
    return FOLDED / (time.process_time() - began)


def _activities() -> Iterator[Activity]:
    for number in count():
        at = START + timedelta(minutes=number)
        yield Activity(
            id=UUID(int=number),
            person=PersonId(UUID(int=1)),
            verb=Verb.VIEWED,
            content=ContentId(UUID(int=number % 9)),
            kind=ContentKind.EDUCATION_MODULE,
            tags=frozenset(),
            occurred_at=at,
            local_date=at.date(),
            channel=Channel.WEB,
        )
