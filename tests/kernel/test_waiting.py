"""Waiting for a connection: whoever stands in a line that moves gets one, and one that stands still is left soon."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest

from kernel.waiting import LOOK_SECONDS, MOST_SECONDS, PATIENCE, WaitingLine

SIZE = 4
STILL_SECONDS = PATIENCE * LOOK_SECONDS


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WaitingLine]:
    async with asyncpg.create_pool(database_url, min_size=0, max_size=SIZE) as pool:
        yield WaitingLine(pool)


async def all_held(line: WaitingLine) -> AsyncExitStack:
    stack = AsyncExitStack()
    for _ in range(SIZE):
        await stack.enter_async_context(line.lend())
    return stack


async def used(line: WaitingLine, seconds: float) -> str:
    """Hold a connection for a while; say how that went."""
    try:
        async with line.lend() as connection:
            await connection.fetchval("select 1")
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "exhausted"
    return "served"


async def left_after(line: WaitingLine) -> float:
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        await line.take()
    return time.monotonic() - started


async def test_a_line_that_stands_still_is_left_soon_and_at_once_by_who_joins_it_then(line: WaitingLine) -> None:
    async with await all_held(line):
        assert STILL_SECONDS * 0.9 <= await left_after(line) < MOST_SECONDS / 2
        assert await left_after(line) < STILL_SECONDS / 2
    assert await used(line, 0) == "served", "the control: connections are back"


async def test_a_line_that_moves_is_waited_in_for_much_longer(line: WaitingLine) -> None:
    """A hundred for four connections, each used for a while: the last waits longer than any line may stand still."""
    started = time.monotonic()
    assert set(await asyncio.gather(*(used(line, 0.05) for _ in range(25 * SIZE)))) == {"served"}
    assert time.monotonic() - started > STILL_SECONDS + 2 * LOOK_SECONDS, "the control: they did wait"


async def test_one_slow_question_among_many_quick_ones_sends_nobody_away(line: WaitingLine) -> None:
    slow = [used(line, 2 * STILL_SECONDS) for _ in range(SIZE - 1)]
    quick = [used(line, 0.05) for _ in range(30)]
    assert set(await asyncio.gather(*slow, *quick)) == {"served"}


async def test_a_busy_loop_is_no_line_that_stands_still(line: WaitingLine) -> None:
    async with await all_held(line):
        waiting = [asyncio.create_task(used(line, 0)) for _ in range(SIZE)]
        for _ in range(PATIENCE - 2):
            await asyncio.sleep(0)
            time.sleep(2 * LOOK_SECONDS)  # noqa: ASYNC251 - what computes for long does not look at connections
    assert await asyncio.gather(*waiting) == ["served"] * SIZE


async def test_who_is_sent_away_takes_no_connection_along(line: WaitingLine) -> None:
    for _ in range(2):
        async with await all_held(line):
            waiting = asyncio.gather(*(used(line, 0) for _ in range(50)))
            assert set(await waiting) == {"exhausted"}
        assert await asyncio.gather(*(used(line, 0.01) for _ in range(2 * SIZE))) == ["served"] * 2 * SIZE
        assert line.pool.get_idle_size() == line.pool.get_size()


class Reluctant:
    """A pool that takes its time to let somebody go who waits in vain."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self.get_size, self.get_max_size, self.get_idle_size = pool.get_size, pool.get_max_size, pool.get_idle_size
        self.release = pool.release

    async def acquire(self, *, timeout: float) -> object:  # noqa: ASYNC109 - as asyncpg has it
        try:
            return await self._pool.acquire(timeout=timeout)
        except asyncio.CancelledError:
            await asyncio.sleep(3 * LOOK_SECONDS)
            raise


async def test_who_is_slow_to_go_does_not_end_the_looking(line: WaitingLine) -> None:
    line.pool = Reluctant(line.pool)  # type: ignore[assignment]
    async with await all_held(line):
        for _ in range(3):
            assert await left_after(line) < MOST_SECONDS / 2
    assert await used(line, 0) == "served", "the control: connections are back"


async def test_who_goes_away_leaves_the_line_to_the_others(line: WaitingLine) -> None:
    async with await all_held(line):
        waiting = [asyncio.create_task(used(line, 0)) for _ in range(10)]
        await asyncio.sleep(LOOK_SECONDS)
        for each in waiting[::2]:
            each.cancel()
        await asyncio.wait(waiting[::2])
    assert await asyncio.gather(*waiting[1::2]) == ["served"] * 5
    assert line.pool.get_idle_size() == line.pool.get_size()
