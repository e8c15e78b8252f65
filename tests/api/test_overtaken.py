"""What is decided about an account counts with what became of it while the decision was on its way."""

import asyncio
import hashlib
from collections.abc import Coroutine
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from access import AccountId, LetterKind, Role
from tests.api.asker import Asker, Body
from tests.api.house import PASSWORD, House, problem, shown
from tests.api.identity_scenes import an_awaited_second
from tests.api.letters import code_for
from tests.api.members import bearing, member

OTHER = "Eichelhaeher ueber dem Tal"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def administrators(house: House) -> tuple[Asker, Asker]:
    """Lend two administrators of the United Kingdom."""
    return await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.ADMINISTRATOR, "GB")


def somebody() -> Body:
    email = f"{uuid4().hex}@clinic.example"
    return {"name": "Ada Moor", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"}


async def overtaken(
    house: House,
    account: AccountId | UUID | str,
    changed: str,
    asked: Coroutine[Any, Any, httpx.Response],
    column: Literal["status", "role"] = "status",
) -> httpx.Response:
    """Ask while another transaction gives the account this status, or this role, and return the answer."""
    async with house.database.transaction():
        change = f"update access.account set {column} = $1 where id = $2"
        await house.database.execute(change, changed, UUID(str(account)))
        asking = asyncio.create_task(asked)
        while not await house.count("pg_locks", "not granted"):
            assert not asking.done(), "it waits for who came first"
            await asyncio.sleep(0.01)
    return await asking


async def status_of(house: House, account: AccountId | UUID | str) -> str:
    return str(await house.database.fetchval("select status from access.account where id = $1", UUID(str(account))))


async def invited(administrators: tuple[Asker, Asker], who: Body) -> Body:
    """Propose somebody for the staff; nobody has agreed yet."""
    new = who | {"role": "marketer", "markets": ["GB"], "reason": "Joins the brand team."}
    request: Body = (await administrators[0].post("/v1/invitations", new)).json()
    return request


async def test_whoever_is_switched_off_while_coming_in_stays_off(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    for status, expected in (("disabled", 422), ("pending", 204)):
        who = somebody()
        request = await invited(administrators, who)
        acceptance = {"code": await house.code(who["email"], LetterKind.INVITATION), "password": OTHER}
        coming = house.http.post("/v1/invitations/accept", json=acceptance)
        answer = await overtaken(house, request["account"], status, coming)
        assert answer.status_code == expected
        assert await status_of(house, request["account"]) == ("disabled" if expected == 422 else "active")


async def test_a_registration_that_is_repeated_while_it_is_confirmed_brings_no_other_password(house: House) -> None:
    who = somebody()
    assert (await house.http.post("/v1/registrations", json=who | {"password": PASSWORD})).status_code == 202
    code = await code_for(house, who["email"])
    assert (await house.http.post("/v1/registrations/confirm", json={"code": code})).status_code == 204
    signed_in = await house.http.post("/v1/sessions", json={"email": who["email"], "password": PASSWORD})
    assert signed_in.status_code == 200
    account = UUID((await house.trail(signed_in))[0]["resource"].partition(":")[2])
    await house.database.execute("update access.account set status = 'pending' where id = $1", account)
    again = house.http.post("/v1/registrations", json=who | {"password": OTHER})
    assert (await overtaken(house, account, "active", again)).status_code == 202
    for password, expected in ((OTHER, 401), (PASSWORD, 200)):
        answer = await house.http.post("/v1/sessions", json={"email": who["email"], "password": password})
        assert answer.status_code == expected


async def test_who_comes_in_while_a_role_is_agreed_to_signs_in_again_with_it(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    for status, expected in (("active", {"access:role:changed"}), ("pending", set())):
        request = await invited(administrators, somebody())
        approving = administrators[1].post(f"/v1/role-requests/{request['id']}/approve")
        answer = await overtaken(house, request["account"], status, approving)
        assert answer.status_code == 200
        actions = {entry["action"] for entry in await house.trail(answer)}
        assert actions & {"access:role:changed"} == expected
        letters = await house.count("access.letter", "account = $1 and kind = 'invitation'", UUID(request["account"]))
        assert letters == (0 if expected else 1)


async def test_who_waits_again_at_the_moment_of_being_switched_on_waits(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    for status, expected in (("pending", 404), ("disabled", 204)):
        sam = await member(house, Role.MARKETER)
        path = f"/v1/accounts/{sam.account}"
        assert (await administrators[0].post(f"{path}/disable")).status_code == 204
        answer = await overtaken(house, sam.account, status, administrators[0].post(f"{path}/enable"))
        assert answer.status_code == expected
        if expected == 404:
            problem(answer, 404, "account-not-found")
        assert await status_of(house, sam.account) == ("pending" if expected == 404 else "active")


async def test_who_comes_in_with_a_password_alone_while_a_second_factor_is_added_is_out(house: House) -> None:
    sam = await member(house)
    tokens = bearing(await sam.tokens())
    secret = (await house.http.post("/v1/me/authenticator", headers=tokens)).json()["secret"]
    otp = {"otp": shown(secret, house.clock.now())}
    coming = (
        "insert into access.session select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*"
        " from access.session s where account = $1"
    )
    async with house.database.transaction():
        await house.database.execute("select from access.account where id = $1 for no key update", sam.account)
        await house.database.execute(coming, sam.account)
        confirming = asyncio.create_task(house.http.post("/v1/me/authenticator/confirm", json=otp, headers=tokens))
        while not await house.count("pg_locks", "not granted"):
            assert not confirming.done(), "it waits for who comes in"
            await asyncio.sleep(0.01)
    assert (await confirming).status_code == 200
    assert await house.count("access.session", "account = $1 and ended_at is null", sam.account) == 1


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        ("update access.account set role = 'compliance_officer' where id = $1", 401),
        ("delete from access.identity where account = $1", 401),
        ("select $1::uuid", 200),
    ],
)
async def test_who_shows_a_second_factor_after_a_visit_is_looked_at_again(
    house: House, meanwhile: str, expected: int
) -> None:
    second = await an_awaited_second(house)
    awaited = "select account from access.identity_attempt where attempt_hash = $1"
    account = await house.database.fetchval(awaited, hashlib.sha256(bytes.fromhex(second["attempt"])).digest())
    await house.database.execute(meanwhile, account)
    answer = await house.http.post("/v1/sessions/identity/second", json=second)
    assert answer.status_code == expected, answer.text


async def test_whoever_becomes_staff_while_their_address_is_corrected_keeps_it(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    for role, expected in (("compliance_officer", 404), ("hcp", 200)):
        known = await member(house)
        person = await house.database.fetchval("select person from access.account where id = $1", known.account)
        changed = {"email": f"{uuid4().hex}@clinic.example"}
        correcting = administrators[0].ask("PATCH", f"/v1/hcps/{person}/profile", body=changed)
        answer = await overtaken(house, known.account, role, correcting, "role")
        assert answer.status_code == expected
        if expected == 404:
            problem(answer, 404, "person-not-found")


async def test_what_somebody_asked_for_who_may_not_any_more_is_refused_and_not_agreed_to(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    for change in ("status = 'disabled'", "role = 'marketer'", "status = 'active'"):
        one, colleague = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.MARKETER, "GB")
        body = {"role": "administrator", "markets": ["GB"], "reason": "Takes over from me."}
        path = f"/v1/accounts/{colleague.caller.account}/role-requests"
        request = f"/v1/role-requests/{(await one.post(path, body)).json()['id']}"
        await house.database.execute(f"update access.account set {change} where id = $1", one.caller.account)
        answer = await administrators[1].post(f"{request}/approve")
        if "active" in change:
            assert answer.status_code == 200, "the control"
            continue
        problem(answer, 404, "role-request-not-found")
        assert (await administrators[1].post(f"{request}/reject")).status_code == 200, "nothing waits for ever"
