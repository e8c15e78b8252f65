"""Something with a value, from the first activity to the report: only for whose licence and legal class are known."""

from collections.abc import Iterator
from typing import Final
from uuid import uuid4

import pytest

import gamification
from access import Role
from consent.vocabulary import Purpose
from gamification import Campaign
from gamification.rules.layouts import PHYSICIAN, open_payments
from gamification.service.previewing import replayed
from gamification.vocabulary import Blocked, CampaignState
from tests.api.asker import Asker, Body
from tests.api.campaigning import campaign_in
from tests.api.house import ORIGIN, House, problem
from tests.gamification.shop import country

RULES: Final = """points:
  - key: {key}-webinar
    name: Spring webinar
    when: {{verbs: [attended], tags: {{any: [{key}]}}}}
    points: 50
    recurs: ever
    currency: CURRENCY
"""
KNOWN: Final[Body] = {
    "market": "US", "status": "verified", "evidence": "register 7", "states": ["TX"], "public_employee": False,
    "covered_recipient": True,
}  # fmt: skip
UNKNOWN: Final = {"person-not-verified", "licence-not-active", "person-class-unknown"}


@pytest.fixture(autouse=True)
def us_gives_value() -> Iterator[None]:
    """Let a signed pack allow books in the United States, as an operator's own folder would."""
    gamification.use_packs(country())
    yield
    gamification.use_packs(None)


async def currency(house: House) -> str:
    first, second = await house.staff(Role.COMPLIANCE_OFFICER), await house.staff(Role.COMPLIANCE_OFFICER)
    key = f"c-{uuid4().hex}"
    body = {"key": key, "name": "Merit", "unit_value": 10, "money": "USD"}
    assert (await first.ask("POST", "/v1/currencies", body=body)).status_code == 201
    assert (await second.ask("POST", f"/v1/currencies/{key}/approve")).status_code == 200
    return key


async def paying(house: House, key: str) -> Campaign:
    rules = RULES.replace("CURRENCY", key)
    return await campaign_in(house, CampaignState.RUNNING, rules=rules, markets=("US",))


async def doctor(house: House, profession: str | None = "physician", **licence: object) -> Asker:
    """Somebody in the US; without ``licence`` nothing is decided about theirs."""
    agreed = (Purpose.ENGAGEMENT, Purpose.GAMIFICATION)
    hcp = await house.hcp(market="US", zone="America/Chicago", locale="en-US", agreed=agreed)
    if profession:
        answer = await hcp.ask("PATCH", "/v1/me/profile", body={"profession": profession})
        assert answer.status_code == 200, answer.text
    if licence:
        officer = await house.staff(Role.COMPLIANCE_OFFICER)
        decided = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=KNOWN | licence)
        assert decided.status_code == 200, decided.text
    return hcp


async def balance(hcp: Asker, key: str) -> int:
    lines = (await hcp.read("/v1/me/points"))["balances"]
    return sum(each["lifetime"] for each in lines if each["currency"] == key)


async def opportunity(hcp: Asker, campaign: Campaign) -> Body:
    lines: list[Body] = (await hcp.read("/v1/me/opportunities"))["items"]
    return next(each for each in lines if each["campaign"] == campaign.key)


async def test_value_is_earned_by_whose_licence_and_class_are_known_and_by_nobody_else(
    house: House, migrated_url: str
) -> None:
    key = await currency(house)
    campaign = await paying(house, key)
    room = await house.item((campaign.key,), "webinar", markets=("US",))
    people = {
        "known": (await doctor(house, status="verified"), 50, set()),
        "nobody looked": (await doctor(house), 0, UNKNOWN),
        "no profession": (await doctor(house, None, status="verified"), 0, {"person-class-unknown"}),
        "not said who employs": (await doctor(house, public_employee=None), 0, {"person-class-unknown"}),
        "rejected": (await doctor(house, status="rejected"), 0, {"person-not-verified", "licence-not-active"}),
    }
    for hcp, points, codes in people.values():
        line = await opportunity(hcp, campaign)
        assert (line["can_earn"], set(line["refusals"])) == (points > 0, codes)
        await hcp.record(house.activity(room, "attended"))
    assert {name: await balance(hcp, key) for name, (hcp, _, _) in people.items()} == {
        name: points for name, (_, points, _) in people.items()
    }
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []
        _, ruleset = await gamification.current_rules(uow)
    wanted = gamification.PreviewWanted(ruleset=ruleset, workers=1)
    counted, _ = await replayed(migrated_url, wanted, ORIGIN, house.clock.now())
    (cell,) = [each for (rule, _), each in counted.tallies[0].rules.items() if rule == f"{campaign.key}-webinar"]
    assert (cell.people, cell.units) == (1, 50), "a preview knows who could be given value as well"
    assert counted.tallies[0].blocked[Blocked.POLICY] >= 4


async def test_what_was_earned_stays_and_what_was_not_is_not_made_up_for_when_a_licence_changes(house: House) -> None:
    key = await currency(house)
    campaign = await paying(house, key)
    first, second, third = [await house.item((campaign.key,), "webinar", markets=("US",)) for _ in range(3)]
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    hcp = await doctor(house)
    await hcp.record(house.activity(first, "attended"))
    decided = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=KNOWN)
    assert decided.status_code == 200, decided.text
    await hcp.record(house.activity(second, "attended"))
    lapsed = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=KNOWN | {"status": "lapsed"})
    assert lapsed.status_code == 200, lapsed.text
    await hcp.record(house.activity(third, "attended"))
    assert await balance(hcp, key) == 50
    async with house.runtime.work.begin(ORIGIN) as uow:
        assert (await gamification.rebuild(uow, None, mend=False)).differences == []
    award = await house.database.fetchval(
        "select id from gamification.award where person = $1 and rule = $2", hcp.person, f"{campaign.key}-webinar"
    )
    trace = (await hcp.read(f"/v1/awards/{award}/proof"))["trace"]
    assert {"condition": "eligible", "wanted": "true", "found": "true", "holds": True} in trace


async def test_a_claim_keeps_who_the_recipient_was_and_the_report_says_so(house: House) -> None:
    key = await currency(house)
    campaign = await paying(house, key)
    room = await house.item((campaign.key,), "webinar", markets=("US",))
    marketer, officer = await house.staff(Role.MARKETER), await house.staff(Role.COMPLIANCE_OFFICER)
    clerk, hcp = await house.staff(Role.ADMINISTRATOR), await doctor(house, status="verified")
    book = {
        "key": f"r-{uuid4().hex}", "name": "Heart sounds", "kind": "educational_item", "markets": ["US"],
        "payer": "Laurel Inc", "content_class": "medical", "currency": key, "cost": 50, "value": 2_500,
        "value_currency": "USD", "category": "book_or_journal",
    }  # fmt: skip
    made = (await marketer.ask("POST", "/v1/rewards", body=book)).json()["id"]
    approved = await officer.ask("POST", f"/v1/rewards/{made}/approve", body={"reference": "MLR-7"})
    assert approved.status_code == 200, approved.text
    await hcp.record(house.activity(room, "attended"))
    claimed = await hcp.ask("POST", f"/v1/rewards/{made}/claims")
    assert claimed.status_code == 201, claimed.text
    moved = KNOWN | {"states": ["CA"], "covered_recipient": False}
    claim = claimed.json()["id"]
    employed = moved | {"public_employee": True}
    assert (await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=employed)).status_code == 200
    problem(await clerk.ask("POST", f"/v1/claims/{claim}/fulfil", body={}), 403, "reward-refused-by-policy")
    assert (await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=moved)).status_code == 200
    fulfilled = await clerk.ask("POST", f"/v1/claims/{claim}/fulfil", body={})
    assert fulfilled.status_code == 200, fulfilled.text
    (mine,) = (await hcp.read("/v1/me/transfers-of-value"))["items"]
    assert (mine["profession"], mine["states"], mine["public_employee"], mine["covered_recipient"]) == (
        "physician", ["TX"], False, True,
    )  # fmt: skip
    async with house.runtime.work.read(ORIGIN) as uow:
        year = house.clock.now().year
        (found,) = [each async for each in gamification.handed_over(uow, year, {"*"}) if str(each.claim) == claim]
    row = open_payments(found, year)
    assert row is not None
    assert row["Covered_Recipient_Type"] == PHYSICIAN


async def test_a_public_employee_earns_nothing_with_a_value_where_the_pack_says_so(house: House) -> None:
    key = await currency(house)
    campaign = await paying(house, key)
    room = await house.item((campaign.key,), "webinar", markets=("US",))
    employed, other = await doctor(house, public_employee=True), await doctor(house, public_employee=False)
    assert (await opportunity(employed, campaign))["refusals"] == ["public-employee"]
    for hcp in (employed, other):
        await hcp.record(house.activity(room, "attended"))
    assert (await balance(employed, key), await balance(other, key)) == (0, 50)


@pytest.mark.parametrize("states", [["Texas"], ["tx"], ["TX", "TX"], ["TX", ""], [f"A{i}" for i in range(11)]])
async def test_states_are_codes_and_each_once(house: House, states: list[str]) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await doctor(house)
    path = f"/v1/hcps/{hcp.person}/licences"
    problem(await officer.ask("PUT", path, body=KNOWN | {"states": states}), 400, "licence-invalid")
    fine = await officer.ask("PUT", path, body=KNOWN | {"states": ["TX", "CA"]})
    assert (fine.status_code, fine.json()["states"]) == (200, ["TX", "CA"])
