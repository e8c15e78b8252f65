"""Profiles over HTTP: each permission sees the fields that it lists, people change what is theirs, staff correct."""

import re
from datetime import UTC, datetime

import pytest

import access
import people
from access import Permission, Role
from kernel.settings import CHECKOUT
from people import Field, LicenceStatus, PersonId
from tests.api.asker import Asker
from tests.api.house import ORIGIN, House, fields, problem

COARSE = {"market", "zone", "locale", "created_at", "profession", "specialties", "setting", "markets"}
CONTACT = {"name", "email", "phone", "practice", "channels"}
NUMBERS = {"identifiers", "licences"}
SEEN = {
    Role.ADMINISTRATOR: COARSE | CONTACT | NUMBERS,
    Role.COMPLIANCE_OFFICER: COARSE | NUMBERS,
    Role.DATA_PROTECTION_OFFICER: COARSE | CONTACT,
}
FULL = {
    "name": "Dr Mara Canary",
    "email": "mara.canary@clinic.example",
    "market": "GB",
    "zone": "Europe/London",
    "locale": "en-GB",
    "phone": "+44 20 7946 0018",
    "practice": "Canary Wharf Surgery",
    "identifiers": [{"system": "gb-gmc", "value": "7654321"}],
    "profession": "physician",
    "specialties": ["cardiology"],
    "setting": "general_practice",
    "markets": ["IE"],
    "channels": ["email", "web"],
}


async def registered(administrator: Asker, **other: object) -> str:
    answer = await administrator.post("/v1/hcps", FULL | other)
    assert answer.status_code == 201, answer.text
    person: str = answer.json()["id"]
    return person


@pytest.mark.parametrize("role", SEEN)
async def test_staff_see_the_fields_of_their_permissions_and_no_other(house: House, role: Role) -> None:
    administrator, asker = await house.staff(Role.ADMINISTRATOR), await house.staff(role, "GB")
    number = f"{list(SEEN).index(role)}654321"
    person = await registered(
        administrator, email=f"{role}@clinic.example", identifiers=[{"system": "gb-gmc", "value": number}]
    )
    # Whatever is not this role's to see can't even be opened: reading it would fail.
    for field in {"name", "email", "phone", "practice"} - SEEN[role]:
        await house.database.execute(f"update people.vault set {field} = '\\x01' where person = $1", person)
    if not SEEN[role] >= NUMBERS:
        await house.database.execute("update people.identifier set value = '\\x01' where person = $1", person)
    answer = await asker.get(f"/v1/hcps/{person}/profile")
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == SEEN[role] | {"person"}
    ((entry),) = await house.trail(answer)
    assert (entry["action"], entry["purpose"]) == ("people:profile:read", "service")


def test_each_field_is_listed_by_some_permission_and_identity_by_none_that_marketers_or_machines_hold() -> None:
    listed = frozenset[Field]().union(*access.PERMISSION_FIELDS.values())
    assert listed == set(Field)
    shown = {role for role in Role if access.shown_fields(role)}
    assert shown == SEEN.keys()
    assert all({field.value for field in access.shown_fields(role)} == SEEN[role] for role in SEEN)
    assert Permission.HCP_READ in access.PERMISSION_FIELDS


def test_the_page_about_profiles_says_which_role_sees_what() -> None:
    page = (CHECKOUT / "docs" / "profiles.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (`channels`.*|`created_at`.*) \|$", page, re.MULTILINE))
    told = {role: set(re.findall(r"`(\w+)`", fields)) for role, fields in rows.items()}
    assert told == {role.value: fields for role, fields in SEEN.items()}


async def test_people_see_everything_that_is_theirs_and_change_what_they_may(house: House) -> None:
    hcp = await house.hcp()
    own = await hcp.read("/v1/me/profile")
    assert own.keys() == set(Field) | {"person"}
    assert (own["profession"], own["specialties"], own["licences"]) == (None, [], [])
    change = {"profession": "nurse", "phone": "+44 20 7946 0019", "channels": ["sms", "email"]}
    answer = await hcp.ask("PATCH", "/v1/me/profile", body=change)
    assert answer.status_code == 200, answer.text
    now = await hcp.read("/v1/me/profile")
    assert now == own | change
    assert await hcp.read("/v1/me/profile") == answer.json()
    for forbidden in ("name", "email", "identifiers", "market", "licences", "person"):
        refused = await hcp.ask("PATCH", "/v1/me/profile", body={forbidden: "GB"})
        assert fields(problem(refused, 400, "invalid-request")) == [forbidden]


async def test_people_move_to_another_zone_once_in_thirty_days(house: House) -> None:
    hcp, administrator = await house.hcp(), await house.staff(Role.ADMINISTRATOR)
    for _ in range(2):  # the second time it is no move
        answer = await hcp.ask("PATCH", "/v1/me/profile", body={"zone": "Europe/Paris"})
        assert answer.status_code == 200, answer.text
    refused = await hcp.ask("PATCH", "/v1/me/profile", body={"zone": "Europe/Rome"})
    assert fields(problem(refused, 409, "zone-cooldown")) == ["zone"]
    corrected = await administrator.ask("PATCH", f"/v1/hcps/{hcp.person}/profile", body={"zone": "Europe/Rome"})
    assert corrected.json()["zone"] == "Europe/Rome"
    assert (await hcp.read("/v1/me"))["zone"] == "Europe/Rome"


async def test_a_number_with_a_wrong_check_digit_is_refused_by_name(house: House) -> None:
    administrator = await house.staff(Role.ADMINISTRATOR)
    wrong = FULL | {"email": "npi@clinic.example", "identifiers": [{"system": "us-npi", "value": "1234567890"}]}
    answer = await administrator.post("/v1/hcps", wrong)
    assert fields(problem(answer, 400, "person-invalid")) == ["identifiers.value"]
    assert "1234567890" not in answer.text
    right = wrong | {"identifiers": [{"system": "us-npi", "value": "1234567893"}]}
    assert (await administrator.post("/v1/hcps", right)).status_code == 201


async def test_a_licence_goes_the_steps_that_it_can(house: House) -> None:
    officer, hcp = await house.staff(Role.COMPLIANCE_OFFICER), await house.hcp()
    steps = (
        ({"status": "verified"}, 400, "licence-invalid"),
        ({"status": "pending"}, 200, None),
        ({"status": "rejected", "evidence": "letter 3"}, 200, None),
        ({"status": "verified", "evidence": "extract 4"}, 409, "licence-step"),
        ({"status": "pending"}, 200, None),
        ({"status": "verified", "evidence": "extract 4", "expires_on": "2030-12-31"}, 200, None),
    )
    for body, status, code in steps:
        answer = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body={"market": "GB"} | body)
        if code:
            problem(answer, status, code)
        else:
            assert answer.status_code == status, answer.text
    (licence,) = (await hcp.read("/v1/me/profile"))["licences"]
    assert (licence["status"], licence["evidence"], licence["expires_on"]) == ("verified", "extract 4", "2030-12-31")


async def test_people_submit_their_licence_and_staff_decide(house: House) -> None:
    hcp, other = await house.hcp(), await house.hcp()
    officer, french = await house.staff(Role.COMPLIANCE_OFFICER), await house.staff(Role.COMPLIANCE_OFFICER, "FR")
    licence = {"market": "GB", "evidence": "GMC letter of May"}
    past = licence | {"expires_on": "2020-01-31"}
    problem(await hcp.ask("PUT", "/v1/me/licences", body=past), 400, "licence-invalid")
    problem(await hcp.ask("PUT", "/v1/me/licences", body=licence | {"market": "UK"}), 400, "licence-invalid")
    problem(await hcp.ask("PUT", "/v1/me/licences", body=licence | {"evidence": "a\nb"}), 400, "licence-invalid")
    for evidence in ("GMC letter of May", "GMC letter of June"):
        body = {"market": "GB", "evidence": evidence, "expires_on": "2026-12-31"}
        submitted = await hcp.ask("PUT", "/v1/me/licences", body=body)
        assert (submitted.status_code, submitted.json()["status"]) == (200, "pending"), submitted.text
    waiting = [each["person"] for each in (await officer.read("/v1/licences", limit=200))["items"]]
    assert waiting.count(str(hcp.person)) == 1
    assert str(hcp.person) not in (await french.get("/v1/licences")).text
    seen = await officer.read(f"/v1/hcps/{hcp.person}/profile")
    assert seen["licences"][0]["evidence"] == "GMC letter of June"
    sealed = await house.database.fetchval("select evidence from people.licence where person = $1", hcp.person)
    assert b"June" not in sealed
    verified = licence | {"status": "verified", "expires_on": "2026-12-31"}
    answer = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=verified)
    assert answer.status_code == 200, answer.text
    problem(await hcp.ask("PUT", "/v1/me/licences", body=licence), 409, "licence-step")
    both, moments = [PersonId(hcp.person), PersonId(other.person)], (None, datetime(2027, 1, 1, tzinfo=UTC))
    async with house.runtime.work.read(ORIGIN) as uow:
        found = [await people.standings(uow, both, "GB", at) for at in moments]
        elsewhere = await people.standings(uow, both, "FR")
        assert {each.status for each in elsewhere.values()} == {LicenceStatus.UNVERIFIED}
    assert [each[both[0]].status for each in found] == [LicenceStatus.VERIFIED, LicenceStatus.LAPSED]
    assert {each[both[1]].status for each in found} == {LicenceStatus.UNVERIFIED}


async def test_the_routes_of_professionals_do_not_reach_staff_or_oneself(house: House) -> None:
    administrator, officer = await house.staff(Role.ADMINISTRATOR), await house.staff(Role.COMPLIANCE_OFFICER)
    hcp = await house.hcp()
    changed = {"email": "mine@clinic.example"}
    for person in (officer.person, administrator.person):
        problem(await administrator.get(f"/v1/hcps/{person}/profile"), 404, "person-not-found")
        problem(await administrator.ask("PATCH", f"/v1/hcps/{person}/profile", body=changed), 404, "person-not-found")
    verified = {"market": "GB", "status": "verified", "evidence": "extract 4", "expires_on": "2030-12-31"}
    problem(await officer.ask("PUT", f"/v1/hcps/{officer.person}/licences", body=verified), 404, "person-not-found")
    assert (await administrator.get(f"/v1/hcps/{hcp.person}/profile")).status_code == 200
    assert (await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=verified)).status_code == 200
