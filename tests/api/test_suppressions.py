"""Who said never is never written to again: not after an erasure, a change of address, or a new registration."""

import pytest

from access import Role
from consent.vocabulary import Purpose
from tests.api.asker import Asker, Body
from tests.api.house import House, problem
from tests.api.test_erasure import erased
from tests.api.test_privacy_requests import asked


async def found(officer: Asker, address: str, kind: str = "email") -> list[Body]:
    answer = await officer.post("/v1/suppressions/search", {"kind": kind, "address": address})
    assert answer.status_code == 200, answer.text
    items: list[Body] = answer.json()["items"]
    return items


async def address(hcp: Asker) -> str:
    return str((await hcp.read("/v1/me/profile"))["email"])


async def test_a_suppression_is_found_by_its_address_listed_without_it_and_lifted_for_a_reason(house: House) -> None:
    officer = await house.staff(Role.DATA_PROTECTION_OFFICER)
    body = {"kind": "phone", "address": "0049 30 1234567", "reason": "bounced"}
    assert (await officer.post("/v1/suppressions", body)).status_code == 201
    (one,) = await found(officer, "+49 (30) 123-4567", "phone")
    assert (one["kind"], one["reason"], "address" in one) == ("phone", "bounced", False)
    listed = (await officer.read("/v1/suppressions", limit=200))["items"]
    assert one in listed
    path = f"/v1/suppressions/{one['id']}/lift"
    problem(await officer.post(path, {"reason": "because"}), 400, "invalid-request")
    lifted = await officer.post(path, {"reason": "reachable-again"})
    assert lifted.json() == one, lifted.text
    (entry,) = await house.trail(lifted)
    assert (entry["action"], entry["reason"]) == ("consent:address:lifted", "reachable-again")
    assert entry["resource"] == f"suppression:{one['id']}"
    assert await found(officer, "+49301234567", "phone") == []
    problem(await officer.post(path, {"reason": "asked"}), 404, "suppression-not-found")
    assert (await officer.post("/v1/suppressions", body)).status_code == 201
    (again,) = await found(officer, "+49301234567", "phone")
    assert again["id"] != one["id"], "and it can be said again"
    problem(
        await officer.post("/v1/suppressions/search", {"kind": "email", "address": "nobody"}), 400, "address-invalid"
    )


@pytest.mark.parametrize("said", ["never contact", "objection", "denied", "nothing"])
async def test_an_erased_never_is_about_the_addresses_of_that_day_and_outlives_the_person(
    house: House, said: str
) -> None:
    agreed = () if said == "denied" else (Purpose.MARKETING_EMAIL,)
    hcp, officer = await house.hcp(agreed=agreed), await house.staff(Role.DATA_PROTECTION_OFFICER)
    if said == "never contact":
        await asked(hcp, "objection", never_contact=True)
    elif said == "objection":
        await asked(hcp, "objection")
    elif said == "denied":
        assert (await hcp.decide("contact", "denied")).status_code == 200
    before = await address(hcp)
    administrator = await house.staff(Role.ADMINISTRATOR)
    correction = {"email": f"new-{before}", "phone": "+44 20 7946 0123"}
    changed = await administrator.ask("PATCH", f"/v1/hcps/{hcp.person}/profile", body=correction)
    assert changed.status_code == 200, changed.text
    assert await found(officer, f"new-{before}") == []
    hcp = await house.sitting(hcp.caller.account, Role.HCP, ["GB"], hcp.caller.person)  # the correction signed them out
    await erased(house, hcp)
    reasons = [each["reason"] for each in await found(officer, f"NEW-{before}")]
    assert reasons == ([] if said == "nothing" else ["erased"])
    machine = await house.machine()
    new = {"name": "Dr Jane Again", "email": f"new-{before}", "market": "GB", "zone": "Europe/London", "locale": "en"}
    again = (await machine.post("/v1/hcps", new)).json()["id"]
    paper = {"purpose": "marketing_email", "state": "granted", "notice_version": 1, "method": "paper"}
    paper |= {"evidence": {"reference": "form 9"}}
    recorded = await machine.post(f"/v1/hcps/{again}/consents", {"consents": [paper]})
    assert recorded.status_code == 201, recorded.text
    contact = {"person": again, "purpose": "marketing_email", "channel": "email"}
    decision = (await machine.post("/v1/contact-decisions", contact)).json()
    assert decision["reason"] == ("consent-granted" if said == "nothing" else "address-suppressed")
    if said != "nothing":
        await house.database.execute("delete from consent.suppression where reason = 'erased'")


async def test_records_are_held_and_seen_in_the_markets_of_their_people_alone(house: House) -> None:
    hcp = await house.hcp()
    await hcp.record(house.activity(await house.item()))
    record = await house.database.fetchval("select id from engagement.activity where person = $1", hcp.person)
    hold = {"table": "engagement.activity", "record": str(record), "reason": "legal-claims"}
    british, french = [await house.staff(Role.DATA_PROTECTION_OFFICER, market) for market in ("GB", "FR")]
    problem(await french.post("/v1/legal-holds", hold), 404, "legal-hold-not-found")
    placed = await british.post("/v1/legal-holds", hold)
    assert (placed.status_code, placed.json()["market"]) == (201, "GB"), placed.text
    path = f"/v1/legal-holds/{placed.json()['id']}/release"
    assert str(record) not in (await french.get("/v1/legal-holds")).text
    problem(await french.post(path), 404, "legal-hold-not-found")
    assert str(record) in (await british.get("/v1/legal-holds")).text
    await erased(house, hcp)
    assert str(record) in (await british.get("/v1/legal-holds")).text, "also when its person is gone"
    assert (await british.post(path)).status_code == 200
