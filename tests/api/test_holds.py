"""Legal holds of the trail over HTTP: placed by an officer, listed, lifted once, in the trail with their reasons."""

from access import Role
from tests.api.house import House, problem


async def test_an_officer_holds_a_part_of_the_trail_and_lifts_the_hold_with_a_reason(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    made = await officer.post("/v1/audit/holds", {"first_index": 3, "end_index": 70, "reason": "investigation"})
    assert made.status_code == 201, made.text
    hold = made.json()
    assert (hold["first_index"], hold["end_index"], hold["placed_by"]) == (3, 70, str(officer.caller.account))
    assert hold in (await officer.read("/v1/audit/holds", limit=200))["items"]
    path = f"/v1/audit/holds/{hold['id']}/lift"
    assert (await officer.post(path, {"reason": "because"})).status_code == 400
    assert (await officer.post(path, {"reason": "closed"})).status_code == 204
    problem(await officer.post(path, {"reason": "closed"}), 404, "audit-hold-not-found")
    assert hold not in (await officer.read("/v1/audit/holds", limit=200))["items"]
    found = (await officer.read("/v1/audit/entries", resource=f"hold:{hold['id']}", decision="allowed"))["items"]
    assert [(each["action"], each.get("reason")) for each in found] == [
        ("audit:hold:lifted", "closed"),
        ("audit:hold:placed", "investigation"),
    ]


async def test_a_hold_begins_before_it_ends(house: House) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    backwards = {"first_index": 5, "end_index": 5, "reason": "inspection"}
    assert (await officer.post("/v1/audit/holds", backwards)).status_code == 400
    assert (await officer.post("/v1/audit/holds", backwards | {"end_index": 6})).status_code == 201
