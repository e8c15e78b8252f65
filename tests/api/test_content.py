"""From draft to offered: created by one, approved by another, and never by the author."""

from datetime import timedelta
from uuid import UUID

import pytest

import access
from access import AccountId, Role
from tests.access.builders import within
from tests.api.asker import Asker, Body
from tests.api.house import ORIGIN, House, fields, problem

NEW: Body = {"kind": "webinar", "title": "Statins today", "locale": "en-GB", "markets": ["GB"], "tags": ["cardiology"]}


async def created(asker: Asker, **changed: object) -> Body:
    answer = await asker.post("/v1/content", NEW | changed)
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


async def test_an_item_is_a_draft_until_a_reviewer_approves_it_and_gone_when_one_withdraws_it(house: House) -> None:
    marketer, reviewer = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.MEDICAL_REVIEWER, "GB")
    hcp, item = await house.hcp(), await created(marketer)
    path = f"/v1/content/{item['id']}"
    assert (item["state"], item["created_by"], item["approved_by"]) == ("draft", str(marketer.caller.account), None)
    problem(await hcp.get(path), 404, "content-not-found")
    assert (await marketer.read(path))["state"] == "draft"
    approved = (await reviewer.post(f"{path}/approve")).json()
    assert (approved["state"], approved["approved_by"]) == ("approved", str(reviewer.caller.account))
    assert (await reviewer.post(f"{path}/approve")).json() == approved, "twice is harmless"
    assert (await hcp.read(path))["title"] == "Statins today"
    (recorded,) = await hcp.record(house.activity(item["id"], "attended"))
    assert recorded["status"] == "recorded"
    assert (await reviewer.post(f"{path}/withdraw")).json()["state"] == "withdrawn"
    problem(await hcp.get(path), 404, "content-not-found")
    problem(await reviewer.post(f"{path}/approve"), 409, "content-withdrawn")
    (refused,) = await hcp.record(house.activity(item["id"], "attended"))
    assert refused["reason"] == "content-not-visible"
    actions = {entry["action"] for entry in await house.entries(f"content:{item['id']}")}
    assert {"content:item:created", "content:item:approved", "content:item:withdrawn"} <= actions


async def test_the_author_of_an_item_never_approves_it_whatever_becomes_of_the_author(house: House) -> None:
    author = await house.staff(Role.MARKETER, "GB")
    item = await created(author)
    account = AccountId(UUID(str(author.caller.account)))
    async with house.runtime.work.begin(ORIGIN) as uow:
        await access.change_role(uow, account, Role.MEDICAL_REVIEWER, within("GB"))
    promoted = await house.sitting(account, Role.MEDICAL_REVIEWER, ["GB"], author.caller.person)
    refused = await promoted.post(f"/v1/content/{item['id']}/approve")
    problem(refused, 403, "author-never-approves")
    assert [entry["reason"] for entry in await house.trail(refused)] == ["author-never-approves"]
    other = await house.staff(Role.MEDICAL_REVIEWER, "GB")
    assert (await other.post(f"/v1/content/{item['id']}/approve")).status_code == 200


async def test_a_reviewer_answers_for_all_markets_of_an_item_or_does_not_approve_it(house: House) -> None:
    machine, british = await house.machine(), await house.staff(Role.MEDICAL_REVIEWER, "GB")
    item = await created(machine, markets=["GB", "FR"])
    problem(await british.post(f"/v1/content/{item['id']}/approve"), 403, "outside-market-scope")
    both = await house.staff(Role.MEDICAL_REVIEWER, "GB", "FR")
    assert (await both.post(f"/v1/content/{item['id']}/approve")).json()["state"] == "approved"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "brochure"}, "kind"),
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "no\0nul"}, "title"),
        ({"locale": "English"}, "locale"),
        ({"markets": []}, "markets"),
        ({"markets": ["GB", "XX"]}, "markets"),
        ({"markets": "GB"}, "markets"),
        ({"tags": ["Cardiology"]}, "tags"),
        ({"tags": ["sales"]}, "tags"),
        ({"tags": ["prescribing"]}, "tags"),
        ({"tags": ["free samples"]}, "tags"),
        ({"tags": ["formulary"]}, "tags"),
        ({"duration_seconds": 0}, "duration_seconds"),
        ({"duration_seconds": 10**30}, "duration_seconds"),
        ({"duration_seconds": "60"}, "duration_seconds"),
        ({"visible_from": "2026-03-02T09:00:00"}, "visible_from"),
        ({"visible_until": "9999-12-31T23:59:59-14:00"}, "visible_until"),
        ({"visible_from": "2026-03-02T09:00:00Z", "visible_until": "2026-03-01T09:00:00Z"}, "visible_until"),
        ({"state": "approved"}, "state"),
    ],
)
async def test_an_item_that_can_not_be_offered_is_a_problem_that_names_the_field(
    house: House, changed: Body, field: str
) -> None:
    machine = await house.machine()
    answer = await machine.post("/v1/content", NEW | changed)
    assert answer.status_code == 400, answer.text
    assert fields(answer.json()) == [field]
    assert (await created(machine))["state"] == "draft"


async def test_an_item_opens_and_closes_at_its_time(house: House) -> None:
    machine, reviewer, hcp = await house.machine(), await house.staff(Role.MEDICAL_REVIEWER), await house.hcp()
    opens, closes = house.clock.now() + timedelta(hours=1), house.clock.now() + timedelta(hours=2)
    item = await created(machine, visible_from=opens.isoformat(), visible_until=closes.isoformat())
    await reviewer.post(f"/v1/content/{item['id']}/approve")
    seen = []
    for _ in range(3):
        seen.append((await hcp.get(f"/v1/content/{item['id']}")).status_code)
        house.clock.move(timedelta(hours=1))
    assert seen == [404, 200, 404]


async def test_staff_find_by_tag_what_hcps_do_not_see_yet(house: House) -> None:
    marketer = await house.staff(Role.MARKETER, "GB")
    draft = await created(marketer, tags=["cardiology", "rare-word"])
    await created(marketer)
    assert [each["id"] for each in (await marketer.read("/v1/content", tag="rare-word"))["items"]] == [draft["id"]]
    assert (await marketer.read("/v1/content", tag="nothing"))["items"] == []
