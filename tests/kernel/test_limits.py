"""Limits: shared by all workers, counted before the attempt, forgotten afterwards, stricter when Valkey is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import pytest

from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.embedded import remove
from kernel.embedded.place import find
from kernel.embedded.valkey import Valkey
from kernel.limits import Counted, Limit, Limits
from tests.api.lines import Line, through, whole


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Valkey for this file alone: `make mutants` runs it in processes side by side, and each empties it."""
    folder = tmp_path_factory.mktemp("valkey")
    place = find(folder)
    place.write("valkey.password", "own")
    server = Valkey(place)
    server.start()
    yield server.url()
    remove(folder)


ONE = Limit("guess:one", 3)
TWO = Limit("guess:two", 3)


async def test_a_limit_is_used_up_by_all_workers_together(cache: Cache, clock: MovableClock) -> None:
    first, second = Limits(cache, clock), Limits(cache, clock)
    assert [(await worker.take([ONE])).left for worker in (first, second, first)] == [2, 1, 0]
    for worker in (first, second, Limits(cache, clock)):
        quota = await worker.take([ONE])
        assert (quota.allowed, quota.left, quota.limit, quota.resets_in) == (False, 0, ONE, 60)
    assert (await second.take([TWO])).allowed, "each name is counted for itself"


async def test_of_many_attempts_at_once_no_more_pass_than_may(cache: Cache, clock: MovableClock) -> None:
    workers = [Limits(cache, clock) for _ in range(4)]
    quotas = await asyncio.gather(*(workers[turn % 4].take([ONE, TWO]) for turn in range(200)))
    assert sum(quota.allowed for quota in quotas) == 3


async def test_where_one_limit_is_used_up_the_others_are_not_counted(cache: Cache, clock: MovableClock) -> None:
    limits = Limits(cache, clock)
    for _ in range(3):
        assert (await limits.take([ONE])).allowed
    for _ in range(5):
        quota = await limits.take([TWO, ONE])
        assert (quota.allowed, quota.limit) == (False, ONE)
    assert (await limits.take([TWO])).left == 2


async def test_what_is_given_back_can_be_taken_again(cache: Cache, clock: MovableClock) -> None:
    limits = Limits(cache, clock)
    for _ in range(10):
        assert (await limits.take([ONE])).allowed
        await limits.give_back(Counted([ONE], limits.now()))
    assert [(await limits.take([ONE])).allowed for _ in range(4)] == [True, True, True, False]


async def test_a_new_window_begins_at_none(cache: Cache, clock: MovableClock) -> None:
    limits, hour = Limits(cache, clock), Limit("guess:one", 4, 3_600)
    for _ in range(3):
        assert (await limits.take([ONE, hour])).allowed
    clock.move(timedelta(seconds=59))
    quota = await limits.take([ONE, hour])
    assert (quota.allowed, quota.resets_in) == (False, 1)
    clock.move(timedelta(seconds=1))
    quota = await limits.take([ONE, hour])
    assert (quota.allowed, quota.limit, quota.left) == (True, hour, 0), "the tightest one is told"
    assert not (await limits.take([ONE, hour])).allowed
    clock.move(timedelta(hours=1))
    assert (await limits.take([ONE, hour])).allowed
    for name in await cache.client.keys("limit:*"):
        assert 0 < await cache.client.ttl(name) <= 7_200, "nothing is kept for much longer than it counts"


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
    limits, twenty, five = Limits(far, clock), Limit("guess:one", 20), Limit("guess:five", 5)
    assert (await limits.take([twenty])).left == 19
    await line.cut()
    assert (await limits.take([five])).allowed, "a tenth of five is still one"
    assert not (await limits.take([five])).allowed
    assert (await limits.take([twenty])).allowed
    assert not (await limits.take([twenty])).allowed, "what was counted before Valkey went counts"
    await limits.give_back(Counted([twenty, twenty], limits.now()))
    assert (await limits.take([twenty])).allowed
    assert (await limits.take([Limit("guess:two", 20)])).allowed
    clock.move(timedelta(minutes=1))
    assert (await limits.take([five])).allowed
    await line.mend()
    assert (await limits.take([twenty])).allowed
    await far.close()


async def test_alone_the_tightest_of_some_limits_decides_and_says_what_is_left(
    line: Line, redis_url: str, clock: MovableClock
) -> None:
    far = Cache(through(redis_url, line.there, line.here))
    limits, wide, narrow = Limits(far, clock), Limit("guess:wide", 40), Limit("guess:narrow", 25, 3_600)
    await line.cut()
    clock.move(timedelta(seconds=10))
    assert await limits.take([wide, narrow]) == (True, narrow, 1, 3_590)
    assert await limits.take([wide, narrow]) == (True, narrow, 0, 3_590)
    assert await limits.take([wide, narrow]) == (False, narrow, 0, 3_590)
    assert await limits.take([wide]) == (True, wide, 0, 50)
    await limits.give_back(Counted([narrow, wide], limits.now()))
    assert await limits.take([narrow]) == (False, narrow, 0, 3_590), "what was refused counts, too"
    await limits.give_back(Counted([narrow, narrow], limits.now()))
    assert (await limits.take([narrow])).allowed
    assert not (await limits.take([narrow])).allowed, "each was given back once"
    await far.close()


async def test_one_attempt_that_is_given_back_leaves_none_and_what_was_never_counted_here_is_given_back_there(
    line: Line, redis_url: str, clock: MovableClock
) -> None:
    far = Cache(through(redis_url, line.there, line.here))
    limits, another, ten = Limits(far, clock), Limits(far, clock), Limit("guess:ten", 10)
    counted = Counted([ten], limits.now())
    await limits.take([ten])
    await another.give_back(counted)
    assert (await another.take([ten])).left == 9
    await limits.give_back(counted)
    await line.cut()
    assert [(await limits.take([ten])).allowed for _ in range(2)] == [True, False]
    await far.close()


async def test_what_happened_in_the_window_before_counts_there(cache: Cache, clock: MovableClock) -> None:
    limits, before = Limits(cache, clock), Limits(cache, clock).now()
    clock.move(timedelta(minutes=1))
    assert [(await limits.take([ONE], before)).allowed for _ in range(4)] == [True, True, True, False]
    assert [(await limits.take([ONE])).allowed for _ in range(4)] == [True, True, True, False]


async def test_a_process_that_counts_too_many_names_forgets_them_and_goes_on(
    line: Line, redis_url: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Cache(through(redis_url, line.there, line.here))
    limits = Limits(far, clock)
    monkeypatch.setattr("kernel.limits.MOST_NAMES", 2)
    await line.cut()
    assert [(await limits.take([Limit(name, 10)])).allowed for name in "abb"] == [True, True, False]
    assert (await limits.take([Limit("c", 10)])).allowed
    assert (await limits.take([Limit("b", 10)])).allowed, "three were too many"
    many = [limits.take([Limit(f"guess:{number}", 10)]) for number in range(50)]
    assert all(quota.allowed for quota in await asyncio.gather(*many)), "others are forgotten while one waits"
    await far.close()


@pytest.mark.parametrize("away", [False, True])
async def test_what_is_given_back_in_the_next_window_does_not_widen_it(
    line: Line, redis_url: str, clock: MovableClock, *, away: bool
) -> None:
    far = Cache(through(redis_url, line.there, line.here))
    limits, thirty = Limits(far, clock), Limit("guess:late", 30)
    if away:
        await line.cut()
    counted = Counted([thirty], limits.now())
    assert (await limits.take([thirty], counted.at)).allowed
    clock.move(timedelta(minutes=1))
    assert (await limits.take([thirty])).allowed
    await limits.give_back(counted)
    passed = [(await limits.take([thirty])).allowed for _ in range(30)]
    assert passed == [True] * (2 if away else 29) + [False] * (28 if away else 1), "what another took stays taken"
    await far.close()
