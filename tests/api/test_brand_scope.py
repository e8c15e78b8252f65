"""How brands come to an account, what changes with them, and what stays over all of them."""

from typing import Any

import pytest

import access
from access import Role
from content.vocabulary import ContentClass
from gamification.vocabulary import CampaignState
from tests.access.builders import within
from tests.api.asker import Asker, Body
from tests.api.campaigning import campaign_in, fresh_key
from tests.api.house import ORIGIN, PASSWORD, House, fields, problem
from tests.api.letters import code_for
from tests.api.members import bearing, member
from tests.api.scim_scenes import USERS, somebody

OURS, THEIRS = "cardiovex", "respira"
INVITED: Body = {
    "name": "Maya Moor",
    "role": "marketer",
    "market": "GB",
    "markets": ["GB"],
    "zone": "Europe/London",
    "locale": "en",
    "reason": "Joins the team.",
}


def promotional(brand: str) -> dict[str, Any]:
    return {"lane": ContentClass.PROMOTIONAL, "brand": brand}


async def test_who_is_invited_for_a_brand_works_for_it_from_the_first_session_on(house: House) -> None:
    first, second = [await house.staff(Role.ADMINISTRATOR, "GB") for _ in range(2)]
    email = f"{fresh_key()}@pharma.example"
    request = (await first.post("/v1/invitations", INVITED | {"email": email, "brands": [OURS]})).json()
    assert request["brands"] == [OURS]
    assert (await second.post(f"/v1/role-requests/{request['id']}/approve")).json()["brands"] == [OURS]
    acceptance = {"code": await code_for(house, email), "password": PASSWORD}
    assert (await house.http.post("/v1/invitations/accept", json=acceptance)).status_code == 204
    tokens = (await house.http.post("/v1/sessions", json={"email": email, "password": PASSWORD})).json()
    me = (await house.http.get("/v1/me", headers=bearing(tokens))).json()
    assert (me["markets"], me["brands"]) == (["GB"], [OURS])
    assert (await (await house.hcp()).read("/v1/me"))["brands"] == []
    assert (await first.read("/v1/me"))["brands"] == ["*"]


async def test_nobody_gives_away_brands_that_they_do_not_have(house: House) -> None:
    narrowed = await house.staff(Role.ADMINISTRATOR, "GB", brands=(OURS,))
    for more in ({"brands": [THEIRS]}, {"brands": [OURS, THEIRS]}, {"brands": ["*"]}, {}):
        asked = INVITED | {"email": f"{fresh_key()}@pharma.example"} | more
        assert fields(problem(await narrowed.post("/v1/invitations", asked), 403, "outside-scope")) == ["brands"]
        client = {"name": "Webinars", "markets": ["GB"]} | more
        assert fields(problem(await narrowed.post("/v1/machine-clients", client), 403, "outside-scope")) == ["brands"]
    own = {"email": f"{fresh_key()}@pharma.example", "brands": [OURS]}
    assert (await narrowed.post("/v1/invitations", INVITED | own)).status_code == 201
    client = {"name": "Webinars", "markets": ["GB"], "brands": [OURS]}
    assert (await narrowed.post("/v1/machine-clients", client)).status_code == 200
    hcp = await house.hcp()
    path = f"/v1/accounts/{hcp.caller.account}/disable"
    assert (await narrowed.post(path)).status_code == 204, "an HCP belongs to no brand"


@pytest.mark.parametrize("brands", [[], ["No Key"], [""], ["a" * 65]])
async def test_a_brand_that_can_be_none_is_refused_by_its_field(house: House, brands: list[str]) -> None:
    boss = await house.staff(Role.ADMINISTRATOR, "GB")
    asked = INVITED | {"email": f"{fresh_key()}@pharma.example", "brands": brands}
    assert fields(problem(await boss.post("/v1/invitations", asked), 400, "account-invalid")) == ["brands"]
    assert (await boss.post("/v1/invitations", asked | {"brands": [OURS]})).status_code == 201


async def test_who_answers_for_every_brand_is_narrowed_to_none(house: House) -> None:
    boss, sam = await house.staff(Role.ADMINISTRATOR, "GB"), await house.staff(Role.MARKETER, "GB", brands=(OURS,))
    path, more = f"/v1/accounts/{sam.caller.account}/role-requests", {"markets": ["GB"], "reason": "Moves."}
    for role in ("compliance_officer", "data_protection_officer"):
        asked = {"role": role} | more
        for narrow in (asked, asked | {"brands": [OURS]}):
            assert fields(problem(await boss.post(path, narrow), 400, "account-invalid")) == ["brands"]
    assert (await boss.post(path, {"role": "compliance_officer", "brands": ["*"]} | more)).status_code == 201


async def test_other_brands_are_in_force_at_once_and_left_out_they_stay(house: House) -> None:
    sam = await member(house, Role.MARKETER)
    async with house.runtime.work.begin(ORIGIN) as uow:
        await access.change_role(uow, sam.account, Role.MARKETER, within("GB", brands=[OURS]))
    tokens = await sam.tokens()
    ours, theirs = [await house.item(brand=brand) for brand in (OURS, THEIRS)]
    assert await found(house, tokens, ours, theirs) == [200, 404]
    first, second = [await house.staff(Role.ADMINISTRATOR, "GB") for _ in range(2)]
    path, asked = f"/v1/accounts/{sam.account}/role-requests", {"markets": ["GB"], "reason": "Reviews now."}
    for more, expected, seen in (
        ({"role": "medical_reviewer"}, [OURS], [200, 404]),
        ({"role": "marketer", "brands": [THEIRS]}, [THEIRS], [404, 200]),
        ({"role": "marketer", "brands": ["*"]}, ["*"], [200, 200]),
    ):
        request = (await first.post(path, asked | more)).json()
        assert request["brands"] == expected
        assert (await house.http.get("/v1/me", headers=bearing(tokens))).status_code == 200, "nothing has changed yet"
        approved = await second.post(f"/v1/role-requests/{request['id']}/approve")
        (changed,) = [each for each in await house.trail(approved) if each["action"] == "access:role:changed"]
        assert changed["detail"]["brands"] == expected
        problem(await house.http.get("/v1/me", headers=bearing(tokens)), 401, "token-refused")
        tokens = await sam.tokens()
        assert await found(house, tokens, ours, theirs) == seen


async def found(house: House, tokens: Body, *items: str) -> list[int]:
    return [(await house.http.get(f"/v1/content/{item}", headers=bearing(tokens))).status_code for item in items]


async def test_brands_that_are_changed_beneath_a_live_session_bind_its_next_request(house: House) -> None:
    sam = await house.staff(Role.MARKETER, "GB")
    theirs = await house.item(brand=THEIRS)
    assert (await sam.get(f"/v1/content/{theirs}")).status_code == 200
    await house.database.execute("update access.account set brands = '{cardiovex}' where id = $1", sam.caller.account)
    await house.runtime.cache.client.flushdb()  # as a worker that has never seen the session
    problem(await sam.get(f"/v1/content/{theirs}"), 404, "content-not-found")
    assert (await sam.read("/v1/me"))["brands"] == [OURS]


async def test_a_directorys_client_proposes_its_own_brands(house: House) -> None:
    narrowed = await house.machine("GB", role=Role.PROVISIONER, brands=(OURS,))
    user = (await narrowed.post(USERS, somebody())).json()
    boss = await house.staff(Role.ADMINISTRATOR, "GB")
    waiting = (await boss.read("/v1/role-requests", limit=200))["items"]
    assert [each["brands"] for each in waiting if each["account"] == user["id"]] == [[OURS]]
    refused = await narrowed.post(USERS, somebody(userType="compliance_officer"))
    assert refused.status_code == 400, "who answers for every brand comes from a directory of every brand"


async def test_a_learning_system_of_a_brand_creates_for_it_alone_and_delivers_for_everybody(house: House) -> None:
    machine, hcp = await house.machine("GB", brands=(OURS,)), await house.hcp()
    new = {"kind": "webinar", "title": "Heart", "locale": "en", "markets": ["GB"], "content_class": "promotional"}
    assert (await machine.post("/v1/content", new | {"brand": OURS})).status_code == 201
    problem(await machine.post("/v1/content", new | {"brand": THEIRS}), 403, "outside-brand-scope")
    told = house.activity(await house.item(brand=THEIRS), actor=str(hcp.person))
    assert (await machine.post("/v1/activities", [told])).json()["results"][0]["status"] == "recorded"


async def test_the_rules_in_force_and_a_preview_name_no_campaign_of_another_brand(house: House) -> None:
    ours, theirs, nobodys = [
        await campaign_in(house, CampaignState.RUNNING, **terms)
        for terms in (promotional(OURS), promotional(THEIRS), {})
    ]
    keys = {ours.key, theirs.key, nobodys.key}
    hcp = await house.hcp()
    for each in (ours, theirs):
        item = await house.item((each.key,), "webinar", brand=each.brand)
        assert (await hcp.record(house.activity(item, "attended")))[0]["status"] == "recorded"
    narrowed, everybody = await house.staff(Role.MARKETER, "GB", brands=(OURS,)), await house.staff(Role.MARKETER, "GB")
    seen = [await in_force(each) & keys for each in (narrowed, everybody)]
    assert seen == [{ours.key, nobodys.key}, keys]
    previews = [(await each.post(f"/v1/campaigns/{ours.id}/preview", {})).json() for each in (narrowed, everybody)]
    named = [{line["rule"].removesuffix("-webinar") for line in each["rules"]} & keys for each in previews]
    assert named == [{ours.key}, {ours.key, theirs.key}]
    assert theirs.key not in str(previews[0])
    assert previews[0]["earners"] == previews[1]["earners"], "the sums are those of the whole programme"


async def in_force(asker: Asker) -> set[str]:
    return {part["key"] for part in (await asker.read("/v1/rules"))["rules"]["campaigns"]}


async def test_whoever_moves_a_campaign_to_another_brand_answers_for_both(house: House) -> None:
    made = await campaign_in(house, CampaignState.DRAFT, **promotional(OURS))
    body = {"name": "Spring", "lane": "promotional", "markets": ["GB"], "rules": made.rules, "reason": "Moves."}
    path, moved = f"/v1/campaigns/{made.id}", body | {"brand": THEIRS, "revision": 1}
    narrowed, both = [await house.staff(Role.MARKETER, "GB", brands=each) for each in ((OURS,), (OURS, THEIRS))]
    problem(await narrowed.ask("PUT", path, body=moved), 403, "outside-brand-scope")
    assert (await both.ask("PUT", path, body=moved)).json()["brand"] == THEIRS
    problem(await narrowed.get(path), 404, "campaign-not-found")
    steps: list[Body] = (await both.read(f"{path}/transitions"))["items"]
    assert (steps[-1]["old"]["brand"], steps[-1]["new"]["brand"]) == (OURS, THEIRS)


async def test_an_hcp_is_offered_what_promotes_whatever_its_brand_and_is_told_of_none(house: House) -> None:
    hcp, theirs = await house.hcp(), await house.item(brand=THEIRS)
    reward = await house.reward(brand=THEIRS, lane=ContentClass.PROMOTIONAL)
    assert "brand" not in await hcp.read(f"/v1/content/{theirs}")
    (offer,) = [each for each in (await hcp.read("/v1/rewards", limit=200))["items"] if each["id"] == str(reward.id)]
    assert "brand" not in offer
    claim = (await hcp.ask("POST", f"/v1/rewards/{reward.id}/claims")).json()
    assert (await hcp.post(f"/v1/claims/{claim['id']}/cancel")).json()["state"] == "cancelled"
