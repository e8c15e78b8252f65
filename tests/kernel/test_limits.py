"""Counting failures per minute: shared by all workers, forgotten after a minute, stricter when Valkey is away."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import pytest

from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.limits import Limits
from tests.api.lines import Line, through, whole

ONE = [("guess:one", 3)]


async def test_a_limit_is_reached_by_the_failures_of_all_workers_together(cache: Cache, clock: MovableClock) -> None:
    first, second = Limits(cache, clock), Limits(cache, clock)
    for worker in (first, second):
        assert not await worker.exceeded(ONE)
        await worker.count(["guess:one"])
    assert not await first.exceeded(ONE)
    await first.count(["guess:one"])
    assert await first.exceeded(ONE)
    assert await second.exceeded(ONE)
    assert not await second.exceeded([("guess:two", 3)]), "each name is counted for itself"
    assert await second.exceeded([("guess:two", 3), *ONE]), "any of several is enough"
    assert await Limits(cache, clock).exceeded(ONE), "also for a worker that has just begun"


async def test_a_new_minute_begins_at_none(cache: Cache, clock: MovableClock) -> None:
    limits = Limits(cache, clock)
    await limits.count(["guess:one"] * 3)
    assert await limits.exceeded(ONE)
    clock.move(timedelta(seconds=59))
    assert await limits.exceeded(ONE)
    clock.move(timedelta(seconds=1))
    assert not await limits.exceeded(ONE)
    for name in await cache.client.keys("limit:*"):
        assert 0 < await cache.client.ttl(name) <= 120, "nothing is kept for longer than it counts"


@pytest.fixture
async def line(redis_url: str) -> AsyncIterator[Line]:
    """A line to Valkey that can be cut."""
    with TemporaryDirectory(prefix="laurel") as folder:
        made = Line(Path(folder) / "valkey.sock", Path(unquote(urlsplit(redis_url).path)))
        async with whole(made):
            yield made


async def test_with_valkey_away_a_process_counts_for_itself_and_allows_a_tenth(
    line: Line, redis_url: str, cache: Cache, clock: MovableClock
) -> None:
    del cache
    far = Cache(through(redis_url, line.there, line.here))
    limits, twenty, five = Limits(far, clock), [("guess:one", 20)], [("guess:one", 5)]
    await limits.count(["guess:one"])
    await line.cut()
    assert not await limits.exceeded(twenty)
    assert await limits.exceeded(five), "a tenth of five is still one"
    await limits.count(["guess:one"])
    assert await limits.exceeded(twenty), "what was counted before Valkey went counts"
    assert not await limits.exceeded([("guess:two", 20)])
    await line.mend()
    assert not await limits.exceeded(twenty)
    await far.close()
