"""The outbox: messages of committed work are delivered, in their order, by one relay at a time, at least once."""

import asyncio
import re
from collections.abc import Sequence
from contextvars import Context
from uuid import UUID

import pytest

from kernel.facts import Origin
from kernel.relay import BATCH, RELAY_LOCK, deliver_once, hold_back, relay
from kernel.unit_of_work import UnitOfWork, Work
from tests.architecture.tree import modules

LOCK = re.compile(r"\b(\w+_LOCK)(?:: Final)? = (0x[0-9A-F_]+)")


class Delivered:
    """A deliverer that remembers, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.keys: list[UUID] = []
        self._failures = failures

    async def __call__(self, _: UnitOfWork, keys: Sequence[UUID]) -> None:
        self.keys += keys
        if self._failures:
            self._failures -= 1
            raise ConnectionError


async def publish(work: Work, origin: Origin, topic: str, *numbers: int) -> None:
    async with work.begin(origin) as uow:
        for number in numbers:
            uow.publish(topic, UUID(int=number))


async def waiting(work: Work, origin: Origin) -> int:
    async with work.read(origin) as uow:
        return int(await uow.fetchval("select count(*) from kernel.outbox"))


async def test_each_topic_gets_its_own_once_and_merged(work: Work, origin: Origin) -> None:
    red, blue = Delivered(), Delivered()
    await publish(work, origin, "red", 1, 2)
    await publish(work, origin, "blue", 3)
    await publish(work, origin, "red", 2, 4)
    assert await deliver_once(work, {"red": red, "blue": blue}) == 5
    assert [key.int for key in red.keys] == [1, 2, 4]
    assert [key.int for key in blue.keys] == [3]
    assert await deliver_once(work, {"red": red, "blue": blue}) == 0
    assert await waiting(work, origin) == 0


async def test_what_could_not_be_delivered_is_delivered_again(work: Work, origin: Origin) -> None:
    red = Delivered(failures=1)
    await publish(work, origin, "red", 1)
    with pytest.raises(Exception, match="ConnectionError"):
        await deliver_once(work, {"red": red})
    assert await waiting(work, origin) == 1
    assert await deliver_once(work, {"red": red}) == 1
    assert [key.int for key in red.keys] == [1, 1]


async def test_a_topic_that_nobody_here_knows_waits_for_who_does(work: Work, origin: Origin) -> None:
    red, blue = Delivered(), Delivered()
    await publish(work, origin, "blue", 1)
    await publish(work, origin, "red", 2)
    assert await deliver_once(work, {"red": red}) == 1
    assert await waiting(work, origin) == 1
    assert await deliver_once(work, {"blue": blue}) == 1
    assert [key.int for key in blue.keys] == [1]


async def test_a_full_outbox_is_emptied_oldest_first(work: Work, origin: Origin) -> None:
    red = Delivered()
    await publish(work, origin, "red", *range(1, BATCH + 1))
    await publish(work, origin, "red", BATCH + 1)
    assert await deliver_once(work, {"red": red}) == BATCH
    assert {key.int for key in red.keys} == set(range(1, BATCH + 1))
    assert await deliver_once(work, {"red": red}) == 1


async def test_of_two_relays_one_delivers_and_both_wait_for_who_begins_anew(work: Work, origin: Origin) -> None:
    red, blue, entered, leave = Delivered(), Delivered(), asyncio.Event(), asyncio.Event()

    async def slow(uow: UnitOfWork, keys: Sequence[UUID]) -> None:
        entered.set()
        await leave.wait()
        await red(uow, keys)

    await publish(work, origin, "red", 1)
    first = asyncio.create_task(deliver_once(work, {"red": slow}))
    await entered.wait()
    await publish(work, origin, "red", 2)
    assert await deliver_once(work, {"red": blue}) == 0, "an older state must not come after a newer one"
    leave.set()
    assert await first == 1
    async with work.begin(origin) as uow:
        await hold_back(uow)
        elsewhere = asyncio.create_task(deliver_once(work, {"red": blue}), context=Context())
        assert await elsewhere == 0
    assert await deliver_once(work, {"red": blue}) == 1
    assert ([key.int for key in red.keys], [key.int for key in blue.keys]) == ([1], [2])


async def test_the_relay_goes_on_after_any_failure(work: Work, origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.relay.PAUSE_AFTER_FAILURE_SECONDS", 0.01)
    red, stop = Delivered(failures=2), asyncio.Event()

    async def odd(uow: UnitOfWork, keys: Sequence[UUID]) -> None:
        try:
            await red(uow, keys)
        except ConnectionError:
            raise KeyError(keys[0]) from None

    await publish(work, origin, "red", 1)
    running = asyncio.create_task(relay(work, {"red": odd}, stop))
    async with asyncio.timeout(5):
        while await waiting(work, origin):  # noqa: ASYNC110 - the relay tells nobody
            await asyncio.sleep(0.01)
    stop.set()
    await running
    assert [key.int for key in red.keys] == [1, 1, 1]


def test_every_advisory_lock_has_a_number_of_its_own() -> None:
    """Two uses of one number would exclude each other: a relay that waits for the sequencer delivers nothing."""
    rooms = [module for module in modules() if module.room not in {"tests", "benchmarks"}]
    found = [(name, int(number, 16)) for module in rooms for name, number in LOCK.findall(module.text)]
    numbers = [number for _, number in found]
    assert len(set(numbers)) == len(numbers), found
    assert RELAY_LOCK in numbers
    assert len(numbers) >= 4
