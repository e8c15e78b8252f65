"""Accredited education on boards shows only who agreed to it, and whoever did not learns all the same (C14)."""

from datetime import timedelta
from uuid import uuid4

from access import Role
from content.vocabulary import ContentClass
from gamification.vocabulary import RewardKind
from tests.api.asker import Asker
from tests.api.house import House, problem
from tests.api.test_boards import definition, shown

SHARING = "/v1/me/consents/accredited_sharing"
CROWD = 10


async def answer(hcp: Asker, state: str) -> None:
    said = await hcp.ask("PUT", SHARING, body={"state": state, "notice_version": 1})
    assert said.status_code == 200, said.text


async def test_accredited_points_are_shown_of_nobody_who_does_not_share_them(house: House) -> None:
    marketer = await house.staff(Role.MARKETER)
    course, part = await house.item(lane=ContentClass.ACCREDITED), await house.item()
    people = [await house.hcp() for _ in range(CROWD + 1)]
    private = people[-1]
    await answer(private, "denied")
    for hcp in people:
        (learnt,) = await hcp.record(house.activity(course))
        assert learnt["status"] == "recorded"
        assert learnt["effects"]["points"], "whoever refuses takes part and earns like everybody"
        house.clock.move(timedelta(minutes=31))
    board = (await marketer.post("/v1/boards", definition(lane="accredited"))).json()["key"]
    path = f"/v1/leaderboards/{board}"
    page, unseen = await shown(people[0], path, limit=50), await shown(private, path, limit=50)
    assert (page["total"], page["notice"], page["own"]["points"]) == (CROWD, None, page["items"][0]["points"])
    assert (unseen["total"], unseen["notice"], unseen["own"]) == (CROWD, "individuals-not-shared", None)
    assert (await private.read("/v1/me/points"))["points"] == (await people[0].read("/v1/me/points"))["points"] > 0
    medical = await shown(people[0], "/v1/leaderboards/all-time")
    assert medical["own"] is None, "no lane is mixed into another"
    await private.record(house.activity(part))
    alone = await shown(private, "/v1/leaderboards/all-time")
    assert alone["points"] < (await private.read("/v1/me/points"))["points"]
    await answer(people[0], "withdrawn")
    assert (await shown(people[1], path))["notice"] == "too-few-people", "in force when it is answered"
    await answer(people[0], "granted")
    assert (await shown(people[1], path))["total"] == CROWD


async def test_a_place_on_a_board_wins_recognition_for_who_came_to_it(house: House) -> None:
    marketer, reviewer = await house.staff(Role.MARKETER), await house.staff(Role.MEDICAL_REVIEWER)
    parts, people = [await house.item(), await house.item()], [await house.hcp() for _ in range(CROWD)]
    yesterday = timedelta(days=1)
    for number, hcp in enumerate(people):
        await hcp.record(*[house.activity(item, ago=yesterday) for item in parts[: 2 if number == 0 else 1]])
    start = house.clock.now() - timedelta(days=3)
    body = definition(schedule="0 0 * * *", starts_at=start.isoformat(), settling_minutes=5)
    board = (await marketer.post("/v1/boards", body)).json()["key"]
    await shown(people[0], f"/v1/leaderboards/{board}")
    kind = {"kind": RewardKind.CERTIFICATE, "board": board, "rank": 1}
    reward = await house.reward(approved=False, **kind)
    approved = await reviewer.post(f"/v1/rewards/{reward.id}/approve", {"reference": f"MLR-{uuid4().hex[:4]}"})
    assert approved.status_code == 200, approved.text
    path = f"/v1/rewards/{reward.id}/claims"
    problem(await people[1].post(path), 409, "rank-not-reached")
    (offer,) = [each for each in (await people[1].read("/v1/rewards"))["items"] if each["id"] == str(reward.id)]
    assert [each["code"] for each in offer["why_not"]] == ["rank-not-reached"]
    assert (await people[0].post(path)).status_code == 201
