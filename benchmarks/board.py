"""The figure of boards: a page around somebody among a million, against one bare round trip to the same sorted set."""

import random
import time
from collections.abc import Awaitable
from typing import Final
from uuid import UUID, uuid4

import uvloop

import gamification
from access import EVERYTHING
from api.cli.environment import command_origin
from api.runtime import Runtime
from benchmarks.rows import Row
from benchmarks.scene import Scene
from gamification import NewBoard, Wanted
from gamification.board_values import LivePeriod
from gamification.rules.aliases import WAYS, alias
from gamification.store import board_rows
from gamification.vocabulary import Ties
from kernel.keys import load_keys
from people import Bearings
from people.vocabulary import PersonId

PEOPLE: Final = 1_000_000
READERS: Final = 2_000
ROUNDS: Final = 10_000
SIZE: Final = 50
CHUNK: Final = 10_000
WHERE: Final = Bearings("Europe/London", "GB", "en-GB")
KEY: Final = "benchmark"


def board_page(scene: Scene, _: float) -> Row:
    """Fifty lines around random people, the query included, alternating with a bare ZRANGE of fifty lines anywhere."""
    return uvloop.run(_measure(scene))


async def _measure(scene: Scene) -> Row:
    async with Runtime(scene.settings, load_keys(scene.settings)).opened() as runtime:
        period, readers = await _load(runtime)
        chance = random.Random(5)  # noqa: S311 - a load, not a secret
        name = f"board:{{{period}}}"
        bare, copy, whole = [], [], []
        for _ in range(ROUNDS):
            person, own = chance.choice(readers)
            first = chance.randrange(PEOPLE - SIZE)
            bare.append(await _timed(runtime.cache.client.zrange(name, first, first + SIZE - 1)))
            page = runtime.boards.page(period, Ties.STANDARD, own, start=-1, size=SIZE, minimum=10)
            copy.append(await _timed(page))
            whole.append(await _timed(_read(runtime, person)))
    (bare_p50, bare_p99), (copy_p50, copy_p99), (p50, p99) = (_percentiles(each) for each in (bare, copy, whole))
    return Row(
        name=f"board page of {SIZE} around a person, {PEOPLE:,} people", unit="us p99", measured=p99,
        against_name="one bare ZRANGE, p99", against=bare_p99, ratio=bare_p99 / p99, floor=1 / 5, goal=1 / 3,
        note=f"p50 {p50:,.0f} us against {bare_p50:,.0f}; without the query {copy_p50:,.0f}, p99 {copy_p99:,.0f} us",
    )  # fmt: skip


async def _read(runtime: Runtime, person: PersonId) -> None:
    async with runtime.work.read(command_origin("benchmark")) as uow:
        found = await gamification.board(uow, runtime.boards, KEY, person, WHERE, Wanted(start=None, size=SIZE))
    assert len(found.page.items) == SIZE
    assert found.page.own is not None


async def _timed(step: Awaitable[object]) -> float:
    began = time.perf_counter()
    await step
    return (time.perf_counter() - began) * 1_000_000


def _percentiles(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


async def _load(runtime: Runtime) -> tuple[UUID, list[tuple[PersonId, str]]]:
    """Make a board, put a million members straight into Valkey, and some of them into the database as its readers."""
    async with runtime.work.begin(command_origin("benchmark")) as uow:
        await gamification.create_board(uow, NewBoard(key=KEY, name="Benchmark"), scope=EVERYTHING)
    async with runtime.work.read(command_origin("benchmark")) as uow:
        period = next(each for each in await board_rows.live_periods(uow) if each.key == KEY)
        now = uow.now
    chance = random.Random(4)  # noqa: S311 - a load, not a secret
    names = [alias(number) for number in chance.sample(range(WAYS), PEOPLE)]
    await runtime.boards.begin(period)
    for first in range(0, PEOPLE, CHUNK):
        await runtime.boards.add(period, {each: chance.randrange(1, 20_000) for each in names[first : first + CHUNK]})
    await runtime.boards.swap(period, now)
    return period.id, await _readers(runtime, period, names)


async def _readers(runtime: Runtime, period: LivePeriod, names: list[str]) -> list[tuple[PersonId, str]]:
    readers = [(PersonId(uuid4()), name) for name in names[:: PEOPLE // READERS]]
    async with runtime.work.begin(command_origin("benchmark")) as uow:
        await uow.execute(
            "insert into gamification.board_member (person, alias, active, market, language)"
            " select person, alias, true, 'GB', 'en' from unnest($1::uuid[], $2::text[]) as t(person, alias)",
            [person for person, _ in readers],
            [name for _, name in readers],
        )
    assert not await runtime.boards.missing([period])
    return readers
