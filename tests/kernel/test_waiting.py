"""Waiting for a connection: whoever stands in a line that moves gets one, and one that stands still is left soon."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import asyncpg
import pytest

from kernel.waiting import LOOK_SECONDS, MOST_SECONDS, PATIENCE, USES, WaitingLine

SIZE = 4
STILL_SECONDS = PATIENCE * LOOK_SECONDS


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WaitingLine]:
    pool = await asyncpg.create_pool(database_url, min_size=0, max_size=SIZE)
    yield WaitingLine(pool)
    pool.terminate()


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
        await (await all_held(line)).aclose()


async def test_who_goes_away_leaves_the_line_to_the_others(line: WaitingLine) -> None:
    async with await all_held(line):
        waiting = [asyncio.create_task(used(line, 0)) for _ in range(10)]
        await asyncio.sleep(LOOK_SECONDS)
        for each in waiting[::2]:
            each.cancel()
        await asyncio.wait(waiting[::2])
    assert await asyncio.gather(*waiting[1::2]) == ["served"] * 5
    await (await all_held(line)).aclose()


async def test_a_connection_goes_from_hand_to_hand_and_one_that_broke_is_replaced(line: WaitingLine) -> None:
    async with line.lend() as first:
        pid = await first.fetchval("select pg_backend_pid()")
    async with line.lend() as again:
        assert await again.fetchval("select pg_backend_pid()") == pid
        again.terminate()
    async with line.lend() as other:
        assert await other.fetchval("select pg_backend_pid()") != pid
    await (await all_held(line)).aclose()


async def test_what_breaks_while_nobody_uses_it_is_replaced(line: WaitingLine) -> None:
    async with line.lend() as connection:
        pid = await connection.fetchval("select pg_backend_pid()")
    async with line.lend() as first, line.lend() as second:
        assert await first.fetchval("select pg_backend_pid()") == pid
        assert await second.fetchval("select pg_terminate_backend($1, 1000)", pid)
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await first.fetchval("select 1")
    async with await all_held(line):
        assert await left_after(line) < MOST_SECONDS / 2


async def test_a_transaction_that_was_left_open_by_a_failure_is_not_handed_on(line: WaitingLine) -> None:
    with suppress(LookupError):
        async with line.lend() as connection:
            await connection.execute("begin")
            raise LookupError
    async with line.lend() as connection:
        assert not connection.is_in_transaction()


async def test_a_broken_connection_leaves_its_place_to_who_waits(line: WaitingLine) -> None:
    held = [await line.take() for _ in range(SIZE)]
    waiting = [asyncio.create_task(used(line, 0)) for _ in range(SIZE)]
    await asyncio.sleep(0)
    for connection in held:
        connection.terminate()
        await line.give(connection, clean=False)
    assert await asyncio.gather(*waiting) == ["served"] * SIZE


async def test_who_goes_when_the_turn_comes_passes_it_on(line: WaitingLine) -> None:
    held = [await line.take() for _ in range(SIZE)]
    waiting = [asyncio.create_task(used(line, 0)) for _ in range(2 * SIZE)]
    await asyncio.sleep(0)
    for connection in held:
        await line.give(connection)
    for each in waiting[:SIZE]:
        each.cancel()  # their turn has come, and they don't know it yet
    assert await asyncio.gather(*waiting[SIZE:]) == ["served"] * SIZE
    assert [each.cancelled() for each in waiting[:SIZE]] == [True] * SIZE
    await (await all_held(line)).aclose()


@pytest.mark.parametrize("handed_on", [False, True])
async def test_now_and_then_the_pool_sees_a_connection_again(line: WaitingLine, *, handed_on: bool) -> None:
    if handed_on:
        held = [await line.take() for _ in range(SIZE)]
        waiting = asyncio.create_task(used(line, 0))
        await asyncio.sleep(0)
        for connection in held:
            await line.give(connection)
        assert await waiting == "served"
    seen = set()
    for _ in range(3 * USES):
        async with line.lend() as connection:
            seen.add(id(connection))
    assert len(seen) > 1, "a connection that the pool had comes back as another loan"


@pytest.mark.parametrize("rest_seconds", [60.0, 0.0])
async def test_what_lay_unused_for_long_is_replaced(database_url: str, rest_seconds: float) -> None:
    pool = await asyncpg.create_pool(database_url, min_size=0, max_size=SIZE)
    line, seen = WaitingLine(pool, rest_seconds=rest_seconds), set()
    for _ in range(2):
        async with line.lend() as connection:
            seen.add(await connection.fetchval("select pg_backend_pid()"))
        await asyncio.sleep(0.01)
    pool.terminate()
    assert len(seen) == (1 if rest_seconds else 2)
