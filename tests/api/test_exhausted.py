"""Every connection to PostgreSQL taken: a clear no, nothing lost that was answered, no answer without its entry."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from kernel.database import DB
from tests.api.asker import Asker, Body
from tests.api.house import House, problem

BARE = (503, b"")
PATIENCE_SECONDS = 0.3


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less long for a free connection than in earnest: a request may wait for one up to three times."""
    monkeypatch.setattr("kernel.database.ACQUIRE_TIMEOUT_SECONDS", PATIENCE_SECONDS)


@asynccontextmanager
async def exhausted(*, appends: bool) -> AsyncIterator[None]:
    """Hold every connection that reads or writes, and the one for the trail if asked to."""
    async with AsyncExitStack() as stack:
        for pool in [DB.reads, DB.pool, DB.appends] if appends else [DB.reads, DB.pool]:
            assert pool is not None
            for _ in range(pool.get_max_size()):
                await stack.enter_async_context(pool.acquire())
        yield


async def asked(house: House, hcp: Asker, activity: Body) -> list[httpx.Response]:
    """Ask for everything at once: reads, writes, what is refused, and what is not there."""
    answers = await asyncio.gather(
        hcp.get("/v1/me"),
        hcp.get("/v1/me/points"),
        hcp.get("/v1/audit/entries"),
        hcp.get("/v1/nowhere"),
        hcp.post("/v1/me/activities", activity),
        house.http.get("/v1/me"),
    )
    return list(answers)


async def test_without_a_connection_left_each_answer_is_a_clear_no_that_has_its_entry(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    activity = house.activity(item)
    async with exhausted(appends=False):
        answers = await asked(house, hcp, activity)
    for answer in (each for each in answers if each.status_code == 503):
        problem(answer, 503, "database-unavailable")
        assert answer.headers["retry-after"]
    assert [answer.status_code for answer in answers] == [503, 503, 503, 404, 503, 401]
    for answer in answers:
        (entry,) = await house.trail(answer)
        assert entry["outcome"] != "succeeded"
    assert await house.count("engagement.activity", "id = $1", activity["id"]) == 0
    await goes_on(house, hcp, activity)


async def test_without_one_for_the_trail_either_nothing_is_said_and_nothing_lost(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    activity = house.activity(item)
    async with exhausted(appends=True):
        answers = await asked(house, hcp, activity)
        live = await house.http.get("/health/live")
    assert [(answer.status_code, answer.content) for answer in answers] == [BARE] * len(answers)
    assert live.status_code == 200
    assert [await house.trail(answer) for answer in answers] == [[]] * len(answers)
    assert await house.count("engagement.activity", "id = $1", activity["id"]) == 0
    await goes_on(house, hcp, activity)


async def goes_on(house: House, hcp: Asker, activity: Body) -> None:
    """Hold that all is well once connections are back, with nobody restarting anything."""
    answers = await asked(house, hcp, activity)
    assert [answer.status_code for answer in answers] == [200, 200, 403, 404, 200, 401]
    assert all([await house.trail(answer) for answer in answers])
    assert answers[4].json()["results"][0]["status"] == "recorded"
