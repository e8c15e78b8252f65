"""A person is erased: everywhere, step by step, whatever dies in between, and for good."""

from uuid import UUID

import pytest

import people
from access import Role
from api.runtime import REQUESTS_ORIGIN
from tests.api.asker import Asker, Body
from tests.api.house import House, problem
from tests.api.test_privacy_requests import ASK, asked

OF_PERSON = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid where a.attname = 'person' and c.relkind = 'r' and n.nspname <> 'public'
"""
KEPT = {
    "consent.event",
    "consent.erasure",
    "consent.lapse",
    "consent.notice_shown",
    "consent.privacy_request",
    "consent.restriction",
    "gamification.claim",
    "gamification.ledger_entry",
    "gamification.reward_year",
    "gamification.transfer_of_value",
}


async def busy(house: House, name: str = "Dr Ada Gone") -> Asker:
    """Register somebody who did things, earned things, claimed something and stands on boards."""
    hcp = await house.hcp(name=name)
    await hcp.record(
        house.activity(await house.item(("quiz", "assessment")), "passed", result={"score": 1, "success": True})
    )
    reward = await house.reward()
    claimed = await hcp.post(f"/v1/rewards/{reward.id}/claims", {})
    assert claimed.status_code in {201, 400, 409}, claimed.text
    await house.delivered()
    return hcp


async def left(house: House, person: UUID) -> set[str]:
    """Return the tables that still have rows of a person."""
    tables = [row[0] for row in await house.database.fetch(OF_PERSON)]
    return {table for table in tables if await house.count(table, "person = $1", person)}


async def accept(house: House, hcp: Asker) -> Body:
    """Ask for an erasure and have it accepted."""
    officer = await house.staff(Role.DATA_PROTECTION_OFFICER)
    request = await asked(hcp, "erasure", words="Forget me.")
    accepted = await officer.post(f"/v1/privacy-requests/{request['id']}/complete", {})
    assert accepted.status_code == 200, accepted.text
    return request


async def erased(house: House, hcp: Asker) -> Body:
    """Have somebody erased."""
    request = await accept(house, hcp)
    await house.until(f"(select state = 'completed' from consent.privacy_request where id = '{request['id']}')")
    return request


async def test_nothing_is_left_of_an_erased_person_but_what_must_be_kept_and_others_keep_everything(
    house: House,
) -> None:
    hcp, other = await busy(house), await busy(house, "Dr Ben Stays")
    before = {table: await house.count(table, "person = $1", other.person) for table in await left(house, other.person)}
    alias = await house.database.fetchval("select alias from gamification.board_member where person = $1", hcp.person)
    assert alias is not None
    request = await erased(house, hcp)
    assert await left(house, hcp.person) <= KEPT
    assert before == {table: await house.count(table, "person = $1", other.person) for table in before}
    problem(await hcp.get("/v1/me"), 401, "token-refused")
    async with house.runtime.work.read(REQUESTS_ORIGIN) as uow:
        with pytest.raises(people.PersonNotFoundError):
            await people.profile(uow, people.PersonId(hcp.person))
    keys = await house.runtime.cache.client.keys("*")
    for key in keys:
        if await house.runtime.cache.client.type(key) == b"zset":
            assert alias.encode() not in await house.runtime.cache.client.zrange(key, 0, -1)
    entries = [entry for entry in await house.entries(request["id"]) if entry["action"] == "consent:person:erased"]
    assert len(entries) == 1
    assert await house.database.fetchval("select sum(amount) from gamification.posting") in {0, None}


async def test_what_else_was_asked_for_is_closed_and_an_address_is_remembered_as_never_to_be_used(house: House) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.DATA_PROTECTION_OFFICER)
    other = await asked(hcp, "rectification", words="My name is spelt wrong.")
    suppressed = await house.count("consent.suppression")
    request = await asked(hcp, "erasure", never_contact=True)
    assert await house.count("consent.suppression") == suppressed + 1
    await officer.post(f"/v1/privacy-requests/{request['id']}/complete", {})
    await house.until(f"(select state = 'completed' from consent.privacy_request where id = '{request['id']}')")
    seen = (await officer.get(f"/v1/privacy-requests/{other['id']}")).json()
    assert (seen["state"], seen["refusal_reason"]) == ("refused", "erased-meanwhile")
    assert await house.count("consent.suppression") == suppressed + 1, "it outlives the person"


async def test_the_person_is_told_what_will_be_kept_and_a_held_record_stays_alone(house: House) -> None:
    hcp, officer = await busy(house), await house.staff(Role.DATA_PROTECTION_OFFICER)
    activity = await house.database.fetchval("select id from engagement.activity where person = $1", hcp.person)
    body = {"table": "engagement.activity", "record": str(activity), "reason": "legal-claims"}
    held = await officer.post("/v1/legal-holds", body)
    assert held.status_code == 201, held.text
    await hcp.record(house.activity(await house.item()))
    told = {each["what"]: each for each in (await asked(hcp, "erasure"))["kept"]}
    assert told["What you did"] == {"what": "What you did", "because": "legal-claims", "records": 1}
    assert "How your points moved" in told
    request = (await hcp.read(ASK))["items"][0]
    await officer.post(f"/v1/privacy-requests/{request['id']}/complete", {})
    await house.until(f"(select state = 'completed' from consent.privacy_request where id = '{request['id']}')")
    assert await house.count("engagement.activity", "person = $1", hcp.person) == 1
    assert await house.count("people.vault", "person = $1", hcp.person) == 0
    released = await officer.post(f"/v1/legal-holds/{held.json()['id']}/release")
    assert released.status_code == 200, released.text


async def test_what_somebody_had_reserved_who_is_erased_is_there_for_others(house: House) -> None:
    hcp, other = await house.hcp(), await house.hcp()
    claims = f"/v1/rewards/{(await house.reward(stock=1)).id}/claims"
    claimed = await hcp.post(claims)
    assert claimed.status_code == 201, claimed.text
    assert (await other.post(claims)).status_code == 409, "the control"
    await erased(house, hcp)
    assert await house.count("gamification.claim", "id = $1 and state = 'cancelled'", UUID(claimed.json()["id"])) == 1
    assert (await other.post(claims)).status_code == 201
