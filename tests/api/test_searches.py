"""Saved searches: each belongs to who saved it, finds what is there now, and is in the trail itself."""

import pytest
import pytest_asyncio

from access import Role
from kernel.ids import uuid7
from tests.api.asker import Asker
from tests.api.house import House, problem


@pytest_asyncio.fixture(loop_scope="module")
async def officer(house: House) -> Asker:
    """Somebody new who reads the trail."""
    return await house.staff(Role.COMPLIANCE_OFFICER)


async def test_a_saved_search_finds_what_is_there_when_it_runs_until_it_is_forgotten(
    house: House, officer: Asker
) -> None:
    hcp = await house.hcp()
    filters = {"subject": str(hcp.person), "action": "people:*"}
    saved = await officer.post("/v1/audit/searches", {"name": "one person (people)", "filters": filters})
    assert (saved.status_code, saved.json()["filters"]) == (201, filters)
    assert (await officer.read("/v1/audit/searches"))["items"] == [saved.json()]
    path = f"/v1/audit/searches/{saved.json()['id']}"
    before = len((await officer.read(f"{path}/entries"))["items"])
    await hcp.read("/v1/me")
    found = (await officer.read(f"{path}/entries"))["items"]
    assert len(found) > before
    assert {each["subject"] for each in found} == {str(hcp.person)}
    page = await officer.read(f"{path}/entries", limit=1)
    following = await officer.read(f"{path}/entries", limit=1, cursor=page["next"])
    assert following["items"][0]["index"] < page["items"][0]["index"]
    assert [entry["action"] for entry in await house.trail(saved)] == ["audit:search:saved"]
    assert (await officer.ask("DELETE", path)).status_code == 204
    assert (await officer.read("/v1/audit/searches"))["items"] == []
    problem(await officer.get(f"{path}/entries"), 404, "audit-search-not-found")
    problem(await officer.ask("DELETE", path), 404, "audit-search-not-found")


async def test_a_saved_search_is_not_there_for_other_officers(house: House, officer: Asker) -> None:
    saved = await officer.post("/v1/audit/searches", {"name": "mine", "filters": {}})
    other = await house.staff(Role.COMPLIANCE_OFFICER)
    assert (await other.read("/v1/audit/searches"))["items"] == []
    path = f"/v1/audit/searches/{saved.json()['id']}"
    problem(await other.get(f"{path}/entries"), 404, "audit-search-not-found")
    problem(await other.ask("DELETE", path), 404, "audit-search-not-found")
    assert (await officer.get(f"{path}/entries")).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "twice", "filters": {}}, 409, "audit-search-not-saved"),
        ({"name": "", "filters": {}}, 400, "invalid-request"),
        ({"name": "a name\n", "filters": {}}, 400, "invalid-request"),
        ({"name": "odd", "filters": {"actors": "x"}}, 400, "invalid-request"),
        ({"name": "odd", "filters": {"actor": "\u00fc"}}, 400, "invalid-request"),
    ],
)
async def test_a_search_that_cannot_be_kept_is_refused(
    officer: Asker, body: dict[str, object], status: int, code: str
) -> None:
    assert (await officer.post("/v1/audit/searches", {"name": "twice", "filters": {}})).status_code == 201
    problem(await officer.post("/v1/audit/searches", body), status, code)


async def test_what_was_never_saved_is_not_found(house: House, officer: Asker) -> None:
    problem(await officer.get(f"/v1/audit/searches/{uuid7(house.clock.now())}/entries"), 404, "audit-search-not-found")
    kept = (await officer.post("/v1/audit/searches", {"name": "kept", "filters": {}})).json()
    assert (await officer.get(f"/v1/audit/searches/{kept['id']}/entries")).status_code == 200
