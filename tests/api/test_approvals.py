"""Exports and changes of what holds for all: asked for by one, agreed to by another, done once, and exactly that."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from access import Role
from tests.api.asker import Asker, Body
from tests.api.authority_scenes import EXPORT, asked, question
from tests.api.consent_scenes import a_staged_notice
from tests.api.house import House, fields, problem
from tests.api.opening import worker
from tests.api.scenes import Scene

PATH = "/v1/audit/exports"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officers(house: House) -> AsyncIterator[tuple[Asker, Asker]]:
    """Lend two compliance officers."""
    await house.settled()
    yield await house.staff(Role.COMPLIANCE_OFFICER), await house.staff(Role.COMPLIANCE_OFFICER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a worker of an installation that asks for two people."""
    async with worker(house, four_eyes="required") as http:
        yield http


async def export(asker: Asker, via: httpx.AsyncClient, approval: str | None = None, **body: object) -> httpx.Response:
    headers = {} if approval is None else {"Approval": approval}
    return await asker.ask("POST", PATH, body=body or {"limit": 3}, headers=headers, via=via)


async def approve(asker: Asker, approval: str) -> httpx.Response:
    return await asker.post(f"/v1/approvals/{approval}/approve")


async def test_an_export_waits_for_somebody_else_and_is_done_once(
    house: House, officers: tuple[Asker, Asker], strict: httpx.AsyncClient
) -> None:
    first, second = officers
    body = problem(await export(first, strict), 403, "approval-missing")
    assert "POST /v1/approvals" in body["remedy"]
    approval = await asked(first)
    problem(await export(first, strict, approval), 403, "approval-refused")
    problem(await approve(first, approval), 403, "four-eyes")
    given = await approve(second, approval)
    assert (given.status_code, given.json()["state"]) == (200, "approved")
    answers = await asyncio.gather(*(export(first, strict, approval) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]
    (done,) = [answer for answer in answers if answer.status_code == 201]
    used = [entry for entry in await house.trail(done) if entry["action"] == "access:approval:used"]
    assert [entry["detail"]["approved_by"] for entry in used] == [str(second.caller.account)]
    assert (await first.read(f"/v1/approvals/{approval}"))["state"] == "used"


async def test_an_approval_is_good_for_that_request_of_that_person_alone(
    officers: tuple[Asker, Asker], strict: httpx.AsyncClient
) -> None:
    first, second = officers
    approval = await asked(first)
    await approve(second, approval)
    problem(await export(first, strict, approval, limit=4), 403, "approval-refused")
    problem(await export(second, strict, approval), 403, "approval-refused")
    assert fields(problem(await export(first, strict, "none"), 400, "invalid-request")) == ["Approval"]
    archive = await first.ask(
        "POST", "/v1/audit/archives", body={"limit": 3}, headers={"Approval": approval}, via=strict
    )
    problem(archive, 403, "approval-refused")
    more = await first.ask("POST", f"{PATH}?limit=9", body={"limit": 3}, headers={"Approval": approval}, via=strict)
    problem(more, 403, "approval-refused")
    assert (await export(first, strict, approval)).status_code == 201


async def test_an_approval_is_not_used_up_by_a_request_that_fails(house: House, strict: httpx.AsyncClient) -> None:
    first, second = await house.staff(Role.DATA_PROTECTION_OFFICER), await house.staff(Role.DATA_PROTECTION_OFFICER)
    path = f"/v1/notices/{uuid4()}/activate"
    answer = await first.post("/v1/approvals", question(f"POST {path}", {}))
    approval = answer.json()["id"]
    await approve(second, approval)
    problem(await first.ask("POST", path, headers={"Approval": approval}, via=strict), 404, "notice-not-found")
    assert (await first.read(f"/v1/approvals/{approval}"))["state"] == "approved"


async def test_what_nobody_answers_within_a_week_or_uses_within_a_day_is_over(
    house: House, officers: tuple[Asker, Asker], strict: httpx.AsyncClient
) -> None:
    first, second = officers
    late, unused = await asked(first), await asked(first)
    await approve(second, unused)
    house.clock.move(timedelta(hours=24))
    problem(await export(first, strict, unused), 403, "approval-refused")
    house.clock.move(timedelta(days=6))
    problem(await approve(second, late), 404, "approval-not-found")
    fresh = await asked(first)
    assert (await approve(second, fresh)).status_code == 200
    assert [await first.read(f"/v1/approvals/{each}") for each in (late, unused)] == [
        await first.read(f"/v1/approvals/{each}") | {"state": "expired"} for each in (late, unused)
    ]


async def test_what_was_refused_is_not_done_and_is_in_no_list_any_more(
    officers: tuple[Asker, Asker], strict: httpx.AsyncClient
) -> None:
    first, second = officers
    approval = await asked(first)
    assert approval in {each["id"] for each in (await second.read("/v1/approvals", limit=200))["items"]}
    assert (await second.post(f"/v1/approvals/{approval}/reject")).json()["state"] == "rejected"
    problem(await export(first, strict, approval), 403, "approval-refused")
    problem(await approve(second, approval), 404, "approval-not-found")
    assert approval not in {each["id"] for each in (await second.read("/v1/approvals", limit=200))["items"]}
    problem(await second.get(f"/v1/approvals/{approval}"), 404, "approval-not-found")


async def test_a_notice_is_put_in_force_by_two_where_two_are_asked_for(house: House, strict: httpx.AsyncClient) -> None:
    first, second = await house.staff(Role.DATA_PROTECTION_OFFICER), await house.staff(Role.DATA_PROTECTION_OFFICER)
    staged = await a_staged_notice(await Scene.of(house), first)
    path = f"/v1/notices/{staged.inside}/activate"
    problem(await first.post(path, via=strict), 403, "approval-missing")
    answer = await first.post("/v1/approvals", question(f"POST {path}", {}))
    await approve(second, answer.json()["id"])
    headers = {"Approval": answer.json()["id"]}
    assert (await first.ask("POST", path, headers=headers, via=strict)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"operation": "POST /v1/audit/nothing"}, 404, "operation"),
        ({"operation": "GET /v1/audit/entries"}, 404, "operation"),
        ({"operation": f"POST /v1/notices/{'0' * 36}/activate"}, 404, "operation"),
        ({"body": {"limit": 0}}, 400, "limit"),
        ({"body": {"surname": "Doe"}}, 400, "surname"),
        ({"reason": "  "}, 400, "reason"),
        ({"reason": "two\nlines"}, 400, "reason"),
    ],
)
async def test_a_question_that_could_not_be_done_is_refused_with_its_field(
    officers: tuple[Asker, Asker], changed: Body, status: int, field: str
) -> None:
    answer = await officers[0].post("/v1/approvals", question() | changed)
    assert answer.status_code == status, answer.text
    assert fields(answer.json()) == [field]
    assert (await officers[0].post("/v1/approvals", question())).status_code == 201


async def test_where_nobody_asks_for_two_people_an_export_needs_one_and_a_named_approval_counts_all_the_same(
    house: House, officers: tuple[Asker, Asker]
) -> None:
    first, second = officers
    assert (await export(first, house.http)).status_code == 201
    approval = await asked(first)
    problem(await export(first, house.http, approval), 403, "approval-refused")
    await approve(second, approval)
    assert (await export(first, house.http, approval)).status_code == 201


async def test_the_contract_says_which_routes_need_two_people(house: House) -> None:
    document = (await house.http.get("/schema/openapi.json")).json()
    marked = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("x-four-eyes")
    }
    assert marked == {
        EXPORT,
        "POST /v1/audit/archives",
        "POST /v1/audit/holds/{hold}/lift",
        "POST /v1/notices/{notice}/activate",
    }


async def test_an_approval_is_as_good_as_whoever_gave_it(
    house: House, officers: tuple[Asker, Asker], strict: httpx.AsyncClient
) -> None:
    first, _ = officers
    gone, moved = [await house.staff(Role.COMPLIANCE_OFFICER) for _ in range(2)]
    for giver, change in ((gone, "status = 'disabled'"), (moved, "role = 'marketer'")):
        good, bad = await asked(first), await asked(first)
        for approval in (good, bad):
            assert (await approve(giver, approval)).status_code == 200
        assert (await export(first, strict, good)).status_code == 201, "the control"
        await house.database.execute(f"update access.account set {change} where id = $1", giver.caller.account)
        problem(await export(first, strict, bad), 403, "approval-refused")
