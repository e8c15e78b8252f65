"""Second factors and passwords through HTTP: step-up, staff who must have one, codes by e-mail, letters."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest_asyncio

from access import Role
from access.passwords import PASSWORDS
from access.service.passwords import RESETS
from tests.api.asker import Asker, Body
from tests.api.house import PASSWORD, House, fields, problem, shown
from tests.api.letters import code_for, letters
from tests.api.members import Member, bearing, member, status
from tests.api.opening import worker

CHALLENGE = 'Bearer error="insufficient_user_authentication"'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def jane(house: House) -> AsyncIterator[Member]:
    """Lend an HCP who signs in and out."""
    yield await member(house)


async def enrolled(house: House, who: Member) -> tuple[Body, str]:
    """Give somebody an authenticator; return tokens of a session and the secret."""
    tokens = await who.tokens()
    answer = await house.http.post("/v1/me/authenticator", headers=bearing(tokens))
    assert answer.status_code == 200, answer.text
    secret = answer.json()["secret"]
    otp = {"otp": shown(secret, house.clock.now())}
    answer = await house.http.post("/v1/me/authenticator/confirm", json=otp, headers=bearing(tokens))
    assert len(answer.json()["recovery_codes"]) == 10
    house.clock.move(timedelta(seconds=30))
    return tokens, secret


async def ask(house: House, address: str) -> httpx.Response:
    return await house.http.post("/v1/password-resets", json={"email": address})


async def test_with_an_authenticator_a_sign_in_needs_its_password_as_well(house: House) -> None:
    ana = await member(house)
    _, secret = await enrolled(house, ana)
    answer = await ana.sign_in()
    problem(answer, 401, "otp-required")
    assert [entry["reason"] for entry in await house.trail(answer)] == ["otp-missing"]
    body = {"email": ana.email, "password": PASSWORD, "otp": shown(secret, house.clock.now())}
    opened = await house.http.post("/v1/sessions", json=body)
    assert opened.status_code == 200
    problem(await house.http.post("/v1/sessions", json=body), 401, "sign-in-failed")
    lines = (await house.http.get("/v1/me/sessions", headers=bearing(opened.json()))).json()["items"]
    assert lines[0]["methods"] == ["pwd", "otp"]
    factors = await house.http.get("/v1/me/factors", headers=bearing(opened.json()))
    assert factors.json() == {"authenticator": True, "passkeys": 0, "recovery_codes_left": 10}


async def test_a_route_that_accepts_no_old_factor_says_so_and_a_fresh_proof_opens_it(house: House) -> None:
    ana = await member(house)
    tokens, secret = await enrolled(house, ana)
    house.clock.move(timedelta(seconds=271))
    renewed = await house.http.post("/v1/me/recovery-codes", headers=bearing(tokens))
    problem(renewed, 401, "factor-too-old")
    assert renewed.headers["www-authenticate"].startswith(CHALLENGE)
    assert 'max_age="300"' in renewed.headers["www-authenticate"]
    assert await status(house.http, tokens) == 200, "everything else goes on"
    proof = "/v1/sessions/current/proof"
    for wrong in ({"password": PASSWORD}, {"otp": "000000"}, {}):
        answer = await house.http.post(proof, json=wrong, headers=bearing(tokens))
        problem(answer, 401, "sign-in-failed")
        assert [entry["action"] for entry in await house.trail(answer)] == ["access:factor:refused"]
    right = {"otp": shown(secret, house.clock.now())}
    assert (await house.http.post(proof, json=right, headers=bearing(tokens))).status_code == 204
    renewed = await house.http.post("/v1/me/recovery-codes", headers=bearing(tokens))
    assert len(renewed.json()["recovery_codes"]) == 10


async def test_without_an_authenticator_the_password_is_proof_enough(house: House, jane: Member) -> None:
    tokens = await jane.tokens()
    house.clock.move(timedelta(seconds=301))
    problem(await house.http.post("/v1/me/authenticator", headers=bearing(tokens)), 401, "factor-too-old")
    wrong = await house.http.post(
        "/v1/sessions/current/proof", json={"password": "wrong horse"}, headers=bearing(tokens)
    )
    problem(wrong, 401, "sign-in-failed")
    right = await house.http.post("/v1/sessions/current/proof", json={"password": PASSWORD}, headers=bearing(tokens))
    assert right.status_code == 204
    assert (await house.http.post("/v1/me/authenticator", headers=bearing(tokens))).status_code == 200


async def test_staff_get_nothing_done_without_a_second_factor_where_one_is_required(house: House) -> None:
    sam, ana = await member(house, Role.MARKETER), await member(house)
    async with worker(house, staff_second_factor="required") as strict:
        tokens = await sam.tokens()
        problem(await strict.get("/v1/rules", headers=bearing(tokens)), 403, "second-factor-missing")
        assert (await strict.get("/v1/me", headers=bearing(tokens))).status_code == 200
        assert (await strict.get("/v1/me", headers=bearing(await ana.tokens()))).status_code == 200
        tokens, _ = await enrolled(house, sam)
        assert (await strict.get("/v1/rules", headers=bearing(tokens))).status_code == 200
    assert (await house.http.get("/v1/rules", headers=bearing(tokens))).status_code == 200


async def test_a_changed_password_ends_every_session_and_needs_the_present_one(house: House) -> None:
    ana = await member(house)
    here, there = await ana.tokens(), await ana.tokens()
    change = {"current_password": PASSWORD, "new_password": "Wacholder im leisen Moos"}
    wrong = await house.http.post("/v1/me/password", json=change | {"current_password": "wrong"}, headers=bearing(here))
    assert fields(problem(wrong, 403, "password-wrong")) == ["current_password"]
    weak = await house.http.post(
        "/v1/me/password", json=change | {"new_password": "passwordpassword"}, headers=bearing(here)
    )
    assert fields(problem(weak, 400, "account-invalid")) == ["password"]
    assert await status(house.http, here) == 200
    answer = await house.http.post("/v1/me/password", json=change, headers=bearing(here))
    assert (answer.status_code, answer.content) == (204, b"")
    assert [await status(house.http, tokens) for tokens in (here, there)] == [401, 401]
    problem(await ana.sign_in(), 401, "sign-in-failed")
    assert (await ana.sign_in(change["new_password"])).status_code == 200
    (word,) = await letters(house, ana.email)
    assert "password of your account was changed" in str(word.get_payload())
    sent = (await house.entries("access:letter:sent"))[-1]
    assert (sent["actor"], sent["detail"]) == ("system:letters", {"kind": "password-changed"})
    assert sent["subject"] == await house.database.fetchval(
        "select a.person::text from access.letter l join access.account a on a.id = l.account"
        " order by l.id desc limit 1"
    )


async def test_many_who_ask_for_one_address_at_once_fill_no_mailbox(house: House) -> None:
    ana = await member(house)
    answers = await asyncio.gather(*(ask(house, ana.email) for _ in range(15)))
    assert {answer.status_code for answer in answers} == {202}
    assert await house.count("access.letter", "account = $1 and kind = 'password-reset'", ana.account) == RESETS


async def test_who_forgot_the_password_chooses_a_new_one_with_the_code_from_a_letter(house: House) -> None:
    ana = await member(house)
    tokens = await ana.tokens()
    assert (await ask(house, ana.email.upper())).status_code == 202
    code = await code_for(house, ana.email)
    new = {"code": code, "new_password": "Wacholder im leisen Moos"}
    weak = await house.http.post("/v1/password-resets/complete", json=new | {"new_password": "short"})
    assert fields(problem(weak, 400, "account-invalid")) == ["password"]
    wrong = await house.http.post("/v1/password-resets/complete", json=new | {"code": "x" * 43})
    assert fields(problem(wrong, 422, "code-refused")) == ["code"]
    answers = await asyncio.gather(*(house.http.post("/v1/password-resets/complete", json=new) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422]
    assert await status(house.http, tokens) == 401
    assert (await ana.sign_in(new["new_password"])).status_code == 200
    stored = await house.database.fetch("select letter::text from access.letter as letter")
    assert not any(code in row[0] for row in stored), "a code that was sent can't be read any more"


async def test_only_the_newest_code_works_and_none_for_longer_than_half_an_hour(house: House) -> None:
    ana = await member(house)
    await ask(house, ana.email)
    first = await code_for(house, ana.email)
    await ask(house, ana.email)
    second = await code_for(house, ana.email)
    new = {"new_password": "Wacholder im leisen Moos"}
    path = "/v1/password-resets/complete"
    problem(await house.http.post(path, json=new | {"code": first}), 422, "code-refused")
    house.clock.move(timedelta(minutes=30))
    problem(await house.http.post(path, json=new | {"code": second}), 422, "code-refused")
    await ask(house, ana.email)
    third = await code_for(house, ana.email)
    assert (await house.http.post(path, json=new | {"code": third})).status_code == 204


async def test_a_mailbox_is_not_filled_by_a_stranger(house: House) -> None:
    ana = await member(house)
    answers = [await ask(house, ana.email) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(await letters(house, ana.email)) <= 3
    assert await house.count("access.letter", "account = $1", ana.account) == 3


async def test_an_authenticator_is_asked_for_also_after_a_reset(house: House) -> None:
    ana = await member(house)
    await enrolled(house, ana)
    await ask(house, ana.email)
    new = {"code": await code_for(house, ana.email), "new_password": "Wacholder im leisen Moos"}
    assert (await house.http.post("/v1/password-resets/complete", json=new)).status_code == 204
    problem(await ana.sign_in(new["new_password"]), 401, "otp-required")


async def test_who_asks_for_a_reset_learns_nothing(house: House, jane: Member) -> None:
    known, unknown = await ask(house, jane.email), await ask(house, f"{uuid4().hex}@clinic.example")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.headers.keys() == unknown.headers.keys()
    assert [entry["reason"] for entry in await house.trail(unknown)] == ["unknown"]
    assert [entry["outcome"] for entry in await house.trail(known)] == ["succeeded"]


async def test_of_many_wrong_passwords_at_once_no_more_are_tried_than_may_be(house: House) -> None:
    target = await member(house)
    async with worker(house, failed_sign_ins_per_minute=3) as strict:
        answers = await asyncio.gather(*(target.sign_in("wrong horse battery", strict) for _ in range(40)))
        assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 37
        house.clock.move(timedelta(minutes=1))
        assert (await target.sign_in(via=strict)).status_code == 200


async def test_who_is_sent_away_since_too_many_sign_in_has_not_failed(house: House) -> None:
    target = await member(house)
    async with worker(house, failed_sign_ins_per_minute=3) as strict:
        held = 0
        while PASSWORDS._places.acquire(blocking=False):
            held += 1
        try:
            for _ in range(4):
                busy = await target.sign_in(via=strict)
                assert "retry-after" in busy.headers
                problem(busy, 503, "sign-in-busy")
        finally:
            for _ in range(held):
                PASSWORDS._places.release()
        assert [(await target.sign_in("wrong horse battery", strict)).status_code for _ in range(4)] == [401] * 3 + [
            429
        ]


async def test_who_guesses_from_elsewhere_does_not_lock_out_the_owner_at_the_usual_place(house: House) -> None:
    owner = await member(house)
    await owner.tokens()
    async with (
        worker(house, address="203.0.113.9", failed_sign_ins_per_minute=3) as elsewhere,
        worker(house, address="198.51.100.9", failed_sign_ins_per_minute=3) as third,
        worker(house, failed_sign_ins_per_minute=3) as usual,
    ):
        wrong = [await owner.sign_in("wrong horse battery", elsewhere) for _ in range(4)]
        assert [answer.status_code for answer in wrong] == [401, 401, 401, 429]
        problem(await owner.sign_in(via=third), 429, "too-many-failed-sign-ins")
        assert (await owner.sign_in(via=usual)).status_code == 200
        for _ in range(4):
            house.clock.move(timedelta(minutes=1))
            for _ in range(3):
                await owner.sign_in("wrong horse battery", elsewhere)
        house.clock.move(timedelta(minutes=1))
        answer = await owner.sign_in("wrong horse battery", elsewhere)
        problem(answer, 429, "too-many-failed-sign-ins")
        assert int(answer.headers["retry-after"]) > 60, "who goes on for long waits for longer"
        assert (await owner.sign_in(via=usual)).status_code == 200


async def test_a_machine_has_no_second_factor_to_set_up(house: House) -> None:
    machine: Asker = await house.machine("GB")
    problem(await machine.post("/v1/me/authenticator"), 403, "permission-missing")
    assert (await machine.get("/v1/me")).status_code == 200


async def test_a_password_is_good_however_old_it_is(house: House) -> None:
    ana = await member(house)
    house.clock.move(timedelta(days=400))
    assert (await ana.sign_in()).status_code == 200
    problem(await ana.sign_in("another password that is wrong"), 401, "sign-in-failed")
