"""Withdrawing is as easy as agreeing, in force everywhere at once, and asking costs a request next to nothing."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx

from access import MatrixRow, Role
from api.background import Background
from api.cli.processing import record_of_processing
from consent.register import REGISTER
from kernel.columns import ColumnLine
from tests.api.asker import Asker
from tests.api.house import House, problem
from tests.api.opening import worker


async def test_no_use_is_allowed_that_begins_after_a_withdrawal_was_answered_with_four_workers(house: House) -> None:
    """Every read says when it began and whether it was allowed; every answer says when it was known."""
    hcp = await house.hcp()
    reads: list[tuple[float, bool]] = []
    forbidden: list[tuple[float, float]] = []
    done = asyncio.Event()

    async def use(via: httpx.AsyncClient) -> None:
        while not done.is_set():
            began = time.monotonic()
            answer = await hcp.ask("GET", "/v1/me/points", via=via)
            assert answer.status_code in {200, 403}
            reads.append((began, answer.status_code == 200))

    async def waver(vias: list[httpx.AsyncClient]) -> None:
        for number in range(24):
            assert (await hcp.decide("gamification", "withdrawn", via=vias[number % 4])).status_code == 200
            withdrawn = time.monotonic()
            await asyncio.sleep(0.03)
            forbidden.append((withdrawn, time.monotonic()))
            assert (await hcp.decide("gamification", "granted", via=vias[(number + 1) % 4])).status_code == 200
            await asyncio.sleep(0.03)
        done.set()

    async with AsyncExitStack() as stack:
        vias = [await stack.enter_async_context(worker(house)) for _ in range(4)]
        await asyncio.gather(waver(vias), *(use(via) for via in vias))
    wrong = [began for began, allowed in reads if allowed and any(since < began < until for since, until in forbidden)]
    assert wrong == []
    assert {allowed for _, allowed in reads} == {True, False}, "there was something to allow and to refuse"


async def calls(house: House, hcp: Asker, state: str) -> list[tuple[str, int]]:
    """What a client has to send so that ``state`` holds, and how many fields it has to fill in."""
    sent = []
    if state == "granted":
        notices = (await hcp.read("/v1/me/notices"))["items"]
        sent.append(("GET", 0))
        shown = next(each["shown_id"] for each in notices if each["purpose"] == "analytics")
        body: dict[str, Any] = {"state": state, "shown_id": shown}
    else:
        body = {"state": state}
    answer = await hcp.ask("PUT", "/v1/me/consents/analytics", body=body)
    assert answer.json()["state"] == state
    assert await house.count("consent.event", "person = $1 and state = $2", hcp.person, state) == 1
    return [*sent, ("PUT", len(body))]


async def test_withdrawing_takes_no_more_calls_or_fields_than_agreeing(house: House) -> None:
    hcp = await house.hcp(agreed=())
    granting, withdrawing = await calls(house, hcp, "granted"), await calls(house, hcp, "withdrawn")
    assert (len(granting), len(withdrawing)) == (2, 1)
    assert sum(fields for _, fields in withdrawing) < sum(fields for _, fields in granting)


async def test_the_gate_asks_valkey_once_and_postgresql_never(house: House) -> None:
    """Asked of a worker without background work: what that does may open one more connection, and all is forgotten."""
    hcp = await house.hcp()
    async with worker(house) as warm, worker(house) as cold:
        for _ in range(2):
            assert (await hcp.ask("GET", "/v1/me/points", via=warm)).status_code == 200
        await house.database.execute("alter table consent.current_state rename to hidden")
        try:
            ran = []
            for _ in range(20):
                before = await scripts(house)
                assert (await hcp.ask("GET", "/v1/me/points", via=warm)).status_code == 200
                ran.append(await scripts(house) - before)
            answer = await hcp.ask("GET", "/v1/me/points", via=cold)
            assert answer.status_code == 500, "whoever remembers nothing has to look"
        finally:
            await house.database.execute("alter table consent.hidden rename to current_state")
    assert sorted(ran)[:10] == [1] * 10, "one each; other tests may ask the same Valkey meanwhile, which only adds"


async def scripts(house: House) -> int:
    """How many scripts Valkey ran: what a request asks of it is one."""
    stats = await house.runtime.cache.client.info("commandstats")
    return int(stats["cmdstat_evalsha"]["calls"])


async def test_a_market_without_a_basis_is_refused_and_shows_up_as_work(house: House) -> None:
    hcp, officer = await house.hcp(market="JP", agreed=()), await house.staff(Role.DATA_PROTECTION_OFFICER)
    for _ in range(2):
        refusal = problem(await hcp.get("/v1/me/points"), 403, "consent-required")
        assert (refusal["purpose"], refusal["reason"]) == ("gamification", "purpose-unconfigured")
    problem(await hcp.decide("gamification", "granted"), 403, "purpose-unconfigured")
    assert (await hcp.get("/v1/me/consents")).status_code == 200, "what rests on the law is open everywhere"
    machine, item = await house.machine(), await house.item(markets=("JP",))
    delivered = await machine.post("/v1/activities", [house.activity(item, actor=str(hcp.person))])
    assert [each["status"] for each in delivered.json()["results"]] == ["refused"]
    gaps = (await officer.read("/v1/consent/gaps"))["items"]
    assert {(each["purpose"], each["market"], each["times"]) for each in gaps} == {
        ("gamification", "JP", 2),
        ("engagement", "JP", 1),
    }


async def test_an_answer_by_proxy_needs_an_authority_that_covers_it(house: House) -> None:
    hcp, machine = await house.hcp(agreed=()), await house.machine("GB")
    paper: dict[str, Any] = {"state": "granted", "notice_version": 1, "method": "paper"}
    paper |= {"evidence": {"reference": "form 17"}}
    paper |= {"purpose": "analytics", "occurred_at": (house.clock.now() - timedelta(days=1)).isoformat()}
    authority: dict[str, Any] = {
        "reference": "practice manager 4",
        "document_sha256": "ab" * 32,
        "scope": ["analytics"],
        "expires_at": house.clock.now().isoformat(),
    }
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"scope": ["engagement"]}, "authority.scope"),
        ({"expires_at": paper["occurred_at"]}, "authority.expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "authority.expires_at"),
        ({"reference": " "}, "authority.reference"),
    ]
    for change, field in wrong:
        body = {"consents": [paper | {"authority": authority | change}]}
        refusal = problem(await machine.post(f"/v1/hcps/{hcp.person}/consents", body), 400, "consent-invalid")
        assert refusal["errors"][0]["field"] == field
    body = {"consents": [paper | {"authority": authority}]}
    assert (await machine.post(f"/v1/hcps/{hcp.person}/consents", body)).status_code == 201
    (event,) = await house.database.fetch("select * from consent.event where person = $1", hcp.person)
    assert (event["proxy"], event["proxy_scope"]) == ("practice manager 4", ["analytics"])
    assert event["proxy_document_sha256"] == bytes.fromhex("ab" * 32)


def test_a_new_column_or_route_changes_the_record_of_processing() -> None:
    column = ColumnLine("people.vault", "shoe_size", "personal", "sealed")
    routes = [MatrixRow("GET", "/v1/shoes", None, "service", {role: role is Role.HCP for role in Role})]
    empty, full = record_of_processing(REGISTER, [], []), record_of_processing(REGISTER, routes, [column])
    assert "shoe" not in empty
    assert "| `people.vault` | `shoe_size` | personal | sealed |" in full
    assert "- `GET /v1/shoes`" in full


async def test_the_worker_writes_down_what_ran_out(house: House) -> None:
    hcp = await house.hcp(agreed=())
    ends = (house.clock.now() + timedelta(minutes=5)).isoformat()
    body = {"state": "granted", "notice_version": 1, "expires_at": ends}
    assert (await hcp.ask("PUT", "/v1/me/consents/analytics", body=body)).json()["state"] == "granted"
    await Background(house.runtime)._sweep_consents()
    assert await house.count("consent.lapse", "person = $1", hcp.person) == 0
    house.clock.move(timedelta(minutes=5))
    await Background(house.runtime)._sweep_consents()
    assert await house.count("consent.lapse", "person = $1", hcp.person) == 1
    (line,) = [each for each in (await hcp.read("/v1/me/consents"))["items"] if each["purpose"] == "analytics"]
    assert line["state"] == "expired"
