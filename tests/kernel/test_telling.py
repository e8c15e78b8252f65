"""One reader is told only so many different numbers about people in a day."""

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.telling import Telling, ToldEnoughError

READER, OTHER = UUID(int=1), UUID(int=2)


async def test_the_budget_is_one_for_all_workers_and_begins_again_on_the_next_day(
    cache: Cache, clock: MovableClock
) -> None:
    first, second = Telling(cache, clock, most=3), Telling(cache, clock, most=3)
    for number in range(3):
        await (first if number % 2 else second).spend(READER, f"question {number}")
    with pytest.raises(ToldEnoughError) as refused:
        await first.spend(READER, "question 3")
    assert refused.value.facts["retry_after_seconds"] == 15 * 3_600, "it is nine in the morning"
    await second.spend(READER, "question 1")
    await first.spend(OTHER, "question 3")
    clock.move(timedelta(hours=15))
    await first.spend(READER, "question 3")
    for name in await cache.client.keys("told:*"):
        assert 0 < await cache.client.ttl(name) <= 86_400
