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
async def exhausted(*, writes: bool) -> AsyncIterator[None]:
    """Hold every connection of the pool that reads, and of the one that writes if asked to."""
    pools = [DB.reads, DB.pool] if writes else [DB.reads]
    async with AsyncExitStack() as stack:
        for pool in pools:
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


async def test_without_a_connection_to_read_with_the_answer_is_a_problem_and_has_its_entry(house: House) -> None:
    hcp = await house.hcp()
    async with exhausted(writes=False):
        answers = await asyncio.gather(*(hcp.get("/v1/me/points") for _ in range(20)))
    for answer in answers:
        problem(answer, 503, "database-unavailable")
        assert answer.headers["retry-after"]
        (entry,) = await house.trail(answer)
        assert (entry["action"], entry["reason"]) == ("gamification:points:read", "database-unavailable")
    assert (await hcp.get("/v1/me/points")).status_code == 200, "the control, and nobody restarted anything"


async def test_without_any_connection_nothing_is_said_and_nothing_is_lost_and_then_all_goes_on(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    activity = house.activity(item)
    async with exhausted(writes=True):
        answers = await asked(house, hcp, activity)
        live = await house.http.get("/health/live")
    assert [(answer.status_code, answer.content) for answer in answers] == [BARE] * len(answers)
    assert live.status_code == 200
    assert [await house.trail(answer) for answer in answers] == [[]] * len(answers)
    assert await house.count("engagement.activity", "id = $1", activity["id"]) == 0
    again = await asked(house, hcp, activity)
    assert [answer.status_code for answer in again] == [200, 200, 403, 404, 200, 401]
    assert [len(await house.trail(answer)) > 0 for answer in again] == [True] * len(again)
    assert again[4].json()["results"][0]["status"] == "recorded"
