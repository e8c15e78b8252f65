"""What may happen once: first among many, also where Valkey is away, and again when its time is over."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.embedded import Running
from kernel.once import Once
from tests.conftest import START


@pytest.fixture
async def cache(servers: Running) -> Cache:
    return Cache(servers.redis_url)


async def test_of_many_at_once_among_many_processes_one_is_first(cache: Cache) -> None:
    processes, name = [Once(cache, MovableClock(START)) for _ in range(4)], uuid4().hex
    answers = await asyncio.gather(*(each.claim(name, 60) for each in processes * 4))
    assert sorted(map(bool, answers)) == [False] * 15 + [True]
    assert await processes[0].claim(uuid4().hex, 60) is True
    await cache.close()


async def test_with_valkey_away_a_process_knows_only_of_itself_and_says_so() -> None:
    clock, away = MovableClock(START), Cache("redis://127.0.0.1:1")
    once, name = Once(away, clock), uuid4().hex
    assert await once.claim(name, 60) is None
    assert await once.claim(name, 60) is False
    clock.move(timedelta(seconds=61))
    assert await once.claim(name, 60) is None
    await away.close()
