"""Campaigns for some professions: who was one when it was recorded earns, whatever somebody becomes later."""

from datetime import timedelta
from uuid import UUID

import gamification
from access import Role
from gamification import Campaign
from gamification.service.previewing import replayed
from gamification.vocabulary import Blocked, CampaignState
from people.vocabulary import Profession
from tests.api.asker import Asker
from tests.api.campaigning import campaign_in, fresh_key, written
from tests.api.house import ORIGIN, House, fields, problem


async def who_is(house: House, profession: str | None) -> Asker:
    hcp = await house.hcp()
    if profession is not None:
        answer = await hcp.ask("PATCH", "/v1/me/profile", body={"profession": profession})
        assert answer.status_code == 200, answer.text
    return hcp


async def earned(house: House, hcp: Asker, campaign: Campaign) -> int:
    return await house.count("gamification.award", "person = $1 and rule like $2", hcp.person, f"{campaign.key}-%")


async def said(hcp: Asker, campaign: Campaign) -> str | None:
    (line,) = [each for each in (await hcp.read("/v1/me/opportunities"))["items"] if each["campaign"] == campaign.key]
    return str(line["reason"]) if line["reason"] else None


async def for_nurses(house: House) -> Campaign:
    return await campaign_in(house, CampaignState.RUNNING, professions=(Profession.NURSE, Profession.MIDWIFE))


async def test_only_who_is_of_a_profession_of_the_campaign_earns_and_everybody_else_is_told_why(
    house: House,
) -> None:
    campaign = await for_nurses(house)
    room = await house.item((campaign.key,), "webinar")
    told = {}
    for profession in ("nurse", "midwife", "physician", None):
        hcp = await who_is(house, profession)
        await hcp.record(house.activity(room, "attended"))
        told[profession] = (await earned(house, hcp, campaign), await said(hcp, campaign))
    assert told == {
        "nurse": (1, None), "midwife": (1, None), "physician": (0, "other-profession"), None: (0, "other-profession"),
    }  # fmt: skip
    officer, nobody = await house.staff(Role.COMPLIANCE_OFFICER, "GB"), await who_is(house, None)
    why = await officer.get(f"/v1/rules/{campaign.key}-webinar/why-not", person=str(nobody.person))
    assert why.json()["reason"] == "other-profession"


async def test_who_changes_profession_keeps_what_was_earned_and_a_rebuild_and_a_preview_agree(
    house: House, migrated_url: str
) -> None:
    campaign = await for_nurses(house)
    first, second = [await house.item((campaign.key,), "webinar") for _ in range(2)]
    hcp = await who_is(house, "nurse")
    await hcp.record(house.activity(first, "attended"))
    assert (await hcp.ask("PATCH", "/v1/me/profile", body={"profession": "physician"})).status_code == 200
    await hcp.record(house.activity(second, "attended", ago=timedelta(days=1)))  # learnt of now
    assert await earned(house, hcp, campaign) == 1
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []
        _, ruleset = await gamification.current_rules(uow)
    wanted = gamification.PreviewWanted(ruleset=ruleset, workers=1)
    counted, _ = await replayed(migrated_url, wanted, ORIGIN, house.clock.now())
    (awards,) = [
        cell.awards for (rule, _), cell in counted.tallies[0].rules.items() if rule == f"{campaign.key}-webinar"
    ]
    assert awards == await house.count("gamification.award", "rule = $1", f"{campaign.key}-webinar")
    assert counted.tallies[0].blocked[Blocked.OTHER_PROFESSION] >= 1


async def test_a_profession_is_kept_with_what_is_scored_and_with_nothing_else(house: House) -> None:
    item, agreed, outside = await house.item(), await who_is(house, "nurse"), await who_is(house, "nurse")
    answer = await outside.ask("PUT", "/v1/me/consents/gamification", body={"state": "withdrawn"})
    assert answer.status_code == 200, answer.text
    stamps = {}
    for hcp in (agreed, outside):
        await hcp.record(house.activity(item))
        stamps[hcp.person] = await house.database.fetchval(
            "select profession from engagement.activity where person = $1", hcp.person
        )
    assert stamps == {agreed.person: "nurse", outside.person: None}


async def test_a_marketer_names_professions_from_the_list_and_reads_them_again(house: House) -> None:
    marketer = await house.staff(Role.MARKETER, "GB")
    one, other = fresh_key(), fresh_key()
    wanted = written(one, professions=["nurse", "midwife", "nurse"]) | {"key": one}
    made = await marketer.post("/v1/campaigns", wanted)
    assert (made.status_code, made.json()["professions"]) == (201, ["midwife", "nurse"])
    assert (await marketer.read(f"/v1/campaigns/{UUID(made.json()['id'])}"))["professions"] == ["midwife", "nurse"]
    refused = await marketer.post("/v1/campaigns", written(other, professions=["surgeon"]) | {"key": other})
    assert fields(problem(refused, 400, "invalid-request")) == ["professions[0]"]
