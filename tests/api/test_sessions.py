"""Signing in, staying signed in, signing out: in force at once, on every worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

import access
from access import Role
from tests.access.builders import within
from tests.api.asker import Body
from tests.api.house import ORIGIN, PASSWORD, House, fields, problem
from tests.api.members import Member, bearing, member, status
from tests.api.opening import worker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def jane(house: House) -> AsyncIterator[Member]:
    """Lend an HCP who signs in and out."""
    yield await member(house)


async def test_whoever_signs_in_gets_tokens_that_open(house: House, jane: Member) -> None:
    answer = await jane.sign_in()
    tokens = answer.json()
    assert (answer.status_code, tokens["token_type"], tokens["expires_in"]) == (200, "Bearer", 600)
    me = await house.http.get("/v1/me", headers=bearing(tokens))
    assert me.json()["email"] == jane.email
    (entry,) = await house.trail(answer)
    assert (entry["action"], entry["outcome"], entry["resource"]) == (
        "access:session:started",
        "succeeded",
        f"account:{jane.account}",
    )
    shouted = await house.http.post("/v1/sessions", json={"email": jane.email.upper(), "password": PASSWORD})
    assert shouted.status_code == 200
    house.clock.move(timedelta(seconds=599))
    assert await status(house.http, tokens) == 200
    house.clock.move(timedelta(seconds=1))
    assert await status(house.http, tokens) == 401


async def test_a_machine_signs_in_with_its_secret_and_gets_no_refresh_token(house: House) -> None:
    async with house.runtime.work.begin(ORIGIN) as uow:
        client = await access.create_machine_client(uow, "webinar platform", ["GB"])
    credentials = {"client_id": client.client_id, "client_secret": client.client_secret}
    tokens = (await house.http.post("/v1/sessions", json=credentials)).json()
    assert tokens["refresh_token"] is None
    assert (await house.http.get("/v1/me", headers=bearing(tokens))).json()["role"] == "learning_system"
    for wrong in ({"client_secret": "x" * 43}, {"client_id": str(uuid4())}, {"client_id": "no id"}):
        problem(await house.http.post("/v1/sessions", json=credentials | wrong), 401, "sign-in-failed")


async def test_a_refused_sign_in_tells_nobody_which_part_was_wrong(house: House, jane: Member) -> None:
    gone = await member(house)
    async with house.runtime.work.begin(ORIGIN) as uow:
        await access.disable_account(uow, gone.account)
    nobody = Member(house, "nobody@clinic.example", gone.account)
    answers = [await jane.sign_in("wrong horse battery staple"), await gone.sign_in(), await nobody.sign_in()]
    bodies = [problem(answer, 401, "sign-in-failed") | {"request_id": None} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    reasons = [[entry["reason"] for entry in await house.trail(answer)] for answer in answers]
    assert reasons == [["wrong-secret"], ["disabled"], ["unknown"]]
    assert not await house.entries(nobody.email), "what somebody typed is not written down"
    assert (await jane.sign_in()).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "jane@clinic.example"}, "password"),
        ({"client_id": "x"}, "email"),
        ({"email": "a@b.example", "password": "x", "client_id": "x", "client_secret": "x"}, "password"),
        ({"email": 5, "password": "x"}, "email"),
        ({"email": "a@b.example", "password": "x", "role": "administrator"}, "role"),
        ({"email": "a@b.example\0", "password": "x"}, "email"),
        ({"email": "a@b.example", "password": "\ud800"}, "password"),
    ],
)
async def test_credentials_that_are_none_are_a_problem_that_names_the_field(
    house: House, body: Body, field: str
) -> None:
    answer = await house.http.post(
        "/v1/sessions", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert fields(problem(answer, 400, "invalid-request")) == [field]


async def test_a_refresh_token_is_used_once_and_its_reuse_ends_the_session(house: House, jane: Member) -> None:
    first = await jane.tokens()
    async with worker(house) as other:
        second = (await other.post("/v1/sessions/refresh", json={"refresh_token": first["refresh_token"]})).json()
        assert second["refresh_token"] != first["refresh_token"]
        assert [await status(via, second) for via in (house.http, other)] == [200, 200]
        again = await house.http.post("/v1/sessions/refresh", json={"refresh_token": first["refresh_token"]})
        assert again.json()["refresh_token"] == second["refresh_token"], "a repeat within seconds is no theft"
        house.clock.move(timedelta(seconds=11))
        stolen = await other.post("/v1/sessions/refresh", json={"refresh_token": first["refresh_token"]})
        problem(stolen, 401, "sign-in-failed")
        assert [entry["action"] for entry in await house.trail(stolen)] == ["access:refresh:reused"]
        assert [await status(via, tokens) for via in (house.http, other) for tokens in (first, second)] == [401] * 4
    dead = await house.http.post("/v1/sessions/refresh", json={"refresh_token": second["refresh_token"]})
    problem(dead, 401, "sign-in-failed")
    problem(await house.http.post("/v1/sessions/refresh", json={"refresh_token": "x"}), 401, "sign-in-failed")


async def test_a_session_ends_after_twelve_hours_however_often_it_is_refreshed(house: House, jane: Member) -> None:
    tokens = await jane.tokens()
    for _ in range(13):
        house.clock.move(timedelta(minutes=55))
        answer = await house.http.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        tokens = answer.json()
        assert answer.status_code == 200
    assert tokens["expires_in"] == 300, "no token outlives its session"
    house.clock.move(timedelta(minutes=5))
    answer = await house.http.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    problem(answer, 401, "sign-in-failed")
    assert await status(house.http, tokens) == 401


@pytest.mark.parametrize("flushed", [False, True])
async def test_signing_out_is_in_force_at_once_on_every_worker(house: House, jane: Member, *, flushed: bool) -> None:
    leaving, staying = await jane.tokens(), await jane.tokens()
    async with worker(house) as first, worker(house) as second:
        for via in (first, second):
            assert [await status(via, tokens) for tokens in (leaving, staying)] == [200, 200]
        answer = await first.delete("/v1/sessions/current", headers=bearing(leaving))
        assert (answer.status_code, answer.content) == (204, b"")
        if flushed:
            await house.runtime.cache.client.flushdb()
        for via in (second, first):
            refused = await via.get("/v1/me", headers=bearing(leaving))
            problem(refused, 401, "token-refused")
            assert await status(via, staying) == 200, "another session of the same account goes on"
    refused = await house.http.post("/v1/sessions/refresh", json={"refresh_token": leaving["refresh_token"]})
    problem(refused, 401, "sign-in-failed")


async def test_a_disabled_account_is_out_at_once_on_every_worker(house: House) -> None:
    mallory = await member(house)
    tokens = await mallory.tokens()
    async with worker(house) as other:
        assert [await status(via, tokens) for via in (house.http, other)] == [200, 200]
        async with house.runtime.work.begin(ORIGIN) as uow:
            await access.disable_account(uow, mallory.account)
        assert [await status(via, tokens) for via in (house.http, other)] == [401, 401]
        problem(await mallory.sign_in(via=other), 401, "sign-in-failed")
        async with house.runtime.work.begin(ORIGIN) as uow:
            await access.enable_account(uow, mallory.account)
        assert await status(other, tokens) == 401, "what has ended stays ended"
        assert (await mallory.sign_in(via=other)).status_code == 200


async def test_a_changed_role_counts_at_once_and_what_the_old_token_claims_does_not(house: House) -> None:
    sam = await member(house, Role.MARKETER)
    before = await sam.tokens()
    assert (await house.http.get("/v1/rules", headers=bearing(before))).status_code == 200
    async with house.runtime.work.begin(ORIGIN) as uow:
        await access.change_role(uow, sam.account, Role.MEDICAL_REVIEWER, within("GB"))
    assert (await house.http.get("/v1/rules", headers=bearing(before))).status_code == 401
    after = await sam.tokens()
    problem(await house.http.get("/v1/rules", headers=bearing(after)), 403, "permission-missing")
    draft = await house.item(approved=False)
    approved = await house.http.post(f"/v1/content/{draft}/approve", headers=bearing(after))
    assert approved.json()["state"] == "approved"


async def test_guessing_is_slowed_down_for_the_account_and_for_nobody_else(house: House, jane: Member) -> None:
    target = await member(house)
    async with (
        worker(house, failed_sign_ins_per_minute=3) as first,
        worker(house, failed_sign_ins_per_minute=3) as second,
    ):
        for via in (first, second, first):
            problem(await target.sign_in("wrong horse battery staple", via), 401, "sign-in-failed")
        for via in (first, second):
            answer = await target.sign_in(PASSWORD, via)
            problem(answer, 429, "too-many-failed-sign-ins")
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert [entry["decision"] for entry in await house.trail(answer)] == ["refused"]
        assert (await jane.sign_in(via=first)).status_code == 200
        house.clock.move(timedelta(minutes=1))
        assert (await target.sign_in(via=second)).status_code == 200


async def test_guessing_many_accounts_from_one_network_is_slowed_down(house: House, jane: Member) -> None:
    house.clock.move(timedelta(minutes=1))
    async with worker(house, failed_sign_ins_per_minute=1) as strict:
        guesses = [Member(house, f"{uuid4().hex}@clinic.example", jane.account) for _ in range(11)]
        answers = [await guess.sign_in(via=strict) for guess in guesses]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    house.clock.move(timedelta(minutes=1))
    assert (await jane.sign_in()).status_code == 200


async def test_many_who_sign_in_at_once_all_get_in(jane: Member) -> None:
    answers = await asyncio.gather(*(jane.sign_in() for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["refresh_token"] for answer in answers}) == 8


async def test_somebody_sees_where_they_are_signed_in_and_ends_a_session_elsewhere(house: House) -> None:
    jane, john = await member(house), await member(house)
    here, there, johns = await jane.tokens(), await jane.tokens(), await john.tokens()
    lines = (await house.http.get("/v1/me/sessions", headers=bearing(here))).json()["items"]
    assert [line["current"] for line in lines] == [False, True]
    assert (lines[0]["address"], lines[0]["methods"]) == ("127.0.0.0/24", ["pwd"])
    (other,) = (await house.http.get("/v1/me/sessions", headers=bearing(johns))).json()["items"]
    path = f"/v1/me/sessions/{other['id']}"
    problem(await house.http.delete(path, headers=bearing(here)), 404, "session-not-found")
    assert await status(house.http, johns) == 200
    async with worker(house) as second:
        assert await status(second, there) == 200
        gone = await house.http.delete(f"/v1/me/sessions/{lines[0]['id']}", headers=bearing(here))
        assert gone.status_code == 204
        assert [await status(second, tokens) for tokens in (there, here)] == [401, 200]
    again = await jane.tokens()
    assert (await house.http.delete("/v1/me/sessions", headers=bearing(here))).status_code == 204
    assert [await status(house.http, tokens) for tokens in (again, here, johns)] == [401, 200, 200]


async def test_whose_refresh_token_was_stolen_reads_it_after_signing_in_again(house: House) -> None:
    jane = await member(house)
    tokens = await jane.tokens()
    for _ in range(2):
        await house.http.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        house.clock.move(timedelta(seconds=11))
    (alert,) = (await house.http.get("/v1/me/alerts", headers=bearing(await jane.tokens()))).json()["items"]
    assert (alert["kind"], alert["address"]) == ("refresh-token-reused", "127.0.0.0/24")


async def test_who_ends_sessions_elsewhere_has_shown_who_they_are_lately(house: House) -> None:
    jane = await member(house)
    here, there = await jane.tokens(), await jane.tokens()
    (other,) = [
        each["id"]
        for each in (await house.http.get("/v1/me/sessions", headers=bearing(here))).json()["items"]
        if not each["current"]
    ]
    house.clock.move(timedelta(seconds=900))
    body = [{"refresh_token": each["refresh_token"]} for each in (here, there)]
    here, there = [(await house.http.post("/v1/sessions/refresh", json=each)).json() for each in body]
    house.clock.move(timedelta(seconds=1))
    for path in ("/v1/me/sessions", f"/v1/me/sessions/{other}"):
        problem(await house.http.delete(path, headers=bearing(here)), 401, "factor-too-old")
    assert await status(house.http, there) == 200
    proof = await house.http.post("/v1/sessions/current/proof", json={"password": PASSWORD}, headers=bearing(here))
    assert proof.status_code == 204, proof.text
    assert (await house.http.delete(f"/v1/me/sessions/{other}", headers=bearing(here))).status_code == 204
    assert await status(house.http, there) == 401
