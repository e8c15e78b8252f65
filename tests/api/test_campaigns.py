"""The story of a campaign over HTTP: written, edited, reviewed by another, run by the clock, frozen by compliance."""

import json
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

import access
from access import AccountId, Role
from tests.api.asker import Asker, Body
from tests.api.campaigning import fresh_key, written
from tests.api.house import ORIGIN, House, fields, problem


async def created(marketer: Asker, key: str, **changed: object) -> Body:
    answer = await marketer.post("/v1/campaigns", written(key, **changed) | {"key": key})
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


async def step(asker: Asker, campaign: Body, name: str, **more: object) -> httpx.Response:
    return await asker.post(f"/v1/campaigns/{campaign['id']}/{name}", {"reason": f"It is time to {name}."} | more)


async def took(asker: Asker, campaign: Body, name: str, **more: object) -> Body:
    answer = await step(asker, campaign, name, **more)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


async def started(house: House, campaign: Body) -> None:
    await house.until(f"state = 'running' from gamification.campaign where id = '{campaign['id']}'")


async def paid(house: House, hcp: Asker, item: str) -> list[tuple[str, int]]:
    """Attend an item and return what that paid by rules of campaigns."""
    (result,) = await hcp.record(house.activity(item, "attended"))
    return [(each["rule"], each["points"]) for each in result["effects"]["points"] if each["rule"].startswith("c")]


async def test_a_campaign_from_its_first_draft_to_its_freeze(house: House) -> None:
    marketer, officer = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.COMPLIANCE_OFFICER)
    hcp, abroad, key = await house.hcp(), await house.hcp(market="FR"), fresh_key()
    item = await house.item((key,), "webinar", markets=("GB", "FR"))
    campaign = await created(marketer, key)
    assert (campaign["state"], campaign["revision"], campaign["author"]) == (
        "draft",
        1,
        str(marketer.caller.account),
    )
    cheaper = written(key)["rules"].replace("points: 50", "points: 30")
    edited = await marketer.ask(
        "PUT", f"/v1/campaigns/{campaign['id']}", body=written(key, rules=cheaper) | {"revision": 1}
    )
    assert (edited.status_code, edited.json()["revision"]) == (200, 2)
    stale = await marketer.ask("PUT", f"/v1/campaigns/{campaign['id']}", body=written(key) | {"revision": 1})
    problem(stale, 409, "campaign-moved")
    submitted = await took(marketer, campaign, "submit", past="backfill_silently")
    assert (submitted["state"], submitted["past"]) == ("in_review", "backfill_silently")
    assert "without telling anybody" in submitted["past_says"]
    problem(await step(marketer, campaign, "approve", revision=2), 403, "permission-missing")
    problem(await step(officer, campaign, "approve", revision=1), 409, "campaign-moved")
    assert await paid(house, hcp, item) == [], "nobody approved it"
    approved = await took(officer, campaign, "approve", revision=2)
    assert (approved["state"], approved["approved_by"]) == ("approved", str(officer.caller.account))
    house.clock.move(timedelta(minutes=1))
    await took(marketer, campaign, "schedule")
    await started(house, campaign)
    await house.until(f"count(*) = 1 from gamification.award where rule = '{key}-webinar' and person = '{hcp.person}'")
    house.clock.move(timedelta(minutes=1))
    second = await house.item((key,), "webinar", markets=("GB", "FR"))
    assert await paid(house, hcp, second) == [(f"{key}-webinar", 30)]
    assert await paid(house, abroad, second) == [], "it is for GB"
    await house.settled()
    for (award,) in await house.database.fetch("select id from gamification.award where rule = $1", f"{key}-webinar"):
        proof = await hcp.read(f"/v1/awards/{award}/proof")
        assert (proof["campaign"], proof["campaign_revision"]) == (key, 2)
        assert proof["campaign_approval"] == {
            "sha256": approved["sha256"],
            "approved_by": str(officer.caller.account),
            "approved_at": approved["approved_at"],
        }
        assert len(proof["audit"]) == 1, "also what was scored silently is under the log"
    frozen = await took(officer, campaign, "freeze")
    assert (frozen["state"], frozen["frozen_from"]) == ("frozen", "running")
    assert await paid(house, hcp, await house.item((key,), "webinar")) == []
    problem(await step(marketer, campaign, "resume"), 409, "campaign-step-refused")
    points = [each for each in (await hcp.read("/v1/me/points/entries"))["items"] if each["rule"] == f"{key}-webinar"]
    assert [each["points"] for each in points] == [30, 30], "nothing that was earned is taken back"


async def test_a_campaign_is_shown_in_its_visibility_window_and_scores_outside_of_it_too(house: House) -> None:
    marketer, officer = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.COMPLIANCE_OFFICER)
    hcp, keys = await house.hcp(), [fresh_key(), fresh_key(), fresh_key()]
    day = timedelta(days=1)
    windows: list[Body] = [{}, {"visible_from": house.clock.now() + day}, {"visible_until": house.clock.now()}]
    for key, window in zip(keys, windows, strict=True):
        times = {name: at.isoformat() for name, at in window.items()}
        campaign = await created(marketer, key, **times)
        await took(marketer, campaign, "submit", past="new_only")
        await took(officer, campaign, "approve", revision=1)
        await took(marketer, campaign, "schedule")
        await started(house, campaign)
    shown = {each["campaign"] for each in (await hcp.read("/v1/me/opportunities"))["items"] if "campaign" in each}
    assert set(keys) & shown == {keys[0]}
    for key in keys:
        assert await paid(house, hcp, await house.item((key,), "webinar")) == [(f"{key}-webinar", 50)]


async def test_the_steps_of_a_campaign_are_told_and_audited_with_reason_old_and_new(house: House) -> None:
    marketer, officer = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.COMPLIANCE_OFFICER)
    campaign = await created(marketer, fresh_key())
    await took(marketer, campaign, "submit", past="new_only")
    answer = await step(officer, campaign, "reject", revision=1)
    (entry,) = await house.trail(answer)
    assert entry["action"] == "gamification:campaign:moved"
    assert entry["resource"] == f"campaign:{campaign['id']}"
    assert entry["detail"]["because"] == "It is time to reject."
    assert (entry["detail"]["old"], entry["detail"]["new"]) == ({"state": "in_review"}, {"state": "draft"})
    path = f"/v1/campaigns/{campaign['id']}/transitions"
    steps = (await marketer.read(path))["items"]
    assert [each["step"] for each in steps] == ["create", "submit", "reject"]
    assert [each["actor"] for each in steps][1:] == [str(marketer.caller.account), str(officer.caller.account)]
    first = await officer.read(path, limit=1)
    rest = await officer.read(path, limit=5, cursor=first["next"])
    assert [each["step"] for each in first["items"] + rest["items"]] == ["create", "submit", "reject"]
    assert rest["next"] is None


async def test_the_author_of_a_campaign_never_approves_it_whatever_becomes_of_the_author(house: House) -> None:
    author, officer = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.COMPLIANCE_OFFICER)
    campaign = await created(author, fresh_key())
    await took(author, campaign, "submit", past="new_only")
    account = AccountId(UUID(str(author.caller.account)))
    async with house.runtime.work.begin(ORIGIN) as uow:
        await access.change_role(uow, account, Role.COMPLIANCE_OFFICER, access.EVERYTHING)
    promoted = await house.sitting(account, Role.COMPLIANCE_OFFICER, ["*"], author.caller.person)
    refused = await step(promoted, campaign, "approve", revision=1)
    body = problem(refused, 403, "campaign-author-never-approves")
    assert body["reason"] == "author-never-approves"
    assert [entry["decision"] for entry in await house.trail(refused)] == ["refused"]
    assert (await took(officer, campaign, "approve", revision=1))["state"] == "approved"


async def test_a_marketer_sees_and_touches_only_campaigns_inside_the_own_markets(house: House) -> None:
    british, wide = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.MARKETER)
    officer = await house.staff(Role.COMPLIANCE_OFFICER, "FR")
    here, both = await created(wide, fresh_key()), await created(wide, fresh_key(), markets=["FR", "GB"])
    assert (await british.read(f"/v1/campaigns/{here['id']}"))["key"] == here["key"]
    path = f"/v1/campaigns/{both['id']}"
    problem(await british.get(path), 404, "campaign-not-found")
    problem(await british.get(f"{path}/transitions"), 404, "campaign-not-found")
    problem(await step(british, both, "end"), 404, "campaign-not-found")
    seen = {each["id"] for each in (await british.read("/v1/campaigns", limit=200, state="draft"))["items"]}
    assert here["id"] in seen
    assert both["id"] not in seen
    everything = await officer.read("/v1/campaigns", limit=200)
    assert {here["id"], both["id"]} <= {each["id"] for each in everything["items"]}
    assert (await british.read("/v1/campaigns", state="ended"))["items"] == []
    first = await officer.read("/v1/campaigns", limit=1)
    assert (await officer.read("/v1/campaigns", limit=1, cursor=first["next"]))["items"] != first["items"]


async def test_the_rules_in_force_show_a_marketer_no_campaign_of_other_markets(house: House) -> None:
    british, officer = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.COMPLIANCE_OFFICER, "FR")
    wide, keys = await house.staff(Role.MARKETER), [fresh_key(), fresh_key()]
    for key, markets in zip(keys, (["GB"], ["FR", "GB"]), strict=True):
        campaign = await created(wide, key, markets=markets)
        await took(wide, campaign, "submit", past="new_only")
        await took(officer, campaign, "approve", revision=1)
        await took(wide, campaign, "schedule")
        await started(house, campaign)
    seen = [
        {part["key"] for part in (await asker.read("/v1/rules"))["rules"]["campaigns"]} for asker in (british, officer)
    ]
    assert set(keys) & seen[0] == {keys[0]}
    assert set(keys) <= seen[1]


async def test_a_country_that_says_no_is_named_with_code_rule_source_and_standing(house: House) -> None:
    marketer = await house.staff(Role.MARKETER, "GB")
    campaign = await created(marketer, fresh_key(), lane="accredited")
    body = problem(await step(marketer, campaign, "submit", past="new_only"), 422, "campaign-refused-by-policy")
    (refusal,) = body["refusals"]
    assert (refusal["country"], refusal["code"], refusal["rule"]) == ("GB", "marketer-on-accredited", "C15")
    assert refusal["source"]
    assert refusal["confirmed"] in (True, False)
    medical = await created(marketer, fresh_key())
    assert (await took(marketer, medical, "submit", past="new_only"))["state"] == "in_review"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"name": ""}, "name"),
        ({"lane": "secret"}, "lane"),
        ({"markets": []}, "markets"),
        ({"markets": ["XX"]}, "markets"),
        ({"budget": 0}, "budget"),
        ({"reason": "a\nb"}, "reason"),
        ({"opens_at": "2026-04-02T00:00:00"}, "opens_at"),
        ({"opens_at": "2026-04-02T00:00:00Z", "closes_at": "2026-04-01T00:00:00Z"}, "closes_at"),
        ({"rules": 5}, "rules"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_campaign_that_makes_no_sense_is_refused_by_the_name_of_the_field(
    house: House, changed: Body, field: str
) -> None:
    marketer, key = await house.staff(Role.MARKETER, "GB"), fresh_key()
    answer = await marketer.post("/v1/campaigns", written(key) | {"key": key} | changed)
    assert answer.status_code == 400, answer.text
    assert fields(answer.json()) == [field]


async def test_rules_are_refused_with_every_line_and_a_taken_key_is_a_conflict(house: House) -> None:
    marketer, key = await house.staff(Role.MARKETER, "GB"), fresh_key()
    wrong = written(key)["rules"].replace("points: 50", "points: 0").replace("[attended]", "[bought]")
    answer = await marketer.post("/v1/campaigns", written(key, rules=wrong) | {"key": key})
    body = problem(answer, 422, "rule-set-refused")
    assert "line 4, points[0].when.verbs[0]" in body["detail"]
    assert "line 5, points[0].points" in body["detail"]
    await created(marketer, key)
    problem(await marketer.post("/v1/campaigns", written(key) | {"key": key}), 409, "campaign-key-taken")


async def test_the_same_request_again_creates_nothing(house: House) -> None:
    marketer, key = await house.staff(Role.MARKETER, "GB"), fresh_key()
    body, headers = written(key) | {"key": key}, {"Idempotency-Key": key}
    first = await marketer.ask("POST", "/v1/campaigns", body=body, headers=headers)
    again = await marketer.ask("POST", "/v1/campaigns", body=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert await house.count("gamification.campaign", "key = $1", key) == 1


async def test_checking_rules_names_every_problem_and_writes_nothing(house: House) -> None:
    marketer = await house.staff(Role.MARKETER, "GB")
    rules = written("spring")["rules"]
    before = await house.count("gamification.campaign")
    assert (await marketer.post("/v1/rules/check", {"rules": rules})).json() == {"valid": True, "problems": []}
    wrong = (await marketer.post("/v1/rules/check", {"rules": rules.replace("50", "0") + "levels: 3\n"})).json()
    assert not wrong["valid"]
    assert all(each["line"] and each["field"] and each["fault"] and each["remedy"] for each in wrong["problems"])
    as_object = {"points": [{"key": "p", "name": "P", "when": {"verbs": ["attended"]}, "points": 0, "recurs": "ever"}]}
    (found,) = (await marketer.post("/v1/rules/check", {"rules": as_object})).json()["problems"]
    assert found["field"] == "points[0].points"
    assert json.dumps(as_object, indent=2).splitlines()[found["line"] - 1].strip().startswith('"points": 0')
    assert await house.count("gamification.campaign") == before


async def test_a_second_preview_does_not_tell_one_person_from_the_others(house: House) -> None:
    marketer, other, key = await house.staff(Role.MARKETER, "GB"), await house.staff(Role.MARKETER, "GB"), fresh_key()
    campaign, item = await created(marketer, key), await house.item((key,), "webinar")
    path = f"/v1/campaigns/{campaign['id']}/preview"
    for hours in (0, 50):
        hcp = await house.hcp()
        await hcp.record(house.activity(item, "attended", ago=timedelta(hours=hours)))

    def since(hours: int) -> Body:
        return {"since": (house.clock.now() - timedelta(hours=hours)).isoformat()}

    assert (await marketer.post(path, since(60))).status_code == 200
    problem(await marketer.post(path, since(40)), 409, "disclosure-too-close")
    assert (await marketer.post(path, since(60))).status_code == 200, "the same again says nothing new"
    assert (await other.post(path, since(40))).status_code == 200, "who saw nothing has nothing to compare"
    problem(await other.post(path, since(60)), 409, "disclosure-too-close")
    for wrong in ("2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday"):
        assert (await marketer.post(path, {"since": wrong})).status_code == 400, wrong
