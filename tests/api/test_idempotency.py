"""Idempotency-Key: the same request again is answered the same and creates nothing; another one is refused."""

import asyncio
import hashlib
import hmac
from uuid import uuid4

import httpx
import pytest

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import House, fields, problem
from tests.api.opening import worker


def doctor(**changed: str) -> Body:
    email = f"{uuid4().hex}@clinic.example"
    return {"name": "Dr Mara Voss", "email": email, "market": "GB", "zone": "Europe/London", "locale": "en"} | changed


async def post(asker: Asker, path: str, body: Body, key: str, via: httpx.AsyncClient | None = None) -> httpx.Response:
    return await asker.ask("POST", path, body=body, headers={"Idempotency-Key": key}, via=via)


async def test_the_same_request_again_is_answered_the_same_and_creates_nothing(house: House) -> None:
    administrator, body, key = await house.staff(Role.ADMINISTRATOR), doctor(), uuid4().hex
    first = await post(administrator, "/v1/hcps", body, key)
    people = await house.count("people.person")
    async with worker(house) as other:
        again = await post(administrator, "/v1/hcps", body, key, other)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert await house.count("people.person") == people
    assert [entry["reason"] for entry in await house.trail(again)] == ["repeated"]
    problem(await administrator.post("/v1/hcps", body), 409, "person-exists")


async def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    administrator, key = await house.staff(Role.ADMINISTRATOR), uuid4().hex
    assert (await post(administrator, "/v1/hcps", doctor(), key)).status_code == 201
    people = await house.count("people.person")
    refused = problem(await post(administrator, "/v1/hcps", doctor(), key), 422, "idempotency-key-reused")
    assert fields(refused) == ["Idempotency-Key"]
    assert await house.count("people.person") == people


async def test_what_is_kept_of_a_body_is_no_hash_that_a_guessed_password_could_be_tried_against(house: House) -> None:
    administrator, body, key = await house.staff(Role.ADMINISTRATOR), doctor(), uuid4().hex
    answer = await post(administrator, "/v1/hcps", body, key)
    sent, stored = answer.request.content, "request_hash = $1"
    assert await house.count("kernel.answer", stored, hashlib.sha256(sent).digest()) == 0
    assert await house.count("kernel.answer", stored, hmac.digest(key.encode(), sent, "sha256")) == 1, "the control"


async def test_two_at_the_same_moment_create_one_thing(house: House) -> None:
    machine, key = await house.machine(), uuid4().hex
    body = {"kind": "webinar", "title": "Statins", "locale": "en", "markets": ["GB"]}
    items = await house.count("content.item")
    async with worker(house) as other:
        vias = [None, other] * 3
        answers = await asyncio.gather(*(post(machine, "/v1/content", body, key, via) for via in vias))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 5
    assert await house.count("content.item") == items + 1
    await post(machine, "/v1/content", body, uuid4().hex)
    assert await house.count("content.item") == items + 2, "another key, another thing"


async def test_a_key_belongs_to_its_account_and_its_path(house: House) -> None:
    one, other, key = await house.machine(), await house.machine(), uuid4().hex
    body = {"kind": "webinar", "title": "Statins", "locale": "en", "markets": ["GB"]}
    made = {(await post(machine, "/v1/content", body, key)).json()["id"] for machine in (one, other)}
    assert len(made) == 2
    assert (await post(one, "/v1/hcps", doctor(), key)).status_code == 201
    paper = {"purpose": "analytics", "state": "denied", "method": "paper", "evidence": {"reference": "form 17"}}
    people = [await house.hcp(), await house.hcp()]
    for hcp in people:
        answer = await post(one, f"/v1/hcps/{hcp.person}/consents", {"consents": [paper]}, key)
        assert answer.status_code == 201
        assert "idempotent-replayed" not in answer.headers


async def test_what_was_refused_is_not_kept(house: House) -> None:
    administrator, key = await house.staff(Role.ADMINISTRATOR), uuid4().hex
    body = doctor(zone="Mars/Olympus")
    problem(await post(administrator, "/v1/hcps", body, key), 400, "person-invalid")
    assert (await post(administrator, "/v1/hcps", body | {"zone": "Europe/London"}, key)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "umlaut \xfc"])
async def test_a_key_that_is_none_is_refused(house: House, key: str) -> None:
    administrator = await house.staff(Role.ADMINISTRATOR)
    headers = httpx.Headers({b"authorization": f"Bearer {administrator.token}".encode()})
    headers.encoding = "latin-1"
    headers["idempotency-key"] = key
    answer = await house.http.post("/v1/hcps", json=doctor(), headers=headers)
    assert fields(problem(answer, 400, "invalid-request")) == ["Idempotency-Key"]
    assert (await post(administrator, "/v1/hcps", doctor(), "x" * 255)).status_code == 201
