"""Who has an account can't be told: not from a status, a body, a header, nor, in the long run, from the time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from statistics import median
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from access import disable_account
from tests.api.asker import Body
from tests.api.house import ORIGIN, PASSWORD, House
from tests.api.members import member
from tests.api.opening import worker

SAMPLES = 400
WRONG = "wrong horse battery staple"
NOBODY = "nobody-"
Ask = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


async def sign_in(http: httpx.AsyncClient, email: str) -> httpx.Response:
    return await http.post("/v1/sessions", json={"email": email, "password": WRONG})


async def reset(http: httpx.AsyncClient, email: str) -> httpx.Response:
    return await http.post("/v1/password-resets", json={"email": email})


async def registration(http: httpx.AsyncClient, email: str) -> httpx.Response:
    """Register; an address that nobody has is another one each time, since the first time somebody has it."""
    address = f"{uuid4().hex}@clinic.example" if email.startswith(NOBODY) else email
    who = {"name": "Dr Ada Moor", "email": address, "market": "GB", "zone": "Europe/London", "locale": "en"}
    return await http.post("/v1/registrations", json=who | {"password": PASSWORD})


FLOWS: dict[str, Ask] = {"sign-in": sign_in, "reset": reset, "registration": registration}
LIMITED = {"reset": 25, "registration": 5}
"""After so many turns the counters of a limit that is not the one in question are emptied."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def who(house: House) -> AsyncIterator[dict[str, str]]:
    """Lend somebody known, somebody switched off, somebody at whom too many have guessed, and nobody."""
    known, disabled, locked = await member(house), await member(house), await member(house)
    async with house.runtime.work.begin(ORIGIN) as uow:
        await disable_account(uow, disabled.account)
    yield {
        "known": known.email,
        "disabled": disabled.email,
        "locked": locked.email,
        "unknown": f"{NOBODY}{uuid4().hex}@clinic.example",
    }


def seen(answer: httpx.Response) -> tuple[int, Body, tuple[str, ...]]:
    """Return what anybody can see of an answer but its request's id and what is left of a limit."""
    return answer.status_code, answer.json() | {"request_id": None}, tuple(sorted(answer.headers.keys()))


@pytest.mark.parametrize("flow", FLOWS)
async def test_known_unknown_locked_and_disabled_get_the_same_answer(
    house: House, who: dict[str, str], flow: str
) -> None:
    async with worker(house, "198.51.100.20", failed_sign_ins_per_minute=10_000) as http:
        answers = {name: seen(await FLOWS[flow](http, email)) for name, email in who.items()}
    assert all(one == other for one, other in pairwise(answers.values())), answers
    control = await house.http.post("/v1/sessions", json={"email": who["known"], "password": PASSWORD})
    assert control.status_code == 200, "the known one is known"


async def test_who_is_guessed_at_too_often_is_refused_like_an_address_that_nobody_has(
    house: House, who: dict[str, str]
) -> None:
    house.clock.move(timedelta(hours=1))
    answers = []
    for number, name in enumerate(("known", "unknown")):
        async with worker(house, f"198.51.{101 + number}.1", failed_sign_ins_per_minute=2) as http:
            answers.append([seen(await sign_in(http, who[name])) for _ in range(4)])
    assert [status for status, _, _ in answers[0]] == [401, 401, 429, 429]
    assert answers[0] == answers[1]


@pytest.mark.soak
@pytest.mark.parametrize("flow", FLOWS)
async def test_the_time_of_an_answer_tells_nothing(house: House, who: dict[str, str], flow: str) -> None:
    """400 samples each, in turn: the area under the ROC curve of known against each other one is near a half."""
    seconds: dict[str, list[float]] = {name: [] for name in who}
    async with worker(house, "198.51.100.21", failed_sign_ins_per_minute=1_000_000) as http:
        for turn in range(SAMPLES):
            for name, email in who.items():
                if turn % LIMITED.get(flow, SAMPLES) == 0:
                    await house.runtime.cache.client.flushdb()
                begun = time.perf_counter()
                await FLOWS[flow](http, email)
                seconds[name].append(time.perf_counter() - begun)
    for name in who.keys() - {"known"}:
        assert 0.45 < area(seconds["known"], seconds[name]) < 0.55, name
        assert abs(median(seconds["known"]) - median(seconds[name])) < 0.003, name


def area(one: list[float], other: list[float]) -> float:
    """Return how often a time of ``one`` is longer than one of ``other``: a half when they are alike."""
    return sum((a > b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))


def test_the_area_tells_what_differs_and_what_does_not() -> None:
    alike = [float(number) for number in range(100)]
    assert area(alike, alike) == 0.5
    assert area([number + 100.0 for number in alike], alike) == 1.0


async def test_answers_leave_at_a_whole_multiple_of_a_fifth_of_a_second(house: House, who: dict[str, str]) -> None:
    loop = asyncio.get_running_loop()
    for ask in FLOWS.values():
        for email in who.values():
            begun = loop.time()
            await ask(house.http, email)
            assert loop.time() - begun >= 0.2
