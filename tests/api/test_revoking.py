"""Badges that are taken back and given back."""

from datetime import timedelta
from uuid import uuid4

import gamification
from access import Role
from gamification.vocabulary import CampaignState
from tests.api.asker import Asker
from tests.api.campaigning import campaign_in
from tests.api.house import ORIGIN, House, problem


async def with_badge(house: House) -> tuple[Asker, str, str]:
    """Register somebody who attended a webinar, and return the badge's award and the webinar."""
    hcp, room = await house.hcp(), await house.item((), "webinar")
    await hcp.record(house.activity(room, "attended"))
    (badge,) = (await hcp.read("/v1/me/badges"))["items"]
    return hcp, badge["award"], room


async def test_a_revoked_badge_is_not_held_not_earned_again_and_can_be_reinstated(house: House) -> None:
    hcp, award, room = await with_badge(house)
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    revoked = await officer.post(f"/v1/awards/{award}/revoke", {"reason": "issued-in-error"})
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert (await hcp.read("/v1/me/badges"))["items"] == []
    assert (await hcp.read(f"/v1/awards/{award}/proof"))["state"] == "revoked"
    offered = {each["key"]: each["reason"] for each in (await hcp.read("/v1/me/opportunities"))["items"]}
    assert offered["first-webinar"] == "revoked", "it isn't held, so nobody says that it is"
    (entry,) = [each for each in await house.trail(revoked) if each["action"] == "gamification:award:revoked"]
    assert (entry["reason"], entry["subject"]) == ("issued-in-error", str(hcp.person))
    await hcp.record(house.activity(room, "attended"), house.activity(room, "attended", ago=timedelta(days=3)))
    assert (await hcp.read("/v1/me/badges"))["items"] == [], "nor by a replay of the whole history"
    back = await officer.post(f"/v1/awards/{award}/reinstate", {"reason": "appeal-granted"})
    assert (back.status_code, back.json()["state"]) == (200, "active")
    assert [badge["award"] for badge in (await hcp.read("/v1/me/badges"))["items"]] == [award]


async def test_only_what_is_held_can_be_revoked_and_only_what_was_revoked_reinstated(house: House) -> None:
    hcp, award, _ = await with_badge(house)
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    path = f"/v1/awards/{award}"
    problem(await officer.post(f"{path}/reinstate", {"reason": "correction"}), 409, "award-not-revocable")
    assert (await officer.post(f"{path}/revoke", {"reason": "correction"})).status_code == 200
    problem(await officer.post(f"{path}/revoke", {"reason": "correction"}), 409, "award-not-revocable")
    points = (await hcp.read("/v1/me/points/entries"))["items"][0]["award"]
    problem(await officer.post(f"/v1/awards/{points}/revoke", {"reason": "correction"}), 409, "award-not-revocable")
    problem(await officer.post(f"/v1/awards/{uuid4()}/revoke", {"reason": "correction"}), 404, "award-not-found")
    problem(await officer.post(f"{path}/reinstate", {"reason": "Jane Doe asked"}), 400, "invalid-request")
    assert (await officer.post(f"{path}/reinstate", {"reason": "correction"})).status_code == 200


async def test_a_revoked_badge_opens_no_rule_until_it_is_given_back_and_a_rebuild_agrees(house: House) -> None:
    rules = """badges:
  - {{key: {key}-host, name: Host, description: Attended., when: {{verbs: [attended], tags: {{any: [{key}]}}}}}}
points:
  - key: {key}-guest
    name: For hosts alone
    when: {{verbs: [viewed], tags: {{any: [{key}]}}}}
    points: 7
    recurs: ever
    needs: [[{{is: badge, key: {key}-host}}]]
"""
    campaign = await campaign_in(house, CampaignState.RUNNING, rules=rules)
    hcp, officer = await house.hcp(), await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    items = [await house.item((campaign.key,), "webinar") for _ in range(4)]

    async def paid() -> int:
        return await house.count("gamification.award", "person = $1 and rule = $2", hcp.person, f"{campaign.key}-guest")

    await hcp.record(house.activity(items[0], "attended"))
    house.clock.move(timedelta(seconds=1))  # at one instant the ids decide which came first
    await hcp.record(house.activity(items[0]))
    assert await paid() == 1
    award = await house.database.fetchval(
        "select id from gamification.award where person = $1 and rule = $2", hcp.person, f"{campaign.key}-host"
    )
    assert (await officer.post(f"/v1/awards/{award}/revoke", {"reason": "correction"})).status_code == 200
    house.clock.move(timedelta(seconds=1))
    await hcp.record(house.activity(items[1]))
    assert await paid() == 1, "what it opened before stays, and it opens nothing more"
    line = next(x for x in (await hcp.read("/v1/me/opportunities"))["items"] if x["key"] == f"{campaign.key}-guest")
    assert (line["can_earn"], line["reason"]) == (False, "needs-missing")
    house.clock.move(timedelta(seconds=1))
    assert (await officer.post(f"/v1/awards/{award}/reinstate", {"reason": "appeal-granted"})).status_code == 200
    house.clock.move(timedelta(seconds=1))
    await hcp.record(house.activity(items[2]))
    assert await paid() == 2
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []


async def test_a_revoked_badge_whose_conditions_are_met_again_is_told_of_to_nobody_and_takes_no_second_place(
    house: House,
) -> None:
    rules = """badges:
  - key: {key}-host
    name: Host
    description: Attended.
    most_earners: 2
    when: {{verbs: [attended], tags: {{any: [{key}]}}}}
"""
    campaign = await campaign_in(house, CampaignState.RUNNING, rules=rules)
    badge, room = f"{campaign.key}-host", await house.item((campaign.key,), "webinar")
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")

    async def attended(hcp: Asker) -> tuple[str, list[str]]:
        house.clock.move(timedelta(seconds=1))
        (result,) = await hcp.record(activity := house.activity(room, "attended"))
        return str(activity["id"]), [each["key"] for each in result["effects"]["badges"] if each["key"] == badge]

    async def places() -> object:
        return await house.database.fetchval("select used from gamification.budget where key = $1", badge)

    hcp, second, third = [await house.hcp() for _ in range(3)]
    first, told = await attended(hcp)
    assert (told, await places()) == ([badge], 1)
    award = await house.database.fetchval(
        "select id from gamification.award where person = $1 and rule = $2", hcp.person, badge
    )
    assert (await officer.post(f"/v1/awards/{award}/revoke", {"reason": "correction"})).status_code == 200
    assert (await officer.post(f"/v1/activities/{first}/retract", {"reason": "corrected"})).status_code == 200
    again, told = await attended(hcp)
    assert (told, await places()) == ([], 1), "its conditions are met again, and nothing is awarded"
    assert ((await attended(second))[1], await places()) == ([badge], 2), "the second place is free"
    assert ((await attended(third))[1], await places()) == ([], 2), "and there are no more"
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []
    assert (await officer.post(f"/v1/awards/{award}/reinstate", {"reason": "correction"})).status_code == 200
    assert badge in [each["key"] for each in (await hcp.read("/v1/me/badges"))["items"]]
    assert (await officer.post(f"/v1/activities/{again}/retract", {"reason": "corrected"})).status_code == 200
    assert badge not in [each["key"] for each in (await hcp.read("/v1/me/badges"))["items"]], "it has no ground"
    assert await places() == 1
