"""No answer before its audit entry is durable: one entry at least for each, and nobody types where they come from."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from random import Random
from uuid import UUID

import httpx
import msgspec
import pytest

from access import Role
from api.app import create_app
from api.runtime import Runtime
from tests.api.asker import Asker, Body
from tests.api.house import House, problem
from tests.api.opening import client_of, worker
from tests.conftest import KEYS

SECURITY = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
QUIET = {"/health/live", "/health/ready", "/.well-known/jwks.json", "/schema/openapi.json"}
"""Paths that touch nobody's data and leave no entry."""


class Ask(msgspec.Struct):
    """One request of a mix, and the status that it must be answered with."""

    method: str
    path: str
    status: int
    body: object = None
    token: bool = True


def mix(activity: Body) -> list[Ask]:
    """Return one request of every sort: good, refused, malformed, unknown."""
    return [
        Ask("GET", "/v1/me", 200),
        Ask("GET", "/v1/me/points", 200),
        Ask("GET", "/v1/content", 200),
        Ask("POST", "/v1/me/activities", 200, activity),
        Ask("POST", "/v1/me/activities", 400, {"verb": "slept"}),
        Ask("PUT", "/v1/me/consents/analytics", 200, {"state": "denied"}),
        Ask("PUT", "/v1/me/consents/analytics", 400, {"state": "granted"}),
        Ask("GET", "/v1/audit/entries", 403),
        Ask("GET", "/v1/me", 401, token=False),
        Ask("GET", f"/v1/content/{UUID(int=5)}", 404),
        Ask("GET", "/v1/nowhere", 404),
        Ask("GET", "/", 404, token=False),
        Ask("DELETE", "/v1/me", 405),
        Ask("HEAD", "/v1/me", 405),
        Ask("OPTIONS", "/v1/me", 204),
        Ask("OPTIONS", "/v1/me/activities", 204, token=False),
        Ask("PATCH", "/v1/content", 405),
        Ask("GET", "/v1/me/points?limit=%00", 400),
        Ask("GET", "/health/live", 200, token=False),
        Ask("GET", "/.well-known/jwks.json", 200, token=False),
    ]


async def asked(hcp: Asker, ask: Ask, via: httpx.AsyncClient) -> httpx.Response:
    if ask.token:
        return await hcp.ask(ask.method, ask.path, body=ask.body, via=via)
    return await via.request(ask.method, ask.path, json=ask.body)


async def test_every_answer_names_its_request_and_leaves_an_entry_under_that_name(house: House) -> None:
    """A few hundred requests of every sort at once, on two workers: as many entries as answers, no name twice."""
    hcp, item, random = await house.hcp(), await house.item(), Random(1)
    asks = [ask for _ in range(20) for ask in mix(house.activity(item))]
    random.shuffle(asks)
    async with worker(house) as second:
        answers = await asyncio.gather(*(asked(hcp, ask, random.choice([house.http, second])) for ask in asks))
    assert [answer.status_code for answer in answers] == [ask.status for ask in asks]
    names = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(names)) == len(asks)
    counted = await house.database.fetch(
        "select convert_from(body, 'UTF8')::jsonb ->> 'request' as name, count(*) from audit.entry group by 1"
    )
    entries = {row["name"]: row["count"] for row in counted}
    for ask, name in zip(asks, names, strict=True):
        assert entries.get(name, 0) == (0 if ask.path in QUIET else 1), ask


@pytest.mark.parametrize("ask", mix({}), ids=lambda ask: f"{ask.method} {ask.path} {ask.status}")
async def test_every_answer_carries_the_headers_that_keep_it_private(house: House, ask: Ask) -> None:
    hcp, item = await house.hcp(), await house.item()
    body = house.activity(item) if ask.body == {} else ask.body
    answer = await asked(hcp, msgspec.structs.replace(ask, body=body), house.http)
    assert answer.status_code == ask.status
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 404), ("POST", "/v1/me", 405), ("HEAD", "/v1/me", 405), ("TRACE", "/v1/me", 405)],
)
async def test_a_request_that_no_route_takes_is_refused_and_written_down(
    house: House, method: str, path: str, status: int
) -> None:
    answer = await house.http.request(method, path)
    assert answer.status_code == status
    (entry,) = await house.trail(answer)
    assert (entry["action"], entry["decision"], entry["actor"]) == ("api:request:refused", "refused", "anonymous")
    assert entry["route"] == "unrouted"
    assert ("allow" in answer.headers) == (status == 405)


async def test_asking_for_the_methods_of_a_path_is_answered_and_written_down(house: House) -> None:
    answer = await house.http.options("/v1/me/consents/analytics")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (204, {"PUT", "OPTIONS"})
    (entry,) = await house.trail(answer)
    assert (entry["action"], entry["outcome"]) == ("api:routes:listed", "succeeded")


@asynccontextmanager
async def held(house: House) -> AsyncIterator[None]:
    """Let nothing be written into the audit log while the block lasts."""
    async with house.database.transaction():
        await house.database.execute("lock table audit.entry in share row exclusive mode")
        yield


@pytest.mark.parametrize(
    "ask",
    [ask for ask in mix({}) if ask.path not in QUIET],
    ids=lambda ask: f"{ask.method} {ask.path} {ask.status}",
)
async def test_no_response_leaves_before_its_audit_row_is_durable(house: House, ask: Ask) -> None:
    hcp, item = await house.hcp(), await house.item()
    body = house.activity(item) if ask.body == {} else ask.body
    async with held(house):
        asking = asyncio.create_task(asked(hcp, msgspec.structs.replace(ask, body=body), house.http))
        live = await house.http.get("/health/live")
        assert live.status_code == 200, "what needs no entry is answered meanwhile"
        done, _ = await asyncio.wait([asking], timeout=0.15)
        assert not done
    answer = await asking
    assert answer.status_code == ask.status
    assert len(await house.trail(answer)) == 1


async def test_a_log_that_can_not_be_written_answers_503_with_no_body_and_changes_nothing(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    asks = [ask for ask in mix(house.activity(item)) if ask.path not in QUIET]
    await house.database.execute(
        "create or replace function audit.full_disk() returns trigger language plpgsql as"
        " $$ begin raise exception 'no space left' using errcode = 'disk_full'; end $$;"
        " create trigger full_disk before insert on audit.entry for each row execute function audit.full_disk()"
    )
    try:
        answers = [await asked(hcp, ask, house.http) for ask in asks]
    finally:
        await house.database.execute("drop trigger full_disk on audit.entry; drop function audit.full_disk()")
    for ask, answer in zip(asks, answers, strict=True):
        assert (answer.status_code, answer.content) == (503, b""), ask
        assert answer.headers["retry-after"]
        assert await house.trail(answer) == []
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 0
    assert [(await asked(hcp, ask, house.http)).status_code for ask in asks] == [ask.status for ask in asks]


async def test_a_request_that_takes_too_long_answers_503_and_changes_nothing(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    origin = "https://app.clinic.example"
    async with worker(house, request_seconds=0.2, cors_origins=(origin,)) as hasty:
        async with held(house):
            late = await hcp.post("/v1/me/activities", house.activity(item), via=hasty)
            refused = await hcp.ask("GET", "/v1/audit/entries", via=hasty)
            page = {"Authorization": f"Bearer {hcp.token}", "Origin": origin}
            read = await hasty.get("/v1/audit/entries", headers=page)
        assert [(each.status_code, each.content) for each in (late, refused, read)] == [(503, b"")] * 3
        assert read.headers["access-control-allow-origin"] == origin, "a page can read even this"
        assert "access-control-allow-origin" not in late.headers
        (result,) = await hcp.record(house.activity(item), via=hasty)
        assert result["status"] == "recorded"


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ((), "203.0.113.7", ["198.51.100.9"], "203.0.113.0/24"),
        (("10.0.0.0/8",), "203.0.113.7", ["198.51.100.9"], "203.0.113.0/24"),
        (("10.0.0.0/8",), "10.1.2.3", ["198.51.100.9"], "198.51.100.0/24"),
        (("10.0.0.0/8",), "10.1.2.3", ["6.6.6.6, 198.51.100.9, 10.9.9.9"], "198.51.100.0/24"),
        (("10.0.0.0/8",), "10.1.2.3", ["6.6.6.6", "198.51.100.9"], "198.51.100.0/24"),
        (("10.0.0.0/8",), "10.1.2.3", ["not an address"], "10.1.2.0/24"),
        (("10.0.0.0/8",), "10.1.2.3", [], "10.1.2.0/24"),
        (("10.0.0.0/8",), "10.1.2.3", ["2001:db8:1:2::9"], "2001:db8:1::/48"),
        (("10.0.0.0/8",), "10.1.2.3", ["fe80::1%eth0"], "fe80::/48"),
        (("10.0.0.0/8",), "::ffff:10.1.2.3", ["198.51.100.9"], "198.51.100.0/24"),
        ((), "::ffff:203.0.113.7", [], "203.0.113.0/24"),
    ],
)
async def test_a_forwarded_address_counts_only_when_a_trusted_proxy_says_it(
    house: House, trusted: Sequence[str], peer: str, forwarded: Sequence[str], expected: str
) -> None:
    networks = tuple(map(ip_network, trusted))
    runtime = Runtime(msgspec.structs.replace(house.runtime.settings, trusted_proxies=networks), KEYS, house.clock)
    async with client_of(create_app(runtime, with_worker=False), peer) as http:
        answer = await http.get("/v1/me", headers=[("X-Forwarded-For", hop) for hop in forwarded])
    await runtime.cache.close()
    (entry,) = await house.trail(answer)
    assert entry["address"] == expected


async def test_an_account_that_asks_too_often_waits(house: House) -> None:
    hcp, other = await house.hcp(), await house.hcp()
    async with worker(house, requests_per_minute=5) as strict:
        answers = [await hcp.ask("GET", "/v1/me", via=strict) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        problem(answers[-1], 429, "too-many-requests")
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert [entry["decision"] for entry in await house.trail(answers[-1])] == ["refused"]
        assert (await other.ask("GET", "/v1/me", via=strict)).status_code == 200, "others don't wait for them"


async def test_the_trail_names_the_same_request_to_a_compliance_officer(house: House) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.COMPLIANCE_OFFICER)
    refused = await hcp.get("/v1/audit/entries")
    found = await officer.read("/v1/audit/entries", request_id=refused.headers["x-request-id"])
    assert [(each["actor"], each["reason"]) for each in found["items"]] == [
        (str(hcp.caller.account), "permission-missing")
    ]
    assert json.dumps(found).count(refused.headers["x-request-id"]) == 1
