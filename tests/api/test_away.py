"""PostgreSQL or Valkey away: no wrong answer, nothing lost, clear 503s, and recovery without a restart."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
import pytest_asyncio

from kernel.epochs import REMEMBERED_SECONDS
from kernel.settings import Settings
from kernel.waiting import MOST_SECONDS
from tests.api.asker import Asker, Body
from tests.api.house import House, problem
from tests.api.lines import Line, through, whole
from tests.api.opening import opened_house, worker

SOCKET = ".s.PGSQL.5432"
ASKS = (
    ("GET", "/v1/me"),
    ("GET", "/v1/me/points"),
    ("GET", "/v1/content"),
    ("GET", "/v1/leaderboards/all-time"),
    ("GET", "/v1/me/access-log"),
    ("DELETE", "/v1/me"),
    ("GET", "/v1/nowhere"),
)


class Lines:
    """The ways to both servers."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        host = parse_qs(urlsplit(database_url).query)["host"][0]
        socket = unquote(urlsplit(redis_url).path)
        self.database = Line(folder / SOCKET, Path(host) / SOCKET)
        self.cache = Line(folder / "valkey.sock", Path(socket))
        self.settings = Settings(
            database_url=through(database_url, Path(host), folder),
            redis_url=through(redis_url, Path(socket), folder / "valkey.sock"),
        )


@pytest.fixture(scope="module")
def lines(migrated_url: str, redis_url: str) -> Iterator[Lines]:
    with tempfile.TemporaryDirectory(prefix="laurel") as folder:
        yield Lines(Path(folder), migrated_url, redis_url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(lines: Lines, migrated_url: str) -> AsyncIterator[House]:
    """The application at the end of two lines that can be cut."""
    async with whole(lines.database, lines.cache), opened_house(lines.settings, migrated_url) as opened:
        yield opened


async def healthy(house: House) -> httpx.Response:
    """Wait until the house says that it is ready, as whoever balances load does."""
    async with asyncio.timeout(15):
        while True:
            answer = await house.http.get("/health/ready")
            if answer.status_code == 200:
                return answer
            await asyncio.sleep(0.05)


async def everything(hcp: Asker, activity: Body) -> list[httpx.Response]:
    answers = [await hcp.ask(method, path) for method, path in ASKS]
    answers.append(await hcp.post("/v1/me/activities", activity))
    answers.append(await hcp.decide("analytics", "denied"))
    answers.append(await hcp.house.http.post("/v1/sessions", json={"email": "a@b.example", "password": "x" * 12}))
    return answers


async def test_with_postgresql_away_every_answer_is_503_with_no_body_and_then_all_goes_on(
    house: House, lines: Lines
) -> None:
    hcp, item = await house.hcp(), await house.item()
    activity = house.activity(item)
    await hcp.read("/v1/me/points")  # what this worker remembers is no reason to answer
    await lines.database.cut()
    answers = await everything(hcp, activity)
    assert [(answer.status_code, answer.content) for answer in answers] == [(503, b"")] * len(answers)
    assert all(answer.headers["x-request-id"] and answer.headers["retry-after"] for answer in answers)
    assert problem(await house.http.get("/health/ready"), 503, "not-ready")["detail"].startswith("Not ready: database")
    assert (await house.http.get("/health/live")).status_code == 200
    await lines.database.mend()
    assert [answer.status_code for answer in await everything(hcp, activity)] == [
        200, 200, 200, 200, 200, 405, 404, 200, 200, 401,
    ]  # fmt: skip
    await healthy(house)
    await house.settled()
    assert (await hcp.read("/v1/me/points"))["points"] == 5


async def test_what_was_answered_while_postgresql_comes_and_goes_is_kept_and_nothing_twice(
    house: House, lines: Lines
) -> None:
    """Like a client: what is not answered 200 is sent again under the same id."""
    people, parts = [await house.hcp() for _ in range(4)], [await house.item() for _ in range(5)]

    async def deliver(hcp: Asker) -> int:
        tries = 0
        for _ in range(4):
            for part in parts:
                activity = house.activity(part)
                while (await hcp.post("/v1/me/activities", activity)).status_code != 200:
                    tries += 1
                    await asyncio.sleep(0.02)
        return tries

    async def interrupt() -> None:
        for _ in range(4):
            await asyncio.sleep(0.12)
            await lines.database.cut()
            await asyncio.sleep(0.08)
            await lines.database.mend()

    interrupting = asyncio.create_task(interrupt())
    tries = sum(await asyncio.gather(*map(deliver, people)))
    await interrupting
    assert tries > 0, "the interruptions were noticed"
    for hcp in people:
        assert await house.count("engagement.activity", "person = $1", hcp.person) == 20
        assert (await hcp.read("/v1/me/points"))["points"] == 25
        sums = await house.database.fetchval(
            "select sum(amount) from gamification.posting where account = $1", hcp.person
        )
        assert sums == 25


async def test_with_valkey_away_nothing_is_believed_that_another_worker_could_have_changed(
    house: House, lines: Lines
) -> None:
    hcp, item = await house.hcp(), await house.item()
    async with worker(house) as second:
        for via in (house.http, second):
            assert (await hcp.ask("GET", "/v1/me/points", via=via)).status_code == 200
        await lines.cache.cut()
        for via in (house.http, second):
            assert (await hcp.ask("GET", "/v1/me/points", via=via)).status_code == 200, "it is read from PostgreSQL"
            (recorded,) = await hcp.record(house.activity(item), via=via)
            assert recorded["status"] == "recorded"
        problem(await hcp.decide("gamification"), 503, "cache-unavailable")
        assert (await hcp.get("/v1/me/points")).status_code == 200, "not answered, so not in force"
        problem(await hcp.get("/v1/leaderboards/all-time"), 503, "cache-unavailable")
        assert problem(await house.http.get("/health/ready"), 503, "not-ready")["detail"] == "Not ready: cache."
        await lines.cache.mend()
        assert (await hcp.decide("gamification", via=second)).status_code == 200
        for via in (house.http, second):
            problem(await hcp.ask("GET", "/v1/me/points", via=via), 403, "consent-required")
    await healthy(house)


async def test_with_valkey_away_a_session_that_was_ended_is_out_everywhere_within_a_second(
    house: House, lines: Lines
) -> None:
    hcp = await house.hcp()
    staying = await house.hcp()
    async with worker(house) as second:
        for via in (house.http, second):
            assert (await hcp.ask("GET", "/v1/me", via=via)).status_code == 200
        await lines.cache.cut()
        begun = asyncio.get_running_loop().time()
        assert (await hcp.ask("DELETE", "/v1/sessions/current")).status_code == 204
        assert asyncio.get_running_loop().time() - begun < 2.5
        for via in (house.http, second):
            problem(await hcp.ask("GET", "/v1/me", via=via), 401, "token-refused")
            assert (await staying.ask("GET", "/v1/me", via=via)).status_code == 200
        await lines.cache.mend()
        problem(await hcp.ask("GET", "/v1/me", via=second), 401, "token-refused")
    await healthy(house)


async def test_a_mark_that_valkey_lost_is_outlived_within_a_second(house: House) -> None:
    """A worker that still reads an old mark must not go on: what it remembers of sessions runs out by itself."""
    hcp = await house.hcp()
    async with worker(house) as second:
        assert (await hcp.ask("GET", "/v1/me", via=second)).status_code == 200
        await house.database.execute("update access.session set ended_at = now() where id = $1", hcp.caller.session)
        await asyncio.sleep(REMEMBERED_SECONDS)
        problem(await hcp.ask("GET", "/v1/me", via=second), 401, "token-refused")


async def test_with_valkey_away_limits_are_stricter_never_looser(house: House, lines: Lines) -> None:
    hcp = await house.hcp()
    async with worker(house, requests_per_minute=50) as strict:
        await lines.cache.cut()
        answers = [await hcp.ask("GET", "/v1/me", via=strict) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        await lines.cache.mend()
        answers = [await hcp.ask("GET", "/v1/me", via=strict) for _ in range(6)]
        assert {answer.status_code for answer in answers} == {200}
    await healthy(house)


async def test_a_silent_server_holds_nobody_for_much_longer_than_a_request_may_take(house: House, lines: Lines) -> None:
    """A connection whose query is given up is waited for until it is free, and no longer than for a free one."""
    hcp = await house.hcp()
    async with worker(house, request_seconds=0.5) as hasty:
        assert (await hcp.ask("GET", "/v1/me", via=hasty)).status_code == 200
        lines.database.hold()
        async with asyncio.timeout(0.5 + MOST_SECONDS + 2):
            answers = await asyncio.gather(*(hcp.ask("GET", "/v1/me", via=hasty) for _ in range(5)))
        assert [(answer.status_code, answer.content) for answer in answers] == [(503, b"")] * 5
        await lines.database.mend()
        await healthy(house)
        assert (await hcp.ask("GET", "/v1/me", via=hasty)).status_code == 200
