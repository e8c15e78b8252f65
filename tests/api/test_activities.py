"""Recording activities: what is recorded, what is repeated, what is refused and why."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from access import Role
from consent.vocabulary import Purpose
from tests.api.asker import Body
from tests.api.house import PART, QUIZ, House, fields, problem
from tests.api.opening import worker

NOTHING: dict[str, list[str]] = {
    "points": [],
    "badges": [],
    "levels": [],
    "streaks": [],
    "quests": [],
    "contributions": [],
}
PASSED = {"score": 0.95, "success": True}


async def test_an_activity_is_answered_with_everything_it_changed(house: House) -> None:
    hcp, quiz = await house.hcp(), await house.item(QUIZ)
    (result,) = await hcp.record(house.activity(quiz, "passed", result=PASSED))
    assert result["status"] == "recorded"
    points = {each["rule"]: each["points"] for each in result["effects"]["points"]}
    assert points == {"take-quiz": 4, "pass-assessment": 40, "excel-in-assessment": 20}
    assert [badge["key"] for badge in result["effects"]["badges"]] == ["top-mark"]
    streaks = {streak["key"]: streak["current"] for streak in result["effects"]["streaks"]}
    assert streaks == {"daily-learning": 1, "weekly-learning": 1}
    assert (await hcp.read("/v1/me/points"))["points"] == 64


async def test_an_activity_with_a_known_id_changes_nothing_and_answers_what_the_first_one_answered(
    house: House,
) -> None:
    hcp, quiz, other = await house.hcp(), await house.item(QUIZ), await house.item()
    activity = house.activity(quiz, "passed", result=PASSED)
    (first,) = await hcp.record(activity)
    (between,) = await hcp.record(house.activity(other))
    assert between["effects"]["points"], "another id does change something"
    before = await hcp.read("/v1/me/points/entries")
    (again,) = await hcp.record(activity)
    assert again == first | {"status": "repeated"}
    (changed,) = await hcp.record(activity | {"verb": "viewed", "object": other, "result": {}})
    assert changed == again, "the id decides what is a repeat, never the content"
    assert await hcp.read("/v1/me/points/entries") == before
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 2


async def test_of_ten_deliveries_at_the_same_moment_one_is_recorded_and_all_answer_the_same(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    activity = house.activity(item)
    async with worker(house) as second:
        answers = await asyncio.gather(*(hcp.record(activity, via=second if each % 2 else None) for each in range(10)))
    results = [result for (result,) in answers]
    assert sorted(result["status"] for result in results) == ["recorded", *["repeated"] * 9]
    assert {str(result["effects"]) for result in results} == {str(results[0]["effects"])}
    assert results[0]["effects"]["points"]
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 1


async def test_an_id_of_another_person_is_refused_and_shows_nothing_of_what_it_earned(house: House) -> None:
    owner, other, quiz = await house.hcp(), await house.hcp(), await house.item(QUIZ)
    activity = house.activity(quiz, "passed", result=PASSED)
    await owner.record(activity)
    (refused,) = await other.record(activity)
    assert refused["status"] == "refused"
    assert refused["reason"] == "id-belongs-to-another-person"
    assert refused["field"] == "id"
    assert refused["effects"] == NOTHING
    assert (await other.read("/v1/me/points"))["points"] == 0
    (own,) = await owner.record(activity)
    assert own["status"] == "repeated", "for its owner it is what it was"


async def test_an_id_that_comes_twice_in_one_batch_is_recorded_once_and_the_rest_lands(house: House) -> None:
    hcp, item, other = await house.hcp(), await house.item(), await house.item()
    twice = house.activity(item)
    first, second, third = await hcp.record(twice, twice, house.activity(other))
    assert [first["status"], second["status"], third["status"]] == ["recorded", "repeated", "recorded"]
    assert second["effects"] == first["effects"]
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 2


async def test_a_clock_may_go_five_minutes_ahead_and_no_more(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    ahead, too_far = await hcp.record(
        house.activity(item, ago=timedelta(minutes=-5)), house.activity(item, ago=timedelta(minutes=-5, seconds=-1))
    )
    assert ahead["status"] == "recorded"
    assert (too_far["status"], too_far["reason"]) == ("refused", "occurred-in-the-future")
    assert too_far["field"] == "occurred_at"


async def test_only_content_that_was_visible_at_that_time_is_recorded(house: House) -> None:
    hcp, now = await house.hcp(), house.clock.now()
    opened = await house.item(visible_from=now - timedelta(hours=2), visible_until=now - timedelta(hours=1))
    withdrawn = await house.item()
    reviewer = await house.staff(Role.MEDICAL_REVIEWER)
    assert (await reviewer.post(f"/v1/content/{withdrawn}/withdraw")).status_code == 200
    hidden = [
        house.activity(await house.item(approved=False)),
        house.activity(await house.item(markets=("FR",))),
        house.activity(str(uuid4())),
        house.activity(withdrawn),
        house.activity(opened, ago=timedelta(hours=3)),
        house.activity(opened),
    ]
    *refused, recorded = await hcp.record(*hidden, house.activity(opened, ago=timedelta(minutes=90)))
    assert {(each["status"], each["reason"], each["field"]) for each in refused} == {
        ("refused", "content-not-visible", "object")
    }
    assert recorded["status"] == "recorded"
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 1


async def test_an_activity_older_than_the_retention_is_refused_where_one_is_set(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    old, young = house.activity(item, ago=timedelta(days=31)), house.activity(item, ago=timedelta(days=29))
    async with worker(house, activity_retention_days=30) as strict:
        refused, recorded = await hcp.record(old, young, via=strict)
    assert (refused["status"], refused["reason"]) == ("refused", "older-than-retention")
    assert recorded["status"] == "recorded"
    (kept,) = await hcp.record(old)
    assert kept["status"] == "recorded", "without a retention nothing is too old"


async def test_a_learning_system_delivers_for_many_and_each_is_judged_alone(house: House) -> None:
    machine, item = await house.machine("GB"), await house.item(markets=("GB", "FR"))
    willing, unwilling = await house.hcp(), await house.hcp(agreed=[Purpose.GAMIFICATION])
    abroad = await house.hcp(market="FR", zone="Europe/Paris", locale="fr")
    actors = [str(willing.person), str(unwilling.person), str(abroad.person), str(uuid4()), None]
    answer = await machine.post("/v1/activities", [house.activity(item, actor=actor) for actor in actors])
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [(each["status"], each.get("reason")) for each in results] == [
        ("recorded", None),
        ("refused", "consent-required"),
        ("refused", "actor-unknown"),
        ("refused", "actor-unknown"),
        ("refused", "malformed"),
    ]
    assert (await willing.read("/v1/me/points"))["points"] == 5
    entries = {entry.get("subject"): entry for entry in await house.trail(answer)}
    assert entries[str(willing.person)]["action"] == "engagement:activity:recorded"
    assert entries[str(willing.person)]["on_behalf_of"] == str(willing.person)
    assert entries[str(willing.person)]["consent"], "the entry names the consent that allowed it"
    assert entries[str(unwilling.person)]["reason"] == "consent-required"
    assert str(abroad.person) not in entries, "people of other markets are not confirmed to exist"


async def test_a_single_delivered_activity_must_name_its_actor(house: House) -> None:
    machine, item = await house.machine(), await house.item()
    body = problem(await machine.post("/v1/activities", house.activity(item)), 400, "invalid-request")
    assert fields(body) == ["actor"]
    hcp = await house.hcp()
    answer = await machine.post("/v1/activities", house.activity(item, actor=str(hcp.person)))
    assert [each["status"] for each in answer.json()["results"]] == ["recorded"]


async def test_who_tells_of_oneself_acts_for_nobody_else(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    answer = await hcp.post("/v1/me/activities", house.activity(item))
    assert [entry.get("on_behalf_of") for entry in await house.trail(answer)] == [None]


async def test_nobody_records_an_activity_of_somebody_else(house: House) -> None:
    hcp, other, item = await house.hcp(), await house.hcp(), await house.item()
    foreign, own = await hcp.record(
        house.activity(item, actor=str(other.person)), house.activity(item, actor=str(hcp.person))
    )
    assert (foreign["status"], foreign["field"]) == ("refused", "actor")
    assert own["status"] == "recorded"
    assert await house.count("engagement.activity", "person = $1", other.person) == 0


@pytest.mark.parametrize("count", [0, 1_000])
async def test_a_request_carries_up_to_a_thousand_activities(house: House, count: int) -> None:
    hcp, item = await house.hcp(), await house.item()
    batch: list[Body] = [house.activity(item, ago=timedelta(minutes=each)) for each in range(count)]
    results = await hcp.record(*batch)
    assert [(each["id"], each["status"]) for each in results] == [(each["id"], "recorded") for each in batch]
    assert await house.count("engagement.activity", "person = $1", hcp.person) == count


async def test_the_trail_says_how_many_points_moved_not_those_of_repeats_and_those_of_quests_too(house: House) -> None:
    hcp, parts = await house.hcp(), [await house.item(PART) for _ in range(3)]
    rooms = [await house.item((), "webinar") for _ in range(2)]
    done: list[Body] = []
    told = []
    for number, item in enumerate([*parts, *rooms]):
        fresh = house.activity(item, "attended" if item in rooms else "viewed", ago=timedelta(days=5 - number))
        before = (await hcp.read("/v1/me/points"))["points"]
        answer = await hcp.post("/v1/me/activities", [*done, fresh])
        after = (await hcp.read("/v1/me/points"))["points"]
        (entry,) = await house.trail(answer)
        assert entry["detail"]["points"] == after - before, (number, answer.text)
        told.append(after - before)
        done.append(fresh)
    assert any(told), "the control: something moved"
