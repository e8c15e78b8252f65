"""Activities that are taken back: with them goes what they earned, and nothing else."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from access import Role
from tests.api.asker import Asker
from tests.api.house import PART, QUIZ, House, problem

PASSED = {"score": 0.95, "success": True}
WRONG = {"reason": "corrected"}


async def standing(hcp: Asker) -> Mapping[str, Any]:
    points, entries = await hcp.read("/v1/me/points"), (await hcp.read("/v1/me/points/entries", limit=200))["items"]
    assert points["points"] == sum(each["points"] for each in entries)
    badges = [badge["key"] for badge in (await hcp.read("/v1/me/badges"))["items"]]
    streaks = {each["key"]: each["longest"] for each in (await hcp.read("/v1/me/streaks"))["items"]}
    return {"points": points["points"], "level": points["level"]["level"], "badges": badges, "streaks": streaks}


async def test_what_is_taken_back_is_as_if_it_had_never_happened_and_nothing_is_erased(house: House) -> None:
    """A grade that was corrected: elsewhere the badge stays, because the log says so."""
    hcp, machine = await house.hcp(), await house.machine("GB")
    who, quiz, part = str(hcp.person), await house.item(QUIZ), await house.item(PART)
    read = house.activity(part, actor=who, ago=timedelta(days=1))
    await machine.post("/v1/activities", [read])
    before = await standing(hcp)
    passed = house.activity(quiz, "passed", result=PASSED, actor=who)
    await machine.post("/v1/activities", [passed])
    assert (await standing(hcp))["badges"] == ["top-mark"]
    entries = (await hcp.read("/v1/me/points/entries", limit=200))["items"]
    answer = await machine.post(f"/v1/activities/{passed['id']}/retract", WRONG)
    assert (answer.status_code, answer.json()) == (200, {"activity": passed["id"], "counted": True})
    assert await standing(hcp) == before
    after = (await hcp.read("/v1/me/points/entries", limit=200))["items"]
    assert [each for each in after if each["kind"] == "award"] == [each for each in entries if each["kind"] == "award"]
    (entry,) = [each for each in await house.trail(answer) if each["action"] == "gamification:activity:retracted"]
    assert (entry["reason"], entry["subject"]) == ("corrected", who)


async def test_the_only_activity_of_somebody_leaves_nothing_behind_and_can_be_done_again(house: House) -> None:
    hcp, machine, quiz = await house.hcp(), await house.machine("GB"), await house.item(QUIZ)
    who, untouched = str(hcp.person), await standing(hcp)
    first, second = (house.activity(quiz, "passed", result=PASSED, actor=who) for _ in range(2))
    await machine.post("/v1/activities", [first])
    earned = await standing(hcp)
    path = f"/v1/activities/{first['id']}/retract"
    assert (await machine.post(path, WRONG)).json()["counted"] is True
    assert await standing(hcp) == untouched
    assert (await machine.post(path, WRONG)).json()["counted"] is False, "it counts for nothing already"
    (repeat,) = (await machine.post("/v1/activities", [first])).json()["results"]
    assert repeat["status"] == "repeated", "its id stays known"
    assert await standing(hcp) == untouched
    await machine.post("/v1/activities", [second])
    assert await standing(hcp) == earned


async def test_a_place_under_a_cap_that_an_activity_held_goes_to_the_next_one(house: House) -> None:
    hcp, machine = await house.hcp(), await house.machine("GB")
    rooms = [await house.item((), "webinar") for _ in range(2)]
    attended = [
        house.activity(room, "attended", actor=str(hcp.person), ago=timedelta(minutes=9 - number))
        for number, room in enumerate(rooms)
    ]
    await machine.post("/v1/activities", attended)
    paid = [each["activity"] for each in (await hcp.read("/v1/me/points/entries"))["items"]]
    assert attended[0]["id"] in paid
    assert attended[1]["id"] not in paid
    house.clock.move(timedelta(minutes=1))
    await machine.post(f"/v1/activities/{attended[0]['id']}/retract", WRONG)
    entries = (await hcp.read("/v1/me/points/entries"))["items"]
    assert [each["points"] for each in entries if each["activity"] == attended[1]["id"]] == [15]
    assert (await hcp.read("/v1/me/points"))["points"] == 15
    award = await house.database.fetchval(
        "select id from gamification.award where person = $1 and activity = $2 and state = 'active' and points > 0",
        hcp.person,
        UUID(attended[1]["id"]),
    )
    await house.settled()
    proof = await hcp.read(f"/v1/awards/{award}/proof")
    assert len(proof["audit"]) == 1, "it stands in the log, in the entry of what made room for it"


async def test_a_machine_takes_back_what_it_told_itself_and_an_officer_anything_in_scope(house: House) -> None:
    hcp, teller, other = await house.hcp(), await house.machine("GB"), await house.machine("GB")
    part = await house.item(PART)
    told, own = house.activity(part, actor=str(hcp.person)), house.activity(part)
    await teller.post("/v1/activities", [told])
    await hcp.record(own)
    path = f"/v1/activities/{told['id']}/retract"
    unknown = problem(await other.post(path, WRONG), 404, "activity-not-found")
    never = problem(await other.post(f"/v1/activities/{hcp.person}/retract", WRONG), 404, "activity-not-found")
    assert unknown | {"request_id": None} == never | {"request_id": None}
    problem(await teller.post(f"/v1/activities/{own['id']}/retract", WRONG), 404, "activity-not-found")
    far = await house.staff(Role.COMPLIANCE_OFFICER, "FR")
    problem(await far.post(path, WRONG), 404, "activity-not-found")
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    problem(await officer.post(path, {"reason": "Jane Doe asked"}), 400, "invalid-request")
    assert (await teller.post(path, WRONG)).json()["counted"] is True
    assert (await officer.post(f"/v1/activities/{own['id']}/retract", WRONG)).json()["counted"] is True
    assert (await hcp.read("/v1/me/points"))["points"] == 0


async def test_a_badge_that_was_revoked_is_not_won_back_by_taking_its_ground_away_and_doing_it_again(
    house: House,
) -> None:
    hcp, machine, officer = (
        await house.hcp(),
        await house.machine("GB"),
        await house.staff(Role.COMPLIANCE_OFFICER, "GB"),
    )
    quiz, who = await house.item(QUIZ), str(hcp.person)
    first, second = (house.activity(quiz, "passed", result=PASSED, actor=who) for _ in range(2))
    await machine.post("/v1/activities", [first])
    (badge,) = (await hcp.read("/v1/me/badges"))["items"]
    await officer.post(f"/v1/awards/{badge['award']}/revoke", {"reason": "misconduct"})
    await machine.post(f"/v1/activities/{first['id']}/retract", WRONG)
    answer = await machine.post("/v1/activities", [second])
    assert (answer.status_code, answer.json()["results"][0]["status"]) == (200, "recorded")
    assert (await hcp.read("/v1/me/points"))["points"] > 0
    assert (await standing(hcp))["badges"] == []
    back = await officer.post(f"/v1/awards/{badge['award']}/reinstate", {"reason": "appeal-granted"})
    assert back.status_code == 200, back.text
    assert (await standing(hcp))["badges"] == ["top-mark"]
