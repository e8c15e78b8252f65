"""What changed in a profile: sealed beside its entry, read by permission, gone with the person, provable for ever."""

import json

from access import Role
from tests.api.asker import Asker
from tests.api.house import House, problem
from tests.api.test_erasure import erased

PHONE = "+44 20 7946 0777"


async def changed(house: House, asker: Asker, **fields: object) -> int:
    """Have somebody change their profile; return the index of the entry."""
    answer = await asker.ask("PATCH", "/v1/me/profile", body=fields)
    assert answer.status_code == 200, answer.text
    await house.settled()
    request = answer.headers["x-request-id"]
    index: int = await house.database.fetchval(
        "select index from audit.leaf where request = $1::uuid and action = 'people:profile:changed'", request
    )
    return index


async def test_old_and_new_values_are_read_by_who_may_see_the_fields_and_by_nobody_else(house: House) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await house.hcp()
    index = await changed(house, hcp, phone=PHONE, specialties=["cardiology"])
    entry = await officer.read(f"/v1/audit/entries/{index}")
    assert entry["detail"] == {"fields": ["phone", "specialties"]}
    assert [each["subject"] for each in entry["sealed"]] == [str(hcp.person)]
    assert PHONE not in json.dumps(entry)
    read = await officer.get(f"/v1/audit/entries/{index}/details")
    (detail,) = read.json()["items"]
    assert detail == {
        "subject": str(hcp.person), "state": "open", "old": {"specialties": []}, "new": {"specialties": ["cardiology"]},
    }  # fmt: skip
    said = [(each["action"], each["subject"]) for each in await house.trail(read)]
    assert said == [("audit:detail:read", str(hcp.person))]
    problem(await hcp.get(f"/v1/audit/entries/{index}/details"), 403, "permission-missing")
    assert (await officer.read(f"/v1/audit/entries/{index - 1}/details"))["items"] == []
    problem(await officer.get("/v1/audit/entries/99999999/details"), 404, "audit-entry-not-found")


async def test_what_was_sealed_goes_with_the_person_and_the_entry_can_still_be_proved(house: House) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await house.hcp()
    index = await changed(house, hcp, specialties=["oncology"])
    before = await officer.read(f"/v1/audit/entries/{index}")
    await erased(house, hcp)
    (detail,) = (await officer.read(f"/v1/audit/entries/{index}/details"))["items"]
    assert (detail["state"], detail["old"], detail["new"]) == ("erased", {}, {})
    assert await officer.read(f"/v1/audit/entries/{index}") == before
    assert (await officer.read(f"/v1/audit/entries/{index}/proof"))["index"] == index


async def test_a_detail_that_was_altered_is_not_shown(house: House) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await house.hcp()
    index = await changed(house, hcp, specialties=["oncology"])
    await house.database.execute("set session_replication_role = replica")
    await house.database.execute(
        "update audit.detail set ciphertext = 'x' where entry = (select entry from audit.leaf where index = $1)", index
    )
    await house.database.execute("set session_replication_role = default")
    (detail,) = (await officer.read(f"/v1/audit/entries/{index}/details"))["items"]
    assert (detail["state"], detail["new"]) == ("damaged", {})
