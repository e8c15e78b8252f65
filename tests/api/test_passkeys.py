"""Passkeys through HTTP, with a device in software: added, asked for, removed; and what is refused."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from access import Role
from tests.api.asker import Body
from tests.api.device import PRESENT, Device, octets, text
from tests.api.house import PASSWORD, House, problem, shown
from tests.api.letters import letters
from tests.api.members import Member, bearing, member, status
from tests.api.opening import worker


async def offered(house: House, tokens: Body) -> Body:
    answer = await house.http.post("/v1/me/passkeys/options", headers=bearing(tokens))
    assert answer.status_code == 200, answer.text
    options: Body = answer.json()
    return options


async def add(house: House, tokens: Body, passkey: Body) -> httpx.Response:
    return await house.http.post("/v1/me/passkeys", json={"passkey": passkey}, headers=bearing(tokens))


async def owner(house: House, role: Role = Role.HCP, algorithm: int = -7) -> tuple[Member, Device, Body]:
    """Return somebody with a passkey, the device it is in, and tokens."""
    who, device = await member(house, role), Device(algorithm)
    tokens = await who.tokens()
    answer = await add(house, tokens, device.make(await offered(house, tokens)))
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["recovery_codes"]) == 10
    return who, device, tokens


async def asked(who: Member) -> Body:
    """Give the password alone, and return what a passkey is to sign."""
    options: Body = problem(await who.sign_in(), 401, "otp-required")["passkey"]
    return options


async def open_with(who: Member, passkey: Body) -> httpx.Response:
    body = {"email": who.email, "password": PASSWORD, "passkey": passkey}
    return await who.house.http.post("/v1/sessions", json=body)


@pytest.mark.parametrize("algorithm", [-7, -8], ids=["ES256", "EdDSA"])
async def test_with_a_passkey_a_sign_in_needs_its_signature_as_well(house: House, algorithm: int) -> None:
    who, device, tokens = await owner(house, algorithm=algorithm)
    options = await asked(who)
    assert options["rpId"] == "127.0.0.1"
    assert [each["id"] for each in options["allowCredentials"]] == [text(device.id)]
    opened = await open_with(who, device.sign(options))
    assert opened.status_code == 200, opened.text
    lines = (await house.http.get("/v1/me/sessions", headers=bearing(opened.json()))).json()["items"]
    assert lines[0]["methods"] == ["pwd", "pop"]
    factors = await house.http.get("/v1/me/factors", headers=bearing(tokens))
    assert factors.json() == {"authenticator": False, "passkeys": 1, "recovery_codes_left": 10}
    mine = (await house.http.get("/v1/me/passkeys", headers=bearing(tokens))).json()["items"]
    assert [each["last_used_at"] is not None for each in mine] == [True]


async def test_options_ask_for_a_passkey_that_is_found_without_a_name_and_staff_must_be_verified(house: House) -> None:
    challenges = set()
    for role, verification in ((Role.HCP, "preferred"), (Role.MARKETER, "required")):
        who = await member(house, role)
        options = await offered(house, await who.tokens())
        assert options["authenticatorSelection"] == {
            "residentKey": "required", "requireResidentKey": True, "userVerification": verification,
        }  # fmt: skip
        assert options["rp"] == {"id": "127.0.0.1", "name": "Laurel"}
        assert options["attestation"] == "none"
        challenges |= {octets(options["challenge"]), octets((await offered(house, await who.tokens()))["challenge"])}
    assert [len(each) for each in challenges] == [32] * 4


def _origin(device: Device) -> None:
    device.origin = "https://laurel.example.evil.test"


def _domain(device: Device) -> None:
    device.domain = "evil.test"


def _absent(device: Device) -> None:
    device.flags = 0


WRONG_DEVICES = pytest.mark.parametrize("change", [_origin, _domain, _absent], ids=["origin", "domain", "nobody-there"])


@WRONG_DEVICES
async def test_a_passkey_made_for_somebody_else_or_by_nobody_is_not_added(
    house: House, change: Callable[[Device], None]
) -> None:
    who, device = await member(house), Device()
    tokens = await who.tokens()
    options = await offered(house, tokens)
    change(device)
    problem(await add(house, tokens, device.make(options)), 422, "passkey-refused")
    assert (await add(house, tokens, Device().make(options))).status_code == 200


@WRONG_DEVICES
async def test_a_signature_for_somebody_else_or_by_nobody_opens_nothing(
    house: House, change: Callable[[Device], None]
) -> None:
    who, device, _ = await owner(house)
    honest = (device.origin, device.domain, device.flags)
    change(device)
    answer = await open_with(who, device.sign(await asked(who)))
    problem(answer, 401, "sign-in-failed")
    assert [entry["reason"] for entry in await house.trail(answer)] == ["wrong-passkey"]
    device.origin, device.domain, device.flags = honest
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200


async def test_a_tampered_signature_another_kind_of_answer_and_another_sites_frame_open_nothing(house: House) -> None:
    who, device, _ = await owner(house)
    problem(await open_with(who, device.sign(await asked(who), tamper=True)), 401, "sign-in-failed")
    problem(await open_with(who, device.sign(await asked(who), type="webauthn.create")), 401, "sign-in-failed")
    problem(await open_with(who, device.sign(await asked(who), crossOrigin=True)), 401, "sign-in-failed")
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200


async def test_a_challenge_is_answered_once_and_by_one_of_many_at_the_same_moment(house: House) -> None:
    who, device, _ = await owner(house)
    signed = device.sign(await asked(who))
    answers = await asyncio.gather(*(open_with(who, signed) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401, 401]
    again = device.sign({"challenge": "AAAA"})
    problem(await open_with(who, again), 401, "sign-in-failed")


async def test_a_challenge_is_too_old_after_five_minutes(house: House) -> None:
    who, device, _ = await owner(house)
    options = await asked(who)
    house.clock.move(timedelta(seconds=301))
    problem(await open_with(who, device.sign(options)), 401, "sign-in-failed")
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200


async def test_a_challenge_of_one_ceremony_is_no_good_for_another(house: House) -> None:
    who, device, tokens = await owner(house)
    proof = await house.http.post("/v1/sessions/current/proof/options", headers=bearing(tokens))
    problem(await open_with(who, device.sign(proof.json())), 401, "sign-in-failed")
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200


async def test_a_count_that_goes_back_is_a_copy_and_its_owner_is_told(house: House) -> None:
    who, device, _ = await owner(house)
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200
    device.count -= 1
    problem(await open_with(who, device.sign(await asked(who))), 401, "sign-in-failed")
    assert any("seems to be a copy" in str(letter.get_payload()) for letter in await letters(house, who.email))
    device.count += 1
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200


async def test_another_persons_passkey_opens_nothing_and_is_nobody_elses(house: House) -> None:
    (jane, hers, _), (ana, own, tokens) = await owner(house), await owner(house)
    problem(await open_with(ana, hers.sign(await asked(ana))), 401, "sign-in-failed")
    mixed = own.sign(await asked(jane))
    problem(await open_with(ana, mixed), 401, "sign-in-failed")
    stolen = own.sign(await asked(ana))
    stolen["response"]["userHandle"] = hers.handle
    problem(await open_with(ana, stolen), 401, "sign-in-failed")
    problem(await add(house, tokens, hers.make(await offered(house, tokens))), 409, "passkey-exists")
    assert (await open_with(ana, own.sign(await asked(ana)))).status_code == 200


async def test_staff_must_have_been_verified_by_their_device_and_hcps_need_not(house: House) -> None:
    for role, expected in ((Role.MARKETER, 401), (Role.HCP, 200)):
        who, device, tokens = await owner(house, role)
        device.flags = PRESENT
        assert (await open_with(who, device.sign(await asked(who)))).status_code == expected
        unverified = Device()
        unverified.flags = PRESENT
        answer = await add(house, tokens, unverified.make(await offered(house, tokens)))
        assert answer.status_code == (422 if expected == 401 else 200)


async def test_staff_who_need_a_second_factor_have_one_in_a_passkey(house: House) -> None:
    sam = await member(house, Role.MARKETER)
    async with worker(house, staff_second_factor="required") as strict:
        tokens = await sam.tokens()
        problem(await strict.get("/v1/rules", headers=bearing(tokens)), 403, "second-factor-missing")
        answer = await strict.post("/v1/me/passkeys/options", headers=bearing(tokens))
        passkey = {"passkey": Device().make(answer.json())}
        assert (await strict.post("/v1/me/passkeys", json=passkey, headers=bearing(tokens))).status_code == 200
        assert (await strict.get("/v1/rules", headers=bearing(tokens))).status_code == 200


async def test_a_passkey_is_proof_enough_for_a_route_that_accepts_no_old_factor(house: House) -> None:
    _, device, tokens = await owner(house)
    house.clock.move(timedelta(seconds=301))
    problem(await house.http.post("/v1/me/recovery-codes", headers=bearing(tokens)), 401, "factor-too-old")
    asking = await house.http.post("/v1/sessions/current/proof/options", headers=bearing(tokens))
    proof = "/v1/sessions/current/proof"
    forged = {"passkey": device.sign(asking.json(), tamper=True)}
    problem(await house.http.post(proof, json=forged, headers=bearing(tokens)), 401, "sign-in-failed")
    problem(await house.http.post(proof, json={"password": PASSWORD}, headers=bearing(tokens)), 401, "sign-in-failed")
    asking = await house.http.post("/v1/sessions/current/proof/options", headers=bearing(tokens))
    right = {"passkey": device.sign(asking.json())}
    assert (await house.http.post(proof, json=right, headers=bearing(tokens))).status_code == 204
    assert (await house.http.post("/v1/me/recovery-codes", headers=bearing(tokens))).status_code == 200


async def test_adding_and_removing_a_passkey_ends_other_sessions_and_is_told(house: House) -> None:
    who, _, here = await owner(house)
    (mine,) = (await house.http.get("/v1/me/passkeys", headers=bearing(here))).json()["items"]
    gone = await house.http.delete(f"/v1/me/passkeys/{mine['id']}", headers=bearing(here))
    assert gone.status_code == 204
    again = await house.http.delete(f"/v1/me/passkeys/{mine['id']}", headers=bearing(here))
    problem(again, 404, "passkey-not-found")
    there = await who.tokens()
    factors = await house.http.get("/v1/me/factors", headers=bearing(there))
    assert factors.json() == {"authenticator": False, "passkeys": 0, "recovery_codes_left": 0}
    assert (await add(house, here, Device().make(await offered(house, here)))).status_code == 200
    assert [await status(house.http, tokens) for tokens in (here, there)] == [200, 401]
    words = " ".join(str(letter.get_payload()) for letter in await letters(house, who.email))
    assert "passkey was added" in words
    assert "passkey was removed" in words


async def test_a_recovery_code_opens_where_the_passkey_is_lost_and_outlives_the_other_factor(house: House) -> None:
    who, device, tokens = await owner(house)
    answer = await house.http.post("/v1/me/authenticator", headers=bearing(tokens))
    otp = {"otp": shown(answer.json()["secret"], house.clock.now())}
    confirmed = await house.http.post("/v1/me/authenticator/confirm", json=otp, headers=bearing(tokens))
    codes = confirmed.json()["recovery_codes"]
    assert (await house.http.delete("/v1/me/authenticator", headers=bearing(tokens))).status_code == 204
    body = {"email": who.email, "password": PASSWORD, "otp": codes[0]}
    assert (await house.http.post("/v1/sessions", json=body)).status_code == 200
    problem(await house.http.post("/v1/sessions", json=body), 401, "sign-in-failed")
    assert (await open_with(who, device.sign(await asked(who)))).status_code == 200
