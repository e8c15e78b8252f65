"""A code in a letter opens what it was written for: not what became of the account, its address or its owner since."""

from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

import access
import people
from access import LetterKind, Role
from tests.api.asker import Asker, Body
from tests.api.house import ORIGIN, PASSWORD, House, problem
from tests.api.letters import code_for, letters
from tests.api.members import Member, member
from tests.api.scim_scenes import USERS, patch, somebody

CHOSEN = "Wacholder im leisen Moos"
OTHER = "Eichelhaeher ueber dem Tal"


@pytest_asyncio.fixture(loop_scope="module")
async def administrator(house: House) -> Asker:
    """Lend an administrator of the United Kingdom who signed in a moment ago."""
    return await house.staff(Role.ADMINISTRATOR, "GB")


@pytest_asyncio.fixture(loop_scope="module")
async def directory(house: House) -> Asker:
    """Lend a directory of staff in the United Kingdom."""
    return await house.machine("GB", role=Role.PROVISIONER)


async def invited(directory: Asker, administrator: Asker) -> Body:
    """Let a directory name somebody, and a colleague agree; the invitation is written."""
    user: Body = (await directory.post(USERS, somebody())).json()
    assert (await administrator.post(await approval(administrator, user))).status_code == 200
    return user


async def approval(administrator: Asker, user: Body) -> str:
    """Return where the one request for somebody that waits is agreed to."""
    waiting = (await administrator.read("/v1/role-requests", limit=200))["items"]
    (request,) = [each["id"] for each in waiting if each["account"] == user["id"]]
    return f"/v1/role-requests/{request}/approve"


async def taken_over(house: House, directory: Asker, administrator: Asker) -> Asker:
    """Let an administrator give the directory another secret, and ask as the directory with it."""
    clients = (await administrator.read("/v1/machine-clients", limit=200))["items"]
    (client,) = [each["id"] for each in clients if each["account"] == str(directory.caller.account)]
    assert (await administrator.post(f"/v1/machine-clients/{client}/rotate", {})).status_code == 200
    return await house.sitting(directory.caller.account, Role.PROVISIONER, ["GB"], None)


async def changed(directory: Asker, user: Body, path: str, *, value: object) -> None:
    answer = await directory.ask(
        "PATCH", f"{USERS}/{user['id']}", body=patch({"op": "replace", "path": path, "value": value})
    )
    assert answer.status_code == 200, answer.text


async def accept(house: House, code: str) -> httpx.Response:
    return await house.http.post("/v1/invitations/accept", json={"code": code, "password": CHOSEN})


async def reset_code(house: House, who: Member) -> str:
    assert (await house.http.post("/v1/password-resets", json={"email": who.email})).status_code == 202
    return await code_for(house, who.email)


async def complete(house: House, code: str, password: str) -> httpx.Response:
    return await house.http.post("/v1/password-resets/complete", json={"code": code, "new_password": password})


async def test_who_was_invited_at_a_mistyped_address_comes_in_from_the_right_one_alone(
    house: House, directory: Asker, administrator: Asker
) -> None:
    user, right = await invited(directory, administrator), f"{uuid4().hex}@pharma.example"
    wrong = await code_for(house, user["emails"][0]["value"])
    await changed(directory, user, "emails", value=[{"value": right}])
    problem(await accept(house, wrong), 422, "code-refused")
    assert await letters(house, right) == [], "a colleague agreed to the other address"
    assert (await administrator.post(await approval(administrator, user))).status_code == 200
    assert (await accept(house, await code_for(house, right))).status_code == 204
    answer = await house.http.post("/v1/sessions", json={"email": right, "password": CHOSEN})
    assert answer.status_code == 200


async def test_nobody_is_invited_by_another_address_before_a_colleague_agreed(house: House, directory: Asker) -> None:
    user, right = (await directory.post(USERS, somebody())).json(), f"{uuid4().hex}@pharma.example"
    await changed(directory, user, "emails", value=[{"value": right}])
    assert await letters(house, right) == []


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("off", [True, False])
async def test_whoever_has_the_directorys_secret_does_not_take_alone_what_was_for_another_address(
    house: House, administrator: Asker, *, agreed: bool, off: bool
) -> None:
    directory, eve = await house.machine("GB", role=Role.PROVISIONER), await house.staff(Role.ADMINISTRATOR, "GB")
    user = (await directory.post(USERS, somebody(userType="compliance_officer"))).json()
    if agreed:
        assert (await administrator.post(await approval(administrator, user))).status_code == 200
    directory, hers = await taken_over(house, directory, eve), f"{uuid4().hex}@pharma.example"
    if off:
        await changed(directory, user, "active", value=False)
    await changed(directory, user, "emails", value=[{"value": hers}])
    assert await letters(house, hers) == []
    problem(await eve.post(f"/v1/accounts/{user['id']}/enable"), 404, "account-not-found")
    problem(await eve.post(await approval(eve, user)), 403, "four-eyes")
    assert (await administrator.post(await approval(administrator, user))).status_code == 200, "the control"


async def test_the_address_of_who_could_choose_a_password_is_not_moved(directory: Asker, administrator: Asker) -> None:
    user = await invited(directory, administrator)
    await changed(directory, user, "active", value=False)
    assert (await administrator.post(f"/v1/accounts/{user['id']}/enable")).status_code == 204
    moved = patch({"op": "replace", "path": "emails", "value": [{"value": f"{uuid4().hex}@pharma.example"}]})
    answer = await directory.ask("PATCH", f"{USERS}/{user['id']}", body=moved)
    assert problem(answer, 400, "provisioning-invalid")["scimType"] == "mutability"


async def test_who_was_switched_off_before_coming_in_waits_for_a_colleague_again(
    house: House, directory: Asker, administrator: Asker
) -> None:
    user, other = [await invited(directory, administrator) for _ in range(2)]
    code, working = [await code_for(house, each["emails"][0]["value"]) for each in (user, other)]
    await changed(directory, user, "active", value=False)
    await changed(directory, user, "active", value=True)
    problem(await accept(house, code), 422, "code-refused")
    assert await house.count("access.account", "id = $1 and status = 'pending'", UUID(user["id"])) == 1
    assert (await accept(house, working)).status_code == 204


async def test_a_code_for_another_password_ends_with_the_password_that_was_forgotten(house: House) -> None:
    who = await member(house)
    code = await reset_code(house, who)
    headers = {"Authorization": f"Bearer {(await who.tokens())['access_token']}"}
    change = {"current_password": PASSWORD, "new_password": CHOSEN}
    assert (await house.http.post("/v1/me/password", json=change, headers=headers)).status_code == 204
    problem(await complete(house, code, OTHER), 422, "code-refused")
    assert (await complete(house, await reset_code(house, who), OTHER)).status_code == 204
    assert (await who.sign_in(OTHER)).status_code == 200


async def test_a_code_for_another_password_ends_with_the_address_that_it_went_to(
    house: House, administrator: Asker
) -> None:
    who = await member(house)
    code, moved = await reset_code(house, who), f"{uuid4().hex}@clinic.example"
    person = await house.database.fetchval("select person from access.account where id = $1", who.account)
    answer = await administrator.ask("PATCH", f"/v1/hcps/{person}/profile", body={"email": moved})
    assert answer.status_code == 200, answer.text
    problem(await complete(house, code, OTHER), 422, "code-refused")
    who.email = moved
    assert (await complete(house, await reset_code(house, who), OTHER)).status_code == 204


async def test_no_code_changes_the_password_of_an_account_that_is_switched_off(
    house: House, administrator: Asker
) -> None:
    who = await member(house)
    before = await reset_code(house, who)
    assert (await administrator.post(f"/v1/accounts/{who.account}/disable")).status_code == 204
    meanwhile = await house.code(who.email, LetterKind.PASSWORD_RESET)
    for code in (before, meanwhile):
        problem(await complete(house, code, OTHER), 422, "code-refused")
    assert (await administrator.post(f"/v1/accounts/{who.account}/enable")).status_code == 204
    problem(await complete(house, before, OTHER), 422, "code-refused")
    assert (await complete(house, await reset_code(house, who), OTHER)).status_code == 204


async def test_who_registered_as_an_hcp_does_not_come_in_as_staff_by_that_registration(
    house: House, administrator: Asker
) -> None:
    email = f"{uuid4().hex}@clinic.example"
    who = {"name": "Dr Ada Moor", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"}
    assert (await house.http.post("/v1/registrations", json=who | {"password": PASSWORD})).status_code == 202
    registered = await code_for(house, email)
    async with house.runtime.work.begin(ORIGIN) as uow:
        person = await people.find_by_email(uow, email)
        assert person is not None
        account = await access.account_of(uow, person)
    asked = {"role": "marketer", "markets": ["GB"], "reason": "Joins the brand team."}
    request = (await administrator.post(f"/v1/accounts/{account}/role-requests", asked)).json()["id"]
    other = await house.staff(Role.ADMINISTRATOR, "GB")
    assert (await other.post(f"/v1/role-requests/{request}/approve")).status_code == 200
    problem(await house.http.post("/v1/registrations/confirm", json={"code": registered}), 422, "code-refused")
    assert (await accept(house, await code_for(house, email))).status_code == 204
    problem(await house.http.post("/v1/sessions", json={"email": email, "password": PASSWORD}), 401, "sign-in-failed")
    assert (await house.http.post("/v1/sessions", json={"email": email, "password": CHOSEN})).status_code == 200
