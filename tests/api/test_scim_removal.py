"""Whom a directory deletes is out, and whom it names again for the same work is the same person."""

from collections.abc import AsyncIterator

import pytest_asyncio

from access import Role
from kernel.settings import Settings
from tests.api.asker import Body
from tests.api.directories import directory, kept, opened, request_for
from tests.api.house import House, problem
from tests.api.opening import served_house
from tests.api.scim_scenes import USERS, somebody


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """The application behind a real server."""
    async with served_house(settings, migrated_url) as started:
        yield started


def named(user: Body, **more: object) -> Body:
    """Return how a directory names the same person anew."""
    return somebody(**{"userName": user["userName"], "emails": user["emails"]} | more)


async def test_whom_a_directory_removes_is_out_and_gone_from_it(house: House) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client)
    assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    problem(await client.get(f"{USERS}/{user['id']}"), 404, "provisioned-user-not-found")
    problem(await client.ask("DELETE", f"{USERS}/{user['id']}"), 404, "provisioned-user-not-found")
    problem(await house.http.post("/v1/sessions", json=credentials), 401, "sign-in-failed")
    assert (await client.read(USERS))["totalResults"] == 0


async def test_whom_a_directory_names_again_comes_in_as_before(house: House) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client)
    assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    again = await client.post(USERS, named(user, displayName="Meret Oppen"))
    assert (again.status_code, again.json()["id"], again.json()["active"]) == (201, user["id"], True)
    assert again.json()["displayName"] == "Meret Oppen"
    assert (await client.read(USERS))["totalResults"] == 1
    assert (await house.http.post("/v1/sessions", json=credentials)).status_code == 200
    problem(await client.post(USERS, named(user)), 409, "person-exists")


async def test_who_was_never_let_in_waits_to_be_agreed_to_when_named_again(house: House) -> None:
    client = await directory(house)
    user = await kept(client)
    officer = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await officer.post(f"{await request_for(officer, user)}/reject")).status_code == 200
    assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    assert (await client.post(USERS, named(user))).status_code == 201
    assert await house.count("access.account", "id = $1 and status = 'pending'", user["id"]) == 1
    assert await request_for(officer, user)


async def test_nobody_else_and_nothing_else_is_taken_back(house: House) -> None:
    client, other = await directory(house), await directory(house)
    user, credentials = await opened(house, client)
    administrator = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await administrator.post(f"/v1/accounts/{user['id']}/disable")).status_code == 204
    assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    problem(await other.post(USERS, named(user)), 409, "person-exists")
    problem(await client.post(USERS, named(user, userType="administrator")), 409, "person-exists")
    switched_on = problem(await client.post(USERS, named(user)), 400, "provisioning-invalid")
    assert switched_on["scimType"] == "mutability"
    problem(await house.http.post("/v1/sessions", json=credentials), 401, "sign-in-failed")
    assert (await client.post(USERS, named(user, active=False))).status_code == 201


async def test_whom_staff_switched_on_again_is_no_longer_the_directorys(house: House) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client)
    assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    administrator = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await administrator.post(f"/v1/accounts/{user['id']}/enable")).status_code == 204
    problem(await client.post(USERS, named(user)), 409, "person-exists")
    assert (await house.http.post("/v1/sessions", json=credentials)).status_code == 200
