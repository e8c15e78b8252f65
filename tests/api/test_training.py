"""Training of staff: without it nobody sees who somebody is, where it is asked for."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest_asyncio

from access import Role
from content import STAFF_TRAINING
from tests.api.asker import Asker
from tests.api.authority_scenes import completion
from tests.api.house import House, fields, problem
from tests.api.members import bearing
from tests.api.opening import worker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a worker of an installation that asks for training."""
    async with worker(house, staff_training="required", training_days=30) as http:
        yield http


async def profile(asker: Asker, hcp: Asker, via: httpx.AsyncClient) -> httpx.Response:
    return await asker.ask("GET", f"/v1/hcps/{hcp.person}/profile", via=via)


async def test_without_training_staff_see_nobody_and_are_told_what_to_do(
    house: House, strict: httpx.AsyncClient
) -> None:
    hcp, officer, machine = await house.hcp(), await house.staff(Role.COMPLIANCE_OFFICER), await house.machine()
    refused = await profile(officer, hcp, strict)
    body = problem(refused, 403, "training-missing")
    assert "/v1/me/training" in body["remedy"]
    assert [entry["reason"] for entry in await house.trail(refused)] == ["training-missing"]
    assert (await profile(officer, hcp, house.http)).status_code == 200, "where nobody asks for it"
    assert (await officer.ask("GET", "/v1/campaigns", via=strict)).status_code == 200, "which is about nobody"
    item = await house.item((STAFF_TRAINING,), markets=("*",))
    answer = await machine.post("/v1/training", completion(house, officer, item))
    assert answer.status_code == 204, answer.text
    assert (await profile(officer, hcp, strict)).status_code == 200, "at once"
    own = (await officer.ask("GET", "/v1/me/training", via=strict)).json()
    assert (own["required"], item in {each["id"] for each in own["items"]}) == (True, True)
    house.clock.move(timedelta(days=30))
    problem(await profile(officer, hcp, strict), 403, "training-missing")


async def test_it_is_recorded_by_somebody_else_once_and_never_ahead(house: House) -> None:
    administrator, colleague = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.MARKETER, "GB")
    item = await house.item((STAFF_TRAINING,))
    problem(await administrator.post("/v1/training", completion(house, administrator, item)), 403, "four-eyes")
    ahead = await administrator.post("/v1/training", completion(house, colleague, item, timedelta(minutes=-1)))
    assert fields(problem(ahead, 400, "training-invalid")) == ["completed_at"]
    done = completion(house, colleague, item)
    for odd in ("2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        refused = await administrator.post("/v1/training", done | {"completed_at": odd})
        assert fields(problem(refused, 400, "training-invalid")) == ["completed_at"]
    for _ in range(2):
        assert (await administrator.post("/v1/training", done)).status_code == 204
    assert await house.count("access.training", "account = $1", colleague.caller.account) == 1
    stranger = await house.staff(Role.ADMINISTRATOR, "FR")
    everywhere = await house.item((STAFF_TRAINING,), markets=("*",))
    problem(await stranger.post("/v1/training", completion(house, colleague, everywhere)), 404, "account-not-found")


async def test_nobody_records_their_own_through_a_machine_whose_secret_they_were_shown(house: House) -> None:
    holder, colleague = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.MARKETER, "GB")
    made = (await holder.post("/v1/machine-clients", {"name": "Lessons", "markets": ["GB"]})).json()
    secret = {name: made[name] for name in ("client_id", "client_secret")}
    tokens = (await house.http.post("/v1/sessions", json=secret)).json()
    item = await house.item((STAFF_TRAINING,))
    for asker, expected in ((holder, 403), (colleague, 204)):
        done = completion(house, asker, item)
        answer = await house.http.post("/v1/training", json=done, headers=bearing(tokens))
        assert answer.status_code == expected, answer.text
        assert await house.count("access.training", "account = $1", asker.caller.account) == (expected == 204)


async def test_only_a_module_for_staff_that_was_approved_counts(house: House) -> None:
    administrator, colleague = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.MARKETER, "GB")
    for item in (await house.item(), await house.item((STAFF_TRAINING,), approved=False)):
        answer = await administrator.post("/v1/training", completion(house, colleague, item))
        problem(answer, 404, "content-not-found")
    approved = await house.item((STAFF_TRAINING,))
    assert (await administrator.post("/v1/training", completion(house, colleague, approved))).status_code == 204


async def test_what_staff_have_to_learn_is_offered_to_no_hcp_and_scores_nothing(house: House) -> None:
    hcp = await house.hcp()
    staff_only, ordinary = await house.item((STAFF_TRAINING, "quiz")), await house.item(("quiz",))
    offered = {each["id"] for each in (await hcp.read("/v1/content", limit=200))["items"]}
    assert (staff_only in offered, ordinary in offered) == (False, True)
    problem(await hcp.get(f"/v1/content/{staff_only}"), 404, "content-not-found")
    (result,) = await hcp.record(house.activity(staff_only, "passed", result={"score": 1, "success": True}))
    assert result["status"] == "refused"
