"""A company's directory keeps its staff (SCIM 2.0): what scim2-tester asks, who decides, and what it may not do."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest_asyncio
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from access import Role
from kernel.settings import Settings
from tests.api.directories import directory, kept, opened, patched, request_for
from tests.api.house import House, problem
from tests.api.letters import letters
from tests.api.opening import served_house
from tests.api.scim_scenes import USERS, patch, somebody


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """The application behind a real server."""
    async with served_house(settings, migrated_url) as opened:
        yield opened


async def test_a_tester_that_others_wrote_finds_nothing_wrong(house: House) -> None:
    client = await directory(house)
    headers = {"Authorization": f"Bearer {client.token}"}

    def asked() -> list[Any]:
        with httpx2.Client(base_url=f"{str(house.http.base_url).rstrip('/')}/scim/v2", headers=headers) as http:
            return check_server(SyncSCIMClient(http))

    results = await asyncio.to_thread(asked)
    wrong = [(each.title, each.reason) for each in results if each.status not in {Status.SUCCESS, Status.SKIPPED}]
    assert wrong == []
    assert sum(each.status is Status.SUCCESS for each in results) >= 35
    assert [each.title for each in results if each.status is Status.SKIPPED] == []


async def test_a_directory_proposes_a_colleague_agrees_and_the_person_comes_in(house: House) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client, externalId=uuid4().hex)
    answer = await house.http.post("/v1/sessions", json=credentials)
    assert answer.status_code == 200
    off = await patched(client, user, {"op": "Replace", "path": "active", "value": "False"})
    assert off.json()["active"] is False
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    problem(await house.http.get("/v1/me", headers=headers), 401, "token-refused")
    problem(await house.http.post("/v1/sessions", json=credentials), 401, "sign-in-failed")
    again = await patched(client, user, {"op": "replace", "value": {"active": True, "nickName": "M"}})
    assert again.json()["active"] is True
    assert (await house.http.post("/v1/sessions", json=credentials)).status_code == 200


async def test_without_a_colleagues_agreement_nobody_is_invited(house: House) -> None:
    user = await kept(await directory(house))
    assert await letters(house, user["emails"][0]["value"]) == []
    (status,) = await house.database.fetch("select status from access.account where id = $1", user["id"])
    assert status["status"] == "pending"


async def test_who_saw_the_directorys_secret_does_not_agree_to_what_it_proposes(house: House) -> None:
    holder, other = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.ADMINISTRATOR, "GB")
    new = {"name": "Directory", "markets": ["GB"], "role": "provisioner"}
    made = (await holder.post("/v1/machine-clients", new)).json()
    secret = {name: made[name] for name in ("client_id", "client_secret")}
    tokens = (await house.http.post("/v1/sessions", json=secret)).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    user = (await house.http.post(USERS, json=somebody(), headers=headers)).json()
    request = await request_for(other, user)
    problem(await holder.post(f"{request}/approve"), 403, "four-eyes")
    assert (await other.post(f"/v1/machine-clients/{made['client_id']}/rotate", {})).status_code == 200
    problem(await holder.post(f"{request}/approve"), 403, "four-eyes")  # who knew it then proposed it
    assert (await other.post(f"{request}/approve")).status_code == 200


async def test_a_directory_sees_those_alone_whom_it_keeps(house: House) -> None:
    one, other = await directory(house), await directory(house)
    user = await kept(one)
    address = f"{USERS}/{user['id']}"
    for method, body in (("GET", None), ("PUT", somebody()), ("PATCH", patch()), ("DELETE", None)):
        answer = await other.ask(method, address, body=body)
        problem(answer, 404, "provisioned-user-not-found")
    staff = await house.staff(Role.MARKETER, "GB")
    problem(await one.get(f"{USERS}/{staff.caller.account}"), 404, "provisioned-user-not-found")
    named = {"filter": f'userName eq "{user["userName"]}"'}
    assert (await other.read(USERS, **named))["totalResults"] == 0
    assert [each["id"] for each in (await one.read(USERS, **named))["Resources"]] == [user["id"]]


async def test_a_filter_finds_names_without_regard_to_case_and_no_other_filter_is_taken(house: House) -> None:
    client = await directory(house)
    user = await kept(client, externalId=f"Ext-{uuid4().hex}")
    for words in (f'USERNAME EQ "{user["userName"].upper()}"', f'externalId eq "{user["externalId"]}"'):
        assert [each["id"] for each in (await client.read(USERS, filter=words))["Resources"]] == [user["id"]]
    for words in ('userName co "a"', "userName pr", 'userName eq "a" or active eq true', "x"):
        answer = await client.get(USERS, filter=words)
        assert problem(answer, 400, "provisioning-invalid")["scimType"] == "invalidFilter"


async def test_a_page_holds_what_is_asked_for_and_names_the_whole(house: House) -> None:
    client = await directory(house)
    users = [await kept(client) for _ in range(3)]
    page = await client.read(USERS, startIndex=2, count=1, attributes="userName")
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (3, 1, 2)
    assert page["Resources"] == [{name: users[1][name] for name in ("schemas", "id", "userName")}]
    found = {"filter": f'userName eq "{users[0]["userName"]}"'}
    for asked, start, held in (
        ({"startIndex": -3, "count": 1}, 1, users[:1]),
        ({"startIndex": 0}, 1, users),
        ({"count": -1}, 1, []),
        (found, 1, users[:1]),
        (found | {"count": 0}, 1, []),
        (found | {"startIndex": 2}, 2, []),
    ):
        page, searched = await client.read(USERS, **asked), await client.post("/scim/v2/.search", asked)
        assert searched.json() == page
        assert (page["totalResults"], page["startIndex"], page["Resources"]) == (
            1 if "filter" in asked else 3,
            start,
            held,
        )


async def test_what_can_not_be_is_refused_with_the_attribute_and_changes_nothing(house: House) -> None:
    client = await directory(house)
    user = await kept(client)
    for body in (
        {"userType": "marketer"},
        somebody(userType="hcp"),
        somebody(userType="learning_system"),
        somebody(userType="witness"),
        somebody(active="maybe"),
        somebody(emails=[{"value": 7}]),
        somebody(userName="no address", emails=[]),
    ):
        assert problem(await client.post(USERS, body), 400, "provisioning-invalid")["scimType"] == "invalidValue"
    taken = await client.post(USERS, somebody(userName=user["userName"]))
    assert problem(taken, 409, "person-exists")["scimType"] == "uniqueness"
    for operation, fault in (
        ({"op": "move", "path": "active"}, "invalidSyntax"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": "password", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "userType", "value": "administrator"}, "mutability"),
        ({"op": "remove", "path": "userName"}, "invalidValue"),
        ({"op": "remove", "path": "active"}, "mutability"),
    ):
        assert problem(await patched(client, user, operation), 400, "provisioning-invalid")["scimType"] == fault
    half = await patched(client, user, {"op": "replace", "path": "displayName", "value": "X"}, {"op": "move"})
    problem(half, 400, "provisioning-invalid")
    assert await client.read(f"{USERS}/{user['id']}") == user


async def test_the_address_of_who_has_come_in_is_not_the_directorys_to_move(house: House) -> None:
    client = await directory(house)
    waiting = await kept(client)
    moved = {"op": "replace", "path": 'emails[type eq "work"].value', "value": f"{uuid4().hex}@pharma.example"}
    assert (await patched(client, waiting, moved)).json()["emails"][0]["value"] == moved["value"]
    user, _ = await opened(house, client)
    other = moved | {"value": f"{uuid4().hex}@evil.example"}
    assert problem(await patched(client, user, other), 400, "provisioning-invalid")["scimType"] == "mutability"
    renamed = await patched(client, user, {"op": "replace", "path": "displayName", "value": "Maya Moor"})
    assert renamed.json()["displayName"] == "Maya Moor"


async def test_a_directory_does_not_switch_on_whom_a_colleague_switched_off(house: House) -> None:
    client = await directory(house)
    user, credentials = await opened(house, client)
    administrator = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await administrator.post(f"/v1/accounts/{user['id']}/disable")).status_code == 204
    on = await patched(client, user, {"op": "replace", "path": "active", "value": True})
    assert problem(on, 400, "provisioning-invalid")["scimType"] == "mutability"
    assert (await client.read(f"{USERS}/{user['id']}"))["active"] is False
    problem(await house.http.post("/v1/sessions", json=credentials), 401, "sign-in-failed")


async def test_who_was_never_invited_waits_again_when_switched_on(house: House) -> None:
    client = await directory(house)
    user = await kept(client, active=False)
    assert await house.count("access.role_request", "account = $1", user["id"]) == 0
    on = await patched(client, user, {"op": "replace", "path": "active", "value": True})
    assert on.json()["active"] is True
    assert await house.count("access.role_request", "account = $1 and decided_at is null", user["id"]) == 1
    assert await house.count("access.account", "id = $1 and status = 'pending'", user["id"]) == 1


async def test_nobody_alone_switches_on_whom_a_directory_named_switched_off(house: House) -> None:
    client, one, other = (
        await directory(house),
        await house.staff(Role.ADMINISTRATOR, "GB"),
        await house.staff(Role.ADMINISTRATOR, "GB"),
    )
    off = await kept(client, userType="compliance_officer", active=False)
    rejected, agreed = await kept(client, userType="administrator"), await kept(client)
    assert (await other.post(f"{await request_for(other, rejected)}/reject")).status_code == 200
    assert (await other.post(f"{await request_for(other, agreed)}/approve")).status_code == 200
    for user in (rejected, agreed):
        assert (await client.ask("DELETE", f"{USERS}/{user['id']}")).status_code == 204
    for user in (off, rejected):
        problem(await one.post(f"/v1/accounts/{user['id']}/enable"), 404, "account-not-found")
        assert await house.count("access.account", "id = $1 and status = 'disabled'", user["id"]) == 1
    assert (await one.post(f"/v1/accounts/{agreed['id']}/enable")).status_code == 204
    asked = {"role": "marketer", "markets": ["GB"], "reason": "Joins the brand team."}
    assert (await one.post(f"/v1/accounts/{off['id']}/role-requests", asked)).status_code == 201
    problem(await one.post(f"/v1/accounts/{off['id']}/enable"), 404, "account-not-found")
    assert (await other.post(f"{await request_for(other, off)}/approve")).status_code == 200
    assert (await one.post(f"/v1/accounts/{off['id']}/enable")).status_code == 204
    roles = await house.database.fetch("select role from access.account where id = $1", off["id"])
    assert [each["role"] for each in roles] == ["marketer"]


async def test_a_directory_for_every_market_names_nobody(house: House) -> None:
    client = await house.machine(role=Role.PROVISIONER)
    problem(await client.post(USERS, somebody()), 400, "account-invalid")
    assert (await (await directory(house, "GB", "FR")).post(USERS, somebody())).status_code == 201


async def test_every_request_of_a_directory_is_in_the_trail_without_anybodys_name(house: House) -> None:
    client = await directory(house)
    made = await client.post(USERS, somebody(displayName="Undine Quell"))
    entries = await house.trail(made)
    assert "access:staff:provisioned" in {entry["action"] for entry in entries}
    assert {entry["actor"] for entry in entries} == {str(client.caller.account)}
    assert await house.entries("Undine Quell") == []
    read = await client.get(f"{USERS}/{made.json()['id']}")
    assert {"access:staff:read", "people:profile:read"} <= {entry["action"] for entry in await house.trail(read)}
    house.clock.move(timedelta(seconds=1))


async def test_what_was_decided_is_the_role_that_somebody_invited_gets(house: House) -> None:
    client = await directory(house)
    user = await kept(client, userType="administrator")
    one, other = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await one.post(f"{await request_for(one, user)}/reject")).status_code == 200
    asked = {"role": "marketer", "markets": ["GB"], "reason": "Joins the brand team."}
    again = (await one.post(f"/v1/accounts/{user['id']}/role-requests", asked)).json()["id"]
    assert (await other.post(f"/v1/role-requests/{again}/approve")).status_code == 200
    roles = await house.database.fetch("select role from access.account where id = $1", user["id"])
    assert [each["role"] for each in roles] == ["marketer"]


async def test_of_two_changes_at_once_none_is_lost(house: House) -> None:
    client = await directory(house)
    user, external = await kept(client), uuid4().hex
    await asyncio.gather(
        patched(client, user, {"op": "replace", "path": "displayName", "value": "Maya Moor"}),
        patched(client, user, {"op": "add", "path": "externalId", "value": external}),
        patched(client, user, {"op": "replace", "path": "active", "value": False}),
    )
    now = await client.read(f"{USERS}/{user['id']}")
    assert (now["displayName"], now["externalId"], now["active"]) == ("Maya Moor", external, False)
