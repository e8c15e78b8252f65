"""A defect of ours: answered with nothing of it, written down, and the next request goes on."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from access import Permission, Role
from access.vocabulary import Action
from api import problems
from api.app import create_app
from api.routing import query
from api.runtime import Runtime
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork
from tests.api.house import House, problem
from tests.api.opening import client_of
from tests.conftest import KEYS
from tests.logs import captured

SAID = "jane.doe@clinic.example was not expected in line 7 of a secret"


@query.get("/broken", permission=Permission.OWN_PROFILE_READ, purpose=Purpose.SERVICE, records=Action.SESSIONS_READ)
async def broken(uow: UnitOfWork) -> None:
    """Fail as no code of ours should."""
    raise RuntimeError(f"{SAID} {uow.now}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def faulty(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a worker that has a route with a defect."""
    runtime = Runtime(house.runtime.settings, KEYS, house.clock)
    try:
        async with client_of(create_app(runtime, with_worker=False, more_routes=[broken])) as http:
            yield http
    finally:
        await runtime.cache.close()


async def test_a_defect_is_answered_without_a_word_of_it_and_is_in_the_trail_and_in_the_log(
    house: House, faulty: httpx.AsyncClient
) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    with captured(problems) as logged:
        answer = await officer.ask("GET", "/broken", via=faulty)
    body = problem(answer, 500, "internal-error")
    assert SAID not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    assert body["detail"] == "Something went wrong on our side."
    assert [entry["outcome"] for entry in await house.trail(answer)] == ["failed"]
    assert [entry["event"] for entry in logged] == ["request_failed"]
    assert SAID not in str(logged)
    assert (await officer.ask("GET", "/v1/me", via=faulty)).status_code == 200
