"""How people come in: nobody unconfirmed, no role by one person alone, and an address that tells nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import PASSWORD, House, fields, problem
from tests.api.letters import code_for, letters
from tests.api.members import Member, bearing, member

CHOSEN = "Wacholder im leisen Moos"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def administrators(house: House) -> AsyncIterator[tuple[Asker, Asker]]:
    """Lend two administrators of the United Kingdom."""
    yield await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.ADMINISTRATOR, "GB")


def somebody(**changed: str) -> Body:
    email = f"{uuid4().hex}@clinic.example"
    who = {"name": "Dr Ada Moor", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"}
    return who | {"password": PASSWORD} | changed


def invited(**changed: object) -> Body:
    who: Body = {**somebody(), "role": "marketer", "markets": ["GB"], "reason": "Joins the brand team."}
    del who["password"]
    return who | changed


async def register(house: House, who: Body) -> httpx.Response:
    return await house.http.post("/v1/registrations", json=who)


async def confirm(house: House, code: str) -> httpx.Response:
    return await house.http.post("/v1/registrations/confirm", json={"code": code})


async def sign_in(house: House, who: Body, password: str = PASSWORD) -> httpx.Response:
    return await house.http.post("/v1/sessions", json={"email": who["email"], "password": password})


async def test_who_registers_is_let_in_when_the_address_was_confirmed_and_not_before(house: House) -> None:
    who = somebody()
    assert (await register(house, who)).status_code == 202
    problem(await sign_in(house, who), 401, "sign-in-failed")
    code = await code_for(house, who["email"])
    problem(await confirm(house, "x" * 43), 422, "code-refused")
    answers = await asyncio.gather(*(confirm(house, code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]
    tokens = (await sign_in(house, who)).json()
    me = (await house.http.get("/v1/me", headers=bearing(tokens))).json()
    assert (me["role"], me["markets"], me["email"]) == ("hcp", ["GB"], who["email"])


async def test_who_registers_with_a_known_address_gets_the_same_answer_and_its_owner_is_told(house: House) -> None:
    known = await member(house)
    fresh = await register(house, somebody())
    again = await register(house, somebody(email=known.email))
    assert (again.status_code, again.json()) == (fresh.status_code, fresh.json())
    assert again.headers.keys() == fresh.headers.keys()
    (word,) = await letters(house, known.email)
    assert "tried to register" in str(word.get_payload())
    assert (await known.sign_in()).status_code == 200, "nothing of the account has changed"


@pytest.mark.parametrize("thief_first", [True, False])
async def test_of_two_who_register_one_address_each_letter_opens_with_its_own_password(
    house: House, *, thief_first: bool
) -> None:
    who, thief = somebody(), {"password": "a thief chose these words"}
    codes = []
    for changed in (thief, {}) if thief_first else ({}, thief):
        assert (await register(house, who | changed)).status_code == 202
        codes.append(await code_for(house, who["email"]))
    own, foreign = reversed(codes) if thief_first else codes
    assert (await confirm(house, own)).status_code == 204
    problem(await sign_in(house, who, thief["password"]), 401, "sign-in-failed")
    assert (await sign_in(house, who)).status_code == 200
    problem(await confirm(house, foreign), 422, "code-refused")


async def test_nobody_gets_many_letters_because_strangers_type_their_address(house: House) -> None:
    known, who = await member(house), somebody()
    for _ in range(8):
        assert (await register(house, who)).status_code == 202
        assert (await register(house, somebody(email=known.email))).status_code == 202
    assert [len(await letters(house, email)) for email in (who["email"], known.email)] == [5, 5]
    house.clock.move(timedelta(hours=1))
    await register(house, who)
    assert len(await letters(house, who["email"])) == 6, "the next hour, one more"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"password": "passwordpassword"}, "password"), ({"market": "UK"}, "market"), ({"email": "ada"}, "email")],
)
async def test_a_registration_that_can_not_be_says_which_field(
    house: House, changed: dict[str, str], field: str
) -> None:
    answer = await register(house, somebody(**changed))
    assert answer.status_code == 400
    assert fields(answer.json()) == [field]


@pytest.mark.parametrize(
    ("field", "wrong"), [("zone", "Nowhere/Nothing"), ("market", "ZZ"), ("name", " "), ("locale", "!!")]
)
async def test_what_is_wrong_with_a_registration_does_not_tell_whose_address_is_known(
    house: House, field: str, wrong: str
) -> None:
    known = await member(house)
    bodies = []
    for email in (known.email, f"{uuid4().hex}@clinic.example"):
        refused = await register(house, somebody(email=email, **{field: wrong}))
        assert fields(problem(refused, 400, "person-invalid")) == [field]
        bodies.append({name: value for name, value in refused.json().items() if name != "request_id"})
    assert bodies[0] == bodies[1]


async def test_staff_are_invited_by_two_and_choose_a_password_themselves(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    first, second = administrators
    who = invited()
    proposed = await first.post("/v1/invitations", who)
    assert proposed.status_code == 201, proposed.text
    path = f"/v1/role-requests/{proposed.json()['id']}/approve"
    assert await letters(house, who["email"]) == []
    problem(await first.post(path), 403, "four-eyes")
    assert (await second.post(path)).status_code == 200
    problem(await second.post(path), 404, "role-request-not-found")
    acceptance = {"code": await code_for(house, who["email"]), "password": CHOSEN}
    problem(await sign_in(house, who, CHOSEN), 401, "sign-in-failed")
    weak = await house.http.post("/v1/invitations/accept", json=acceptance | {"password": "aaaaaaaaaaaa"})
    assert fields(problem(weak, 400, "account-invalid")) == ["password"]
    assert (await house.http.post("/v1/invitations/accept", json=acceptance)).status_code == 204
    problem(await house.http.post("/v1/invitations/accept", json=acceptance), 422, "code-refused")
    tokens = (await sign_in(house, who, CHOSEN)).json()
    assert (await house.http.get("/v1/me", headers=bearing(tokens))).json()["role"] == "marketer"


async def test_a_role_is_given_by_two_and_whoever_gets_it_signs_in_again(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    first, second = administrators
    sam = await member(house, Role.MARKETER)
    tokens = await sam.tokens()
    asked = {"role": "compliance_officer", "markets": ["GB"], "reason": "Moves to compliance."}
    path = f"/v1/accounts/{sam.account}/role-requests"
    request = (await first.post(path, asked)).json()
    problem(await second.post(path, asked), 409, "role-request-open")
    listed = (await second.read("/v1/role-requests", limit=200))["items"]
    assert request["id"] in [each["id"] for each in listed]
    stranger = await house.staff(Role.ADMINISTRATOR, "FR")
    assert request["id"] not in [each["id"] for each in (await stranger.read("/v1/role-requests"))["items"]]
    problem(await stranger.post(f"/v1/role-requests/{request['id']}/approve"), 404, "role-request-not-found")
    assert (await house.http.get("/v1/rules", headers=bearing(tokens))).status_code == 200, "nothing has changed yet"
    approved = await second.post(f"/v1/role-requests/{request['id']}/approve")
    assert approved.status_code == 200
    actions = {entry["action"] for entry in await house.trail(approved)}
    assert {"access:request:approved", "access:role:changed"} <= actions
    problem(await house.http.get("/v1/me", headers=bearing(tokens)), 401, "token-refused")
    assert (await house.http.get("/v1/me", headers=bearing(await sam.tokens()))).json()["role"] == "compliance_officer"


async def test_a_refused_request_changes_nothing_and_another_can_follow(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    first, second = administrators
    sam: Member = await member(house, Role.MARKETER)
    tokens = await sam.tokens()
    asked = {"role": "administrator", "markets": ["GB"], "reason": "Wants more."}
    path = f"/v1/accounts/{sam.account}/role-requests"
    request = (await first.post(path, asked)).json()
    assert (await second.post(f"/v1/role-requests/{request['id']}/reject")).status_code == 200
    assert (await house.http.get("/v1/me", headers=bearing(tokens))).json()["role"] == "marketer"
    assert (await first.post(path, asked)).status_code == 201


async def test_nobody_decides_about_a_role_of_their_own(house: House, administrators: tuple[Asker, Asker]) -> None:
    first, second = administrators
    asked = {"role": "compliance_officer", "markets": ["GB"], "reason": "Helps out."}
    request = (await first.post(f"/v1/accounts/{second.caller.account}/role-requests", asked)).json()
    problem(await second.post(f"/v1/role-requests/{request['id']}/approve"), 403, "four-eyes")
    third = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    assert (await third.post(f"/v1/role-requests/{request['id']}/reject")).status_code == 200


async def test_nobody_gives_away_markets_that_they_do_not_have(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    first, _ = administrators
    for markets in (["FR"], ["*"], ["GB", "DE"]):
        problem(await first.post("/v1/invitations", invited(markets=markets)), 403, "outside-scope")
    assert fields(problem(await first.post("/v1/invitations", invited(market="FR")), 403, "outside-scope")) == [
        "market"
    ]
    for role in ("hcp", "learning_system", "witness"):
        assert fields(problem(await first.post("/v1/invitations", invited(role=role)), 400, "account-invalid")) == [
            "role"
        ]
    assert (await first.post("/v1/invitations", invited())).status_code == 201
    everywhere = await house.staff(Role.ADMINISTRATOR)
    assert (await everywhere.post("/v1/invitations", invited(markets=["*"]))).status_code == 201


async def test_who_does_not_answer_for_all_that_somebody_has_does_not_change_it(house: House) -> None:
    asking, narrow, wide = [await house.staff(Role.ADMINISTRATOR, *markets) for markets in ((), ("GB",), ("GB", "FR"))]
    asked = {"role": "marketer", "markets": ["GB"], "reason": "Works at home alone."}
    for markets, seen in ((("GB", "FR"), False), (("GB",), True)):
        sam = await house.staff(Role.MARKETER, *markets)
        request = (await asking.post(f"/v1/accounts/{sam.caller.account}/role-requests", asked)).json()["id"]
        waiting = (await narrow.read("/v1/role-requests", limit=200))["items"]
        assert (request in [each["id"] for each in waiting]) is seen
        path = f"/v1/role-requests/{request}"
        if not seen:
            for word in ("approve", "reject"):
                problem(await narrow.post(f"{path}/{word}"), 404, "role-request-not-found")
            assert request in [each["id"] for each in (await wide.read("/v1/role-requests", limit=200))["items"]]
        assert (await (narrow if seen else wide).post(f"{path}/approve")).status_code == 200


async def test_an_account_is_switched_off_and_on_by_others_and_never_by_its_owner(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    first, second = administrators
    sam = await member(house, Role.MARKETER)
    tokens = await sam.tokens()
    path = f"/v1/accounts/{sam.account}"
    assert (await first.post(f"{path}/disable")).status_code == 204
    problem(await house.http.get("/v1/me", headers=bearing(tokens)), 401, "token-refused")
    problem(await sam.sign_in(), 401, "sign-in-failed")
    assert (await second.post(f"{path}/enable")).status_code == 204
    assert (await sam.sign_in()).status_code == 200
    problem(await first.post(f"/v1/accounts/{first.caller.account}/disable"), 403, "four-eyes")
    problem(await first.post(f"/v1/accounts/{uuid4()}/disable"), 404, "account-not-found")
    waiting = (await first.post("/v1/invitations", invited())).json()
    problem(await second.post(f"/v1/accounts/{waiting['account']}/enable"), 404, "account-not-found")


async def test_who_needs_nobodys_agreement_is_switched_on_without_a_password(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    for somebody in (await house.hcp(), await house.machine("GB")):
        path = f"/v1/accounts/{somebody.caller.account}"
        assert (await administrators[0].post(f"{path}/disable")).status_code == 204
        assert (await administrators[1].post(f"{path}/enable")).status_code == 204


async def test_who_decides_about_others_has_shown_who_they_are_lately(
    house: House, administrators: tuple[Asker, Asker]
) -> None:
    first, second = administrators
    request = (await first.post("/v1/invitations", invited())).json()
    house.clock.move(timedelta(seconds=901))
    path = f"/v1/role-requests/{request['id']}/approve"
    answer = await second.post(path)
    problem(answer, 401, "factor-too-old")
    assert 'max_age="900"' in answer.headers["www-authenticate"]
    assert (await (await house.staff(Role.ADMINISTRATOR, "GB")).post(path)).status_code == 200
