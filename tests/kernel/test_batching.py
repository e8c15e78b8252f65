"""Merging: everyone gets their own answer, nobody hangs, and batches grow only while others are under way."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from kernel.batching import Batcher

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


class Flights:
    """A flush that can be held, and remembers what each flight carried."""

    def __init__(self, *, held: bool = False) -> None:
        self.carried: list[list[int]] = []
        self.most_at_once = 0
        self._now = 0
        self.landing = asyncio.Event()
        if not held:
            self.landing.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | BaseException]:
        self.carried.append(list(items))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await self.landing.wait()
        self._now -= 1
        return [ValueError(str(item)) if item < 0 else item * 10 for item in items]


async def submitted(batcher: Batcher[int, int], *items: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(batcher.submit(item)) for item in items]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_everyone_gets_their_own_answer() -> None:
    flights = Flights()
    batcher = Batcher(flights, most=7)
    assert await asyncio.gather(*(batcher.submit(item) for item in range(50))) == [item * 10 for item in range(50)]
    assert sorted(item for flight in flights.carried for item in flight) == list(range(50))
    assert max(map(len, flights.carried)) == 7


async def test_what_arrives_at_the_same_time_flies_together_and_what_comes_later_with_the_next() -> None:
    flights = Flights(held=True)
    batcher = Batcher(flights, most=100)
    tasks = await submitted(batcher, 1, 2, 3)
    tasks += await submitted(batcher, 4)
    tasks += await submitted(batcher, 5)
    assert flights.carried == [[1, 2, 3]]
    flights.landing.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30, 40, 50]
    assert flights.carried == [[1, 2, 3], [4, 5]]


async def test_one_alone_does_not_wait_for_company() -> None:
    flights = Flights()
    async with asyncio.timeout(1):
        assert await Batcher(flights, most=100).submit(1) == 10
    assert flights.carried == [[1]]


async def test_one_flight_is_under_way_at_a_time() -> None:
    flights = Flights(held=True)
    batcher = Batcher(flights, most=1)
    tasks = await submitted(batcher, *range(6))
    assert flights.carried == [[0]]
    flights.landing.set()
    assert await asyncio.gather(*tasks) == [item * 10 for item in range(6)]
    assert flights.most_at_once == 1


async def test_a_heavy_item_flies_alone_and_keeps_its_place() -> None:
    flights = Flights(held=True)
    batcher = Batcher(flights, most=10)
    first = asyncio.create_task(batcher.submit(0))
    await asyncio.sleep(0.01)
    weights = {1: 4, 2: 4, 3: 25, 4: 9, 5: 1, 6: 1}
    tasks = [asyncio.create_task(batcher.submit(item, weight=weight)) for item, weight in weights.items()]
    await asyncio.sleep(0.01)
    flights.landing.set()
    await asyncio.gather(first, *tasks)
    assert flights.carried == [[0], [1, 2], [3], [4, 5], [6]]


async def test_a_refusal_is_the_answer_of_one_and_a_failure_that_of_all_who_flew() -> None:
    batcher = Batcher(Flights(), most=10)
    answers = await asyncio.gather(*(batcher.submit(item) for item in (1, -2, 3)), return_exceptions=True)
    assert (answers[0], answers[2]) == (10, 30)
    assert isinstance(answers[1], ValueError)

    async def crash(_: Sequence[int]) -> Sequence[int | BaseException]:
        raise ConnectionError

    crashing: Batcher[int, int] = Batcher(crash, most=10)
    answers = await asyncio.gather(*(crashing.submit(item) for item in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError] * 3
    with pytest.raises(ConnectionError):
        await crashing.submit(4)


async def test_who_goes_away_takes_nobody_along() -> None:
    flights = Flights(held=True)
    batcher = Batcher(flights, most=10)
    leaving, staying = await submitted(batcher, 1, 2)
    (waiting,) = await submitted(batcher, 3)
    leaving.cancel()
    waiting.cancel()
    flights.landing.set()
    assert await staying == 20
    assert leaving.cancelled() or leaving.cancelling()
    assert await batcher.submit(4) == 40


async def test_a_flight_carries_nobodys_context() -> None:
    seen: list[str] = []

    async def look(items: Sequence[int]) -> Sequence[int | BaseException]:
        seen.append(WHO.get())
        return list(items)

    WHO.set("the first caller")
    assert await Batcher(look, most=10).submit(1) == 1
    assert seen == ["nobody"], "a transaction of the first caller would be shared by all"
