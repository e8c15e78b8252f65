"""Boards over HTTP: marketers define them, people read those that exist for them, and their past."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
import pytest_asyncio

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import PART, House, fields, problem

CROWD = 10


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(house: House) -> list[Asker]:
    """Lend a crowd of people in Great Britain, each of whom earned 5 points."""
    item = await house.item(PART)
    crowd = [await house.hcp() for _ in range(CROWD)]
    for hcp in crowd:
        await hcp.record(house.activity(item))
    return crowd


def definition(**more: object) -> Body:
    return {"key": f"board-{uuid4().hex}", "name": "Spring in Britain"} | more


async def made(house: House, **more: object) -> Body:
    marketer = await house.staff(Role.MARKETER)
    answer = await marketer.post("/v1/boards", definition(**more))
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


async def shown(asker: Asker, path: str, **query: str | int) -> Body:
    """Return a page as soon as its copy is there."""
    await asker.house.delivered()
    answer = await asker.get(path, **query)
    while answer.status_code == 503:
        answer = await asker.get(path, **query)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def test_a_marketer_makes_a_board_and_people_find_and_read_it(house: House, people: list[Asker]) -> None:
    within = {"dimension": "market", "value": "GB"}
    board = await made(house, ties="dense", within=within, schedule="0 0 * * 1", zone="Europe/London")
    assert (board["within"], board["state"], board["minimum"]) == (within, "active", 10)
    listed = {each["key"]: each for each in (await people[0].read("/v1/leaderboards"))["items"]}
    assert {"all-time", board["key"]} <= set(listed)
    assert listed[board["key"]]["dimension"] == "market"
    page = await shown(people[0], f"/v1/leaderboards/{board['key']}")
    assert (page["total"], page["points"], page["notice"], page["band"]) == (CROWD, 5, None, None)
    assert "1, 2, 2, 3" in page["tie_rule"]
    assert page["period"]["closed"] is False
    second = await shown(people[0], f"/v1/leaderboards/{board['key']}", start=4, limit=3)
    assert second["items"] == page["items"][4:7]
    third = await shown(people[0], f"/v1/leaderboards/{board['key']}", cursor=second["next"], limit=3)
    assert third["items"] == page["items"][7:]
    stranger = await house.hcp(market="FR", locale="fr-FR")
    assert board["key"] not in str(await stranger.read("/v1/leaderboards"))
    for path in (f"/v1/leaderboards/{board['key']}", f"/v1/leaderboards/{board['key']}/periods"):
        problem(await stranger.get(path), 404, "board-not-found")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-03T00:00:00"])
async def test_a_board_begins_at_an_instant_that_can_be_stored(house: House, at: str) -> None:
    marketer = await house.staff(Role.MARKETER)
    answer = await marketer.post("/v1/boards", {"key": "odd", "name": "Odd", "starts_at": at})
    assert fields(problem(answer, 422, "board-invalid")) == ["starts_at"]


async def test_the_periods_of_a_board_are_kept_and_read_by_number(house: House, people: list[Asker]) -> None:
    start = house.clock.now() - timedelta(days=3)
    board = await made(house, schedule="0 0 * * *", starts_at=start.isoformat(), settling_minutes=5)
    path = f"/v1/leaderboards/{board['key']}"
    await shown(people[0], path)
    periods = (await people[0].read(f"{path}/periods"))["items"]
    assert [each["number"] for each in periods] == [4, 3, 2, 1]
    assert [each["closed"] for each in periods] == [False, True, True, True]
    assert all(one["starts_at"] == other["ends_at"] for one, other in pairwise(periods))
    assert datetime.fromisoformat(periods[-1]["starts_at"]) == start
    first = await people[0].read(f"{path}/periods", limit=3)
    assert (await people[0].read(f"{path}/periods", limit=3, cursor=first["next"]))["items"] == periods[3:]
    old = await people[0].read(path, period=1)
    assert (old["period"], old["notice"], old["points"]) == (periods[3], "too-few-people", 0)
    problem(await people[0].get(path, period=5), 404, "board-period-not-found")


async def test_staff_see_every_definition_and_an_archived_board_stays_readable(
    house: House, people: list[Asker]
) -> None:
    hidden, board = await made(house, visibility="hidden"), await made(house)
    marketer, officer = await house.staff(Role.MARKETER), await house.staff(Role.COMPLIANCE_OFFICER)
    defined = {each["key"] for each in (await officer.read("/v1/boards"))["items"]}
    assert {"all-time", hidden["key"], board["key"]} <= defined
    problem(await people[0].get(f"/v1/leaderboards/{hidden['key']}"), 404, "board-not-found")
    await shown(people[0], f"/v1/leaderboards/{board['key']}")
    for _ in range(2):
        answer = await marketer.post(f"/v1/boards/{board['key']}/archive")
        assert (answer.status_code, answer.json()["state"]) == (200, "archived")
    page = await shown(people[0], f"/v1/leaderboards/{board['key']}")
    assert page["total"] == CROWD
    assert page["period"]["ends_at"]
    problem(await marketer.post("/v1/boards", definition(key=board["key"])), 409, "board-exists")
    problem(await marketer.post("/v1/boards/no-such-board/archive"), 404, "board-not-found")


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("minimum", {"minimum": 9}),
        ("schedule", {"schedule": "* * * * *"}),
        ("schedule", {"schedule": "0 0 31 2 *"}),
        ("zone", {"zone": "Europe/Atlantis"}),
        ("within.value", {"within": {"dimension": "market", "value": "gb"}}),
        ("key", {"key": "Two words"}),
    ],
)
async def test_a_definition_that_makes_no_sense_names_its_field(house: House, field: str, more: Body) -> None:
    marketer = await house.staff(Role.MARKETER)
    body = problem(await marketer.post("/v1/boards", definition(**more)), 422, "board-invalid")
    assert fields(body) == [field]
    assert (await marketer.post("/v1/boards", definition())).status_code == 201


@pytest.mark.parametrize(
    "more",
    [
        {"within": {"dimension": "employer", "value": "NHS"}},
        {"within": {"dimension": "market", "value": "GB", "and": "en"}},
        {"ties": "coin"},
        {"rank": 1},
    ],
)
async def test_a_board_is_narrowed_by_one_thing_and_by_nothing_that_is_not_listed(house: House, more: Body) -> None:
    marketer = await house.staff(Role.MARKETER)
    problem(await marketer.post("/v1/boards", definition(**more)), 400, "invalid-request")
    assert (await marketer.post("/v1/boards", definition())).status_code == 201


async def test_who_withdraws_on_paper_is_gone_with_the_answer(house: House, people: list[Asker]) -> None:
    item, leaving = await house.item(PART), await house.hcp()
    await leaving.record(house.activity(item))
    before = await shown(leaving, "/v1/leaderboards/all-time")
    administrator = await house.staff(Role.ADMINISTRATOR)
    paper = {"purpose": "leaderboard", "state": "withdrawn", "method": "paper", "evidence": {"reference": "form 17"}}
    answer = await administrator.post(f"/v1/hcps/{leaving.person}/consents", {"consents": [paper]})
    assert answer.status_code == 201
    after = await people[0].read("/v1/leaderboards/all-time")
    assert before["own"]["alias"] not in str(after)
    assert after["total"] == before["total"] - 1


async def test_a_consent_that_runs_out_leaves_the_board_by_itself_within_a_minute(
    house: House, people: list[Asker]
) -> None:
    leaving = await house.hcp()
    await leaving.record(house.activity(await house.item(PART)))
    own = (await shown(leaving, "/v1/leaderboards/all-time"))["own"]
    until = house.clock.now() + timedelta(minutes=1)
    await house.database.execute(
        "update consent.current_state set expires_at = $2 where person = $1 and purpose = 'leaderboard'",
        leaving.person, until,
    )  # fmt: skip
    await leaving.record(house.activity(await house.item(PART)))
    await house.delivered()
    assert own["alias"] in str(await people[0].read("/v1/leaderboards/all-time", limit=50))
    house.clock.move(timedelta(minutes=1))
    gone = "not (select active from gamification.board_member where person"
    await house.until(f"{gone} = '{leaving.person}')")
    await house.delivered()
    assert own["alias"] not in str(await people[0].read("/v1/leaderboards/all-time", limit=50))
