"""A company's directory, and what it and staff do until somebody is let in."""

from typing import Any

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import PASSWORD, House
from tests.api.letters import code_for
from tests.api.scim_scenes import USERS, patch, somebody


async def directory(house: House, *markets: str) -> Asker:
    return await house.machine(*(markets or ("GB",)), role=Role.PROVISIONER)


async def kept(client: Asker, **more: object) -> Body:
    answer = await client.post(USERS, somebody(**more))
    assert answer.status_code == 201, answer.text
    user: Body = answer.json()
    assert answer.headers["location"] == user["meta"]["location"]
    return user


async def patched(client: Asker, user: Body, *operations: Body) -> Any:
    return await client.ask("PATCH", f"{USERS}/{user['id']}", body=patch(*operations))


async def request_for(administrator: Asker, user: Body) -> str:
    """Return the path of what waits to be decided about somebody whom a directory named."""
    waiting = (await administrator.read("/v1/role-requests", limit=200))["items"]
    (request,) = [each["id"] for each in waiting if each["account"] == user["id"]]
    return f"/v1/role-requests/{request}"


async def opened(house: House, client: Asker, **more: object) -> tuple[Body, Body]:
    """Let a directory name somebody, a colleague agree, and the person come in; return the user and a sign-in."""
    user = await kept(client, **more)
    officer = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await officer.post(f"{await request_for(officer, user)}/approve")).status_code == 200
    address = user["emails"][0]["value"]
    code = await code_for(house, address)
    accepted = await house.http.post("/v1/invitations/accept", json={"code": code, "password": PASSWORD})
    assert accepted.is_success, accepted.text
    return user, {"email": address, "password": PASSWORD}
