"""Whom a directory deletes is out, and whom staff switched on or off is theirs."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from access import Role
from kernel.settings import Settings
from tests.api.directories import directory, kept, opened, patched, request_for
from tests.api.house import House, problem
from tests.api.letters import letters
from tests.api.opening import served_house
from tests.api.scim_scenes import USERS

ON = {"op": "replace", "path": "active", "value": True}
OFF = {"op": "replace", "path": "active", "value": False}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """The application behind a real server."""
    async with served_house(settings, migrated_url) as started:
        yield started


async def test_whom_a_directory_removes_is_out_and_gone_from_it(house: House) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client)
    assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    for method in ("GET", "DELETE"):
        problem(await client.ask(method, f"{USERS}/{user['id']}"), 404, "provisioned-user-not-found")
    problem(await house.http.post("/v1/sessions", json=credentials), 401, "sign-in-failed")
    assert (await client.read(USERS))["totalResults"] == 0


async def test_nobody_agrees_to_what_was_proposed_for_somebody_removed(house: House) -> None:
    client = await directory(house)
    user, other = await kept(client), await kept(client)
    officer = await house.staff(Role.ADMINISTRATOR, "GB")
    request = await request_for(officer, user)
    removed = await client.ask("DELETE", f"{USERS}/{user['id']}")
    assert "access:request:rejected" in {entry["action"] for entry in await house.trail(removed)}
    problem(await officer.post(f"{request}/approve"), 404, "role-request-not-found")
    assert await letters(house, user["emails"][0]["value"]) == []
    assert (await officer.post(f"{await request_for(officer, other)}/approve")).status_code == 200, "the control"


@pytest.mark.parametrize("ways", [("disable",), ("enable", "disable")])
async def test_whom_staff_switched_off_no_directory_switches_on_though_it_had_switched_them_off(
    house: House, ways: tuple[str, ...]
) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client)
    administrator = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await patched(client, user, OFF)).json()["active"] is False
    assert (await patched(client, user, ON)).json()["active"] is True, "the control"
    assert (await patched(client, user, OFF)).json()["active"] is False
    for way in ways:
        assert (await administrator.post(f"/v1/accounts/{user['id']}/{way}")).status_code == 204
    problem(await patched(client, user, ON), 400, "provisioning-invalid")
    problem(await house.http.post("/v1/sessions", json=credentials), 401, "sign-in-failed")
