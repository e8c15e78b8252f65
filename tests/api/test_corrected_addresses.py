"""Staff correct an address: never unnoticed, not in an emergency, and not of somebody who is signed in."""

from datetime import timedelta
from uuid import uuid4

import pytest

import access
import people
from access import Role
from tests.api import members
from tests.api.authority_scenes import broken
from tests.api.house import ORIGIN, PASSWORD, House, problem
from tests.api.letters import letters


async def test_whoever_was_signed_in_is_out_once_staff_corrected_the_address(house: House) -> None:
    administrator, moved = await house.staff(Role.ADMINISTRATOR), await members.member(house)
    async with house.runtime.work.read(ORIGIN) as uow:
        person = await people.find_by_email(uow, moved.email)
    tokens = await moved.tokens()
    path = f"/v1/hcps/{person}/profile"
    assert (await administrator.ask("PATCH", path, body={"phone": "+44 20 7946 0018"})).status_code == 200
    assert await members.status(house.http, tokens) == 200, "the control: another field"
    answer = await administrator.ask("PATCH", path, body={"email": f"new-{moved.email}"})
    assert answer.status_code == 200, answer.text
    assert await members.status(house.http, tokens) == 401
    assert "access:address:moved" in {entry["action"] for entry in await house.trail(answer)}
    assert (await moved.sign_in()).status_code == 401, "the old address is nobody's"


async def test_both_addresses_are_told_that_one_was_corrected_to_the_other(house: House) -> None:
    administrator, moved = await house.staff(Role.ADMINISTRATOR), await members.member(house)
    async with house.runtime.work.read(ORIGIN) as uow:
        person = await people.find_by_email(uow, moved.email)
    path, there = f"/v1/hcps/{person}/profile", f"new-{moved.email}"
    assert (await administrator.ask("PATCH", path, body={"email": moved.email})).status_code == 200
    assert await letters(house, moved.email) == [], "the control: nothing moved"
    assert (await administrator.ask("PATCH", path, body={"email": there})).status_code == 200
    for address in (moved.email, there):
        (told,) = await letters(house, address)
        assert "was corrected" in str(told.get_payload())
        assert there not in str(told.get_payload())
    kept = "select count(*) from access.letter where account = $1 and wrapped_address is not null"
    assert await house.database.fetchval(kept, moved.account) == 0


@pytest.mark.parametrize(("bounced", "told"), [("new", 1), ("former", 0)])
async def test_whether_a_former_address_is_told_depends_on_that_address_alone(
    house: House, bounced: str, told: int
) -> None:
    administrator, moved = await house.staff(Role.ADMINISTRATOR), await members.member(house)
    officer, there = await house.staff(Role.DATA_PROTECTION_OFFICER), f"new-{moved.email}"
    suppressed = {"kind": "email", "address": there if bounced == "new" else moved.email, "reason": "bounced"}
    assert (await officer.post("/v1/suppressions", suppressed)).status_code == 201
    async with house.runtime.work.read(ORIGIN) as uow:
        person = await people.find_by_email(uow, moved.email)
    corrected = await administrator.ask("PATCH", f"/v1/hcps/{person}/profile", body={"email": there})
    assert corrected.status_code == 200, corrected.text
    assert len(await letters(house, moved.email)) == told
    assert len(await letters(house, there)) == 1 - told


async def test_a_former_address_that_nobody_can_look_up_stops_its_own_letter_alone(house: House) -> None:
    administrator, moved = await house.staff(Role.ADMINISTRATOR), await members.member(house)
    async with house.runtime.work.read(ORIGIN) as uow:
        person = await people.find_by_email(uow, moved.email)
    path, there = f"/v1/hcps/{person}/profile", f"new-{moved.email}"
    for address in (f"a\uff20{moved.email}", there):
        answer = await administrator.ask("PATCH", path, body={"email": address})
        assert answer.status_code == 200, answer.text
        assert len(await letters(house, moved.email)) == 1
    assert len(await letters(house, there)) == 1


async def test_an_address_is_not_corrected_with_what_is_lent_in_an_emergency(house: House) -> None:
    await house.staff(Role.DATA_PROTECTION_OFFICER)  # who could review it
    marketer, hcp = await house.staff(Role.MARKETER, "GB"), await house.hcp()
    await broken(marketer, permission="hcp:write", market=None)
    path = f"/v1/hcps/{hcp.person}/profile"
    problem(await marketer.ask("PATCH", path, body={"email": "mine@clinic.example"}), 403, "address-not-lent")
    assert (await marketer.ask("PATCH", path, body={"phone": "+44 20 7946 0019"})).status_code == 200


async def test_a_market_that_is_lent_in_an_emergency_moves_no_address(house: House) -> None:
    await house.staff(Role.DATA_PROTECTION_OFFICER)  # who could review it
    administrator = await house.staff(Role.ADMINISTRATOR, "GB")
    french, british = await house.hcp(market="FR", zone="Europe/Paris"), await house.hcp()
    changed = {"email": f"{uuid4().hex}@clinic.example"}
    await broken(administrator, permission=None, market="FR")
    for hcp in (french, british):
        moved = await administrator.ask("PATCH", f"/v1/hcps/{hcp.person}/profile", body=changed)
        problem(moved, 403, "address-not-lent")
    called = await administrator.ask("PATCH", f"/v1/hcps/{french.person}/profile", body={"phone": "+33 1 70 18 99 00"})
    assert called.status_code == 200, "the control: what else is corrected"
    assert (await administrator.ask("DELETE", "/v1/me/break-glass")).status_code == 204
    own = await administrator.ask("PATCH", f"/v1/hcps/{british.person}/profile", body=changed)
    assert own.status_code == 200, "the control: without the emergency"


async def test_a_mailbox_of_the_same_normal_form_is_another_one(house: House) -> None:
    administrator, name = await house.staff(Role.ADMINISTRATOR), uuid4().hex
    was, there = f"{name}@strasse.example", f"{name}@stra\u00dfe.example"  # two domains (IDNA 2008)
    new = access.NewAccount(
        email=was,
        name="Dr Jane Doe",
        role=Role.HCP,
        market="GB",
        zone="Europe/London",
        locale="en",
        password=PASSWORD,
    )
    async with house.runtime.work.begin(ORIGIN) as uow:
        moved = members.Member(house, was, await access.create_account(uow, new))
        person = await people.find_by_email(uow, was)
    tokens, path = await moved.tokens(), f"/v1/hcps/{person}/profile"
    assert (await administrator.ask("PATCH", path, body={"email": was})).status_code == 200
    assert await members.status(house.http, tokens) == 200, "the control: nothing moved"
    assert (await administrator.ask("PATCH", path, body={"email": there})).json()["email"] == there
    assert await members.status(house.http, tokens) == 401
    assert await house.count("access.letter", "account = $1 and kind = 'address-moved'", moved.account) == 2


async def test_who_corrects_an_address_has_shown_who_they_are_lately(house: House) -> None:
    administrator, hcp = await house.staff(Role.ADMINISTRATOR, "GB"), await house.hcp()
    path, changed = f"/v1/hcps/{hcp.person}/profile", {"email": f"{uuid4().hex}@clinic.example"}
    house.clock.move(timedelta(seconds=901))
    problem(await administrator.ask("PATCH", path, body=changed), 401, "factor-too-old")
    assert (await administrator.get(path)).status_code == 200, "the control: to read it"
    again = await house.sitting(administrator.caller.account, Role.ADMINISTRATOR, ["GB"], administrator.caller.person)
    assert (await again.ask("PATCH", path, body=changed)).status_code == 200
