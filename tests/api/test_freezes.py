"""Freezes that staff grant: they save a streak, whatever arrives late, and only where its rule has room for them."""

from datetime import timedelta

import gamification
from access import Role
from consent.vocabulary import Purpose
from gamification.service.previewing import replayed
from tests.api.asker import Asker
from tests.api.house import ORIGIN, House, problem

WEEK = timedelta(days=7)
STREAK = "weekly-learning"


async def streak(hcp: Asker) -> tuple[int, int, int]:
    lines = {each["key"]: each for each in (await hcp.read("/v1/me/streaks"))["items"]}
    return lines[STREAK]["current"], lines[STREAK]["longest"], lines[STREAK]["freezes"]


async def granted(house: House, hcp: Asker, **more: object) -> int:
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "GB")
    answer = await officer.post(
        f"/v1/hcps/{hcp.person}/freezes", {"streak": STREAK, "freezes": 1, "reason": "service-outage"} | more
    )
    assert answer.status_code == 201, answer.text
    (entry,) = [each for each in await house.trail(answer) if each["action"] == "gamification:streak:freezes_granted"]
    assert (entry["subject"], entry["resource"]) == (str(hcp.person), f"streak:{STREAK}")
    return int(answer.json()["held"])


async def test_a_freeze_saves_the_streak_and_a_late_arrival_and_a_rebuild_agree(house: House) -> None:
    hcp, other, item = await house.hcp(), await house.hcp(), await house.item()
    for each in (hcp, other):
        await each.record(house.activity(item))
    assert await granted(house, hcp) == 1
    assert (await streak(hcp), await streak(other)) == ((1, 1, 1), (1, 1, 0))
    house.clock.move(2 * WEEK)
    for each in (hcp, other):
        await each.record(house.activity(item))
    assert (await streak(hcp), await streak(other)) == ((2, 2, 0), (1, 1, 0))
    for each in (hcp, other):  # the week before the first one, learnt of now
        await each.record(house.activity(item, ago=3 * WEEK))
    assert (await streak(hcp), await streak(other)) == ((3, 3, 0), (1, 2, 0))
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []


async def test_a_streak_holds_its_most_and_then_refuses(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    await hcp.record(house.activity(item))
    assert await granted(house, hcp, freezes=2) == 2
    assert await granted(house, hcp, freezes=2) == 3
    officer, path = await house.staff(Role.COMPLIANCE_OFFICER, "GB"), f"/v1/hcps/{hcp.person}/freezes"
    wanted = {"streak": STREAK, "freezes": 1, "reason": "goodwill"}
    problem(await officer.post(path, wanted), 409, "freezes-refused")
    problem(await officer.post(path, wanted | {"streak": "daily-learning"}), 409, "freezes-refused")
    problem(await officer.post(path, wanted | {"streak": "no-such"}), 404, "streak-not-found")
    problem(await officer.post(path, wanted | {"reason": "was ill"}), 400, "invalid-request")
    problem(await officer.post(path, wanted | {"freezes": 0}), 400, "invalid-request")


async def test_who_has_not_begun_or_does_not_take_part_gets_none(house: House) -> None:
    hcp, item = await house.hcp(), await house.item()
    outside = await house.hcp(agreed=(Purpose.ENGAGEMENT,))
    await outside.record(house.activity(item))
    officer, wanted = (
        await house.staff(Role.COMPLIANCE_OFFICER, "GB"),
        {"streak": STREAK, "freezes": 1, "reason": "absence"},
    )
    problem(await officer.post(f"/v1/hcps/{hcp.person}/freezes", wanted), 409, "freezes-refused")
    problem(await officer.post(f"/v1/hcps/{outside.person}/freezes", wanted), 403, "consent-required")
    assert await house.count("gamification.freeze_grant", "person = any($1::uuid[])", [hcp.person, outside.person]) == 0
    await hcp.record(house.activity(item))
    assert await granted(house, hcp) == 1


async def test_a_preview_of_the_rules_in_force_counts_what_a_freeze_made_possible(
    house: House, migrated_url: str
) -> None:
    hcp, item = await house.hcp(), await house.item()
    for weeks in (1, 1, 2, 1):
        await hcp.record(house.activity(item))
        if weeks == 2:
            assert await granted(house, hcp) == 1
        house.clock.move(weeks * WEEK)
    await hcp.record(house.activity(item))
    held = "rule = 'four-weeks' and kind = 'badge' and state = 'active'"
    assert await house.count("gamification.award", f"{held} and person = $1", hcp.person) == 1
    async with house.runtime.work.read(ORIGIN) as uow:
        _, ruleset = await gamification.current_rules(uow)
    wanted = gamification.PreviewWanted(ruleset=ruleset, workers=1)
    counted, _ = await replayed(migrated_url, wanted, ORIGIN, house.clock.now())
    (earners,) = [cell.people for (rule, _), cell in counted.tallies[0].rules.items() if rule == "four-weeks"]
    assert earners == await house.count("gamification.award", held)
