"""The edges: limits and what is said about them, forged addresses, other origins, headers, bodies too deep."""

import json
import time
from datetime import timedelta
from ipaddress import ip_network

import httpx
import pytest

from api.text import DEEPEST, too_deep
from tests.api.house import House, fields, problem
from tests.api.opening import worker


def said(answer: httpx.Response) -> tuple[str, str]:
    return answer.headers["ratelimit-policy"], answer.headers["ratelimit"]


async def test_every_answer_says_what_is_left_of_the_minute(house: House) -> None:
    hcp = await house.hcp()
    async with worker(house, requests_per_minute=3, anonymous_requests_per_minute=3) as strict:
        answers = [await hcp.ask("GET", "/v1/me", via=strict) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [said(answer) for answer in answers] == [
            ('"requests";q=3;w=60', f'"requests";r={left};t=60') for left in (2, 1, 0, 0)
        ]
        assert answers[-1].headers["retry-after"] == "60"
        house.clock.move(timedelta(seconds=45))
        answer = await hcp.ask("GET", "/v1/me", via=strict)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")
        house.clock.move(timedelta(seconds=15))
        assert (await hcp.ask("GET", "/v1/me", via=strict)).status_code == 200


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/v1/me", "/v1/nowhere"])
async def test_who_shows_no_token_is_limited_by_network_and_load_balancers_are_not(house: House, path: str) -> None:
    house.clock.move(timedelta(minutes=1))
    async with worker(house, "198.51.100.7", anonymous_requests_per_minute=3) as strict:
        answers = [await strict.get(path) for _ in range(5)]
        assert [answer.status_code == 429 for answer in answers] == [False] * 3 + [True] * 2
        problem(answers[-1], 429, "too-many-requests")
        assert said(answers[-1]) == ('"anonymous";q=3;w=60', '"anonymous";r=0;t=60')
        assert [entry["decision"] for entry in await house.trail(answers[-1])] == ["refused"]
        assert (await strict.get("/health/live")).status_code == 200
        async with worker(house, "203.0.113.7", anonymous_requests_per_minute=3) as elsewhere:
            assert (await elsewhere.get(path)).status_code != 429
        house.clock.move(timedelta(minutes=1))
        assert (await strict.get(path)).status_code != 429


@pytest.mark.parametrize(("path", "status"), [("/v1/me", 401), ("/v1/nowhere", 404), ("/.well-known/jwks.json", 200)])
async def test_a_token_that_is_none_is_no_way_around_the_limit(house: House, path: str, status: int) -> None:
    house.clock.move(timedelta(minutes=1))
    async with worker(house, "198.51.100.8", anonymous_requests_per_minute=3) as strict:
        forged = [await strict.get(path, headers={"Authorization": f"Bearer {turn}"}) for turn in range(5)]
        assert [answer.status_code for answer in forged] == [status, status, status, 429, 429]
        hcp = await house.hcp()
        assert (await hcp.ask("GET", "/v1/me", via=strict)).status_code == 200, "who has one is counted alone"


async def test_a_good_token_under_another_scheme_is_no_way_around_the_limit(house: House) -> None:
    house.clock.move(timedelta(minutes=1))
    hcp = await house.hcp()
    async with worker(house, "198.51.100.10", anonymous_requests_per_minute=3) as strict:
        shown = {"Authorization": f"Basic {hcp.token}"}
        answers = [await strict.get("/v1/me", headers=shown) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
        assert (await hcp.ask("GET", "/v1/me", via=strict)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/nowhere", 404), ("TRACE", "/v1/me", 405), ("OPTIONS", "/v1/me", 204)]
)
async def test_a_good_token_is_no_way_around_the_limit_where_there_is_no_route(
    house: House, method: str, path: str, status: int
) -> None:
    house.clock.move(timedelta(minutes=1))
    hcp = await house.hcp()
    async with worker(house, "198.51.100.11", anonymous_requests_per_minute=3) as strict:
        answers = [await hcp.ask(method, path, via=strict) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [status] * 3 + [429] * 2
        problem(answers[-1], 429, "too-many-requests")
        assert [entry["decision"] for entry in await house.trail(answers[-1])] == ["refused"]
        assert (await hcp.ask("GET", "/v1/me", via=strict)).status_code == 200


@pytest.mark.parametrize("ended", [False, True])
async def test_a_good_token_is_no_way_around_the_limit_where_none_is_asked_for(house: House, *, ended: bool) -> None:
    house.clock.move(timedelta(minutes=1))
    hcp = await house.hcp()
    async with worker(house, "198.51.100.9", anonymous_requests_per_minute=3) as strict:
        await hcp.ask("GET", "/v1/me", via=strict)
        if ended:
            assert (
                await house.http.delete("/v1/sessions/current", headers={"Authorization": f"Bearer {hcp.token}"})
            ).status_code == 204
        refresh = {"refresh_token": "x"}
        answers = [await hcp.ask("POST", "/v1/sessions/refresh", body=refresh, via=strict) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
        assert said(answers[-1]) == ('"anonymous";q=3;w=60', '"anonymous";r=0;t=60')
        assert (await hcp.ask("GET", "/.well-known/jwks.json", via=strict)).status_code == 429
        assert (await hcp.ask("GET", "/health/live", via=strict)).status_code == 200
        assert (await hcp.ask("GET", "/v1/me", via=strict)).status_code == (401 if ended else 200), "counted alone"
        async with worker(house, "203.0.113.9", anonymous_requests_per_minute=3) as elsewhere:
            assert (await hcp.ask("GET", "/.well-known/jwks.json", via=elsewhere)).status_code == 200


async def test_walking_through_one_networks_addresses_gets_no_further(house: House) -> None:
    house.clock.move(timedelta(minutes=1))
    counts = []
    for network in ("2001:db8:7::/64", "192.0.2.0/24"):
        addresses = ip_network(network)
        answers = []
        for turn in range(6):
            async with worker(house, str(addresses[turn * 37 + 1]), anonymous_requests_per_minute=3) as one:
                answers.append((await one.get("/.well-known/jwks.json")).status_code)
        counts.append(answers)
    assert counts == [[200] * 3 + [429] * 3] * 2


async def test_a_forged_forwarding_header_changes_nothing_and_a_trusted_proxys_counts(house: House) -> None:
    house.clock.move(timedelta(minutes=1))
    proxies = (ip_network("10.0.0.0/8"),)

    async def asked(via: httpx.AsyncClient, forwarded: str) -> int:
        return (await via.get("/.well-known/jwks.json", headers={"X-Forwarded-For": forwarded})).status_code

    async with worker(house, "203.0.113.50", anonymous_requests_per_minute=3, trusted_proxies=proxies) as stranger:
        codes = [await asked(stranger, f"198.18.{turn}.1, 10.0.0.1") for turn in range(20)]
        assert codes == [200] * 3 + [429] * 17
    async with worker(house, "10.0.0.1", anonymous_requests_per_minute=3, trusted_proxies=proxies) as proxy:
        codes = [await asked(proxy, f"{turn}.1.1.1, 198.18.99.1") for turn in range(1, 6)]
        assert codes == [200] * 3 + [429] * 2, "what a client typed in front does not count"
        assert [await asked(proxy, f"198.18.{turn}.1, 10.0.0.2") for turn in range(6)] == [200] * 6


async def test_only_pages_of_a_named_origin_may_call(house: House) -> None:
    origin, stranger = "https://app.clinic.example", "https://evil.example"
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with worker(house, cors_origins=(origin,)) as opened:
        good = await opened.options("/v1/me/activities", headers=preflight | {"Origin": origin})
        assert good.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in good.headers
        bad = await opened.options("/v1/me/activities", headers=preflight | {"Origin": stranger})
        assert "access-control-allow-origin" not in bad.headers
        simple = await opened.get("/v1/me", headers={"Origin": origin})
        assert (simple.status_code, simple.headers["access-control-allow-origin"]) == (401, origin)
        assert "WWW-Authenticate" in simple.headers["access-control-expose-headers"].split(", ")
    async with worker(house, "203.0.113.77", cors_origins=(origin,), anonymous_requests_per_minute=0) as limited:
        for asking, allowed in ((origin, origin), (stranger, None)):
            refused = await limited.get("/v1/me", headers={"Origin": asking})
            assert (refused.status_code, refused.headers.get("access-control-allow-origin")) == (429, allowed)
    closed = await house.http.get("/v1/me", headers={"Origin": origin})
    assert "access-control-allow-origin" not in closed.headers


async def test_pages_of_a_named_origin_may_use_every_method_and_header_that_a_route_takes(house: House) -> None:
    origin = "https://app.clinic.example"
    contract = (await house.http.get("/schema/openapi.json")).json()
    operations = [(method, each) for path in contract["paths"].values() for method, each in path.items()]
    methods = {method.upper() for method, _ in operations}
    headers = {each["name"] for _, one in operations for each in one.get("parameters", []) if each["in"] == "header"}
    assert {"PATCH", "DELETE"} < methods
    assert {"Approval", "Idempotency-Key"} <= headers
    async with worker(house, cors_origins=(origin,)) as opened:
        for method in methods:
            wanted = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": ", ".join(headers)}
            answer = await opened.options("/v1/me", headers=wanted | {"Origin": origin})
            allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
            assert method in answer.headers["access-control-allow-methods"].split(", ")
            assert {name.lower() for name in headers} | {"authorization", "dpop"} <= set(allowed)


@pytest.mark.parametrize("path", ["/health/live", "/v1/me", "/v1/nowhere", "/v1/content"])
async def test_every_answer_closes_what_a_browser_would_open(house: House, path: str) -> None:
    hcp = await house.hcp()
    for answer in (await house.http.get(path), await hcp.get(path)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in answer.headers, "this house is not reached through TLS"
    async with worker(house, public_url="https://laurel.example") as safe:
        secure = (await safe.get(path)).headers["strict-transport-security"]
        assert secure == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize(
    ("nested", "is_refused"),
    [
        ("[" * 64 + "]" * 64, True),
        ('{"a":' * 64 + "1" + "}" * 64, True),
        ('["]",' * 70 + "1" + "]" * 70, True),
        ("[" * 200_000, True),
        ("[" * 64 + r'"\"]"' + "]" * 64, True),
        ("[" * 63 + "]" * 63, False),
        (json.dumps("[" * 100), False),
        (json.dumps([{}] * 200), False),
        (json.dumps(['"[\\', "\\[", '[\\"'] * 30), False),
    ],
)
async def test_a_body_that_is_nested_deeper_than_64_levels_is_refused_before_it_is_read(
    house: House, nested: str, *, is_refused: bool
) -> None:
    answer = await house.http.post("/v1/sessions", content=f'{{"more": {nested}}}')
    body = problem(answer, 400, "invalid-request")
    assert ("nested deeper" in body["detail"]) == is_refused
    assert fields(body) == (["body"] if is_refused else ["more"])


@pytest.mark.parametrize("endless", [rb"\"", b'"', rb"\\", b"a"])
def test_a_text_that_never_ends_is_looked_through_once(endless: bytes) -> None:
    body = b"[" * (DEEPEST + 1) + b'"' + endless * 32_000
    started = time.thread_time()
    assert too_deep(body)
    assert time.thread_time() - started < 2, "a few milliseconds; looked through from each of its quotes, some 16 s"
