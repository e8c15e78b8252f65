"""A person with unmistakable markers in every field that identifies is used everywhere: no other room holds one."""

from collections.abc import Sequence
from uuid import uuid4

from access import Role
from consent.values import CONSENT_PURPOSES
from tests.api.asker import Asker
from tests.api.house import House

MARK = "Zyxkanari"
IDENTIFYING = {
    "name": f"Dr {MARK}name Ørsted",
    "email": f"{MARK}.mail@clinic.example",
    "phone": "+44 20 5550 1999",
    "practice": f"{MARK}practice, 7 Harley Street",
    "identifiers": [{"system": "gb-gmc", "value": "9871239"}, {"system": "se-hsa", "value": f"{MARK}-hsa"}],
}
COARSE = {"profession": "physician", "specialties": ["zyx-visible"], "setting": "hospital", "channels": ["email"]}
EVIDENCE = f"{MARK}evidence 17"
SECRETS = (MARK, "+44 20 5550 1999", "442055501999", "9871239")
TABLES = """
select format('%I.%I', nspname, relname) from pg_class join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'p', 'm') and nspname not in ('pg_catalog', 'information_schema') order by 1
"""


def spellings(secret: str) -> Sequence[str]:
    """How a secret may stand in what a table prints: as it is, or in the hex of its bytes."""
    written = [secret, secret.lower(), secret.upper()]
    return [*(each.casefold() for each in written), *(each.encode().hex() for each in written)]


async def found(house: House, secret: str) -> set[str]:
    """The tables in which a secret can be read."""
    wanted = spellings(secret)
    tables = [table for (table,) in await house.database.fetch(TABLES)]
    assert len(tables) > 40
    rows = "select exists (select from {} as t where lower(t::text) like any($1))"
    patterns = [f"%{each}%" for each in wanted]
    return {table for table in tables if await house.database.fetchval(rows.format(table), patterns)}


async def in_valkey(house: House, secret: str) -> list[str]:
    """The keys of Valkey in which a secret can be read, in the name or the value."""
    client, wanted = house.runtime.cache.client, [secret.encode(), secret.lower().encode()]
    keys = [key async for key in client.scan_iter(count=1_000)]
    texts = [(key if isinstance(key, bytes) else str(key).encode(), await client.dump(key) or b"") for key in keys]
    return [key.decode(errors="replace") for key, value in texts if any(each in key + value for each in wanted)]


async def signed_in(house: House, person: str, email: str, password: str) -> Asker:
    answer = await house.http.post("/v1/sessions", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    account = await house.database.fetchval("select id from access.account where person = $1", person)
    return await house.sitting(account, Role.HCP, ("GB",), person)  # type: ignore[arg-type] # as text


async def used_everywhere(house: House, hcp: Asker, administrator: Asker, officer: Asker) -> None:
    for purpose in CONSENT_PURPOSES:
        assert (await hcp.decide(purpose, "granted")).status_code == 200
    item, room = await house.item(("quiz", "assessment")), await house.item((), "webinar")
    await hcp.record(
        house.activity(item, "passed", result={"score": 1, "success": True}), house.activity(room, "attended")
    )
    paper = {"purpose": "analytics", "state": "denied", "method": "paper", "evidence": {"reference": "form 17"}}
    claimed = f"/v1/rewards/{(await house.reward()).id}/claims"
    for asker, method, path, body in (
        (hcp, "PATCH", "/v1/me/profile", {"zone": "Europe/Paris", "locale": "fr"}),
        (administrator, "PATCH", f"/v1/hcps/{hcp.person}/profile", IDENTIFYING | {"specialties": ["zyx-visible"]}),
        (officer, "PUT", f"/v1/hcps/{hcp.person}/licences",
         {"market": "GB", "status": "verified", "evidence": EVIDENCE}),
        (officer, "GET", f"/v1/hcps/{hcp.person}/profile", None),
        (administrator, "POST", f"/v1/hcps/{hcp.person}/consents", {"consents": [paper]}),
        (hcp, "POST", claimed, None),
        (hcp, "GET", "/v1/me", None),
        (hcp, "GET", "/v1/me/profile", None),
        (hcp, "GET", "/v1/me/points/entries", None),
        (hcp, "GET", "/v1/me/badges", None),
        (hcp, "GET", "/v1/leaderboards/all-time", None),
        (hcp, "GET", "/v1/me/access-log", None),
        (officer, "POST", "/v1/audit/exports", {"limit": 100}),
    ):  # fmt: skip
        answer = await asker.ask(method, path, body=body)
        assert answer.is_success, (path, answer.text)
    await house.delivered()
    await house.settled()


async def test_no_table_and_no_key_holds_in_clear_what_identifies_somebody(house: House) -> None:
    password = f"a pass phrase of {MARK}"
    administrator, officer = await house.staff(Role.ADMINISTRATOR), await house.staff(Role.COMPLIANCE_OFFICER)
    new = IDENTIFYING | COARSE | {"market": "GB", "zone": "Europe/London", "locale": "en-GB", "password": password}
    headers = {"Idempotency-Key": uuid4().hex}
    answer = await administrator.ask("POST", "/v1/hcps", body=new, headers=headers)
    assert answer.status_code == 201, answer.text
    again = await administrator.ask("POST", "/v1/hcps", body=new, headers=headers)
    assert again.json() == answer.json()
    hcp = await signed_in(house, answer.json()["id"], str(IDENTIFYING["email"]), password)
    await used_everywhere(house, hcp, administrator, officer)
    for secret in SECRETS:
        assert await found(house, secret) == set(), secret
        assert await in_valkey(house, secret) == [], secret
    assert await found(house, "zyx-visible") == {"people.profile"}, "what is stored in clear is found by the same scan"
    assert await in_valkey(house, str(hcp.person)), "and so is what stands in Valkey"
    own = (await hcp.get("/v1/me/profile")).text
    assert MARK in own
    assert EVIDENCE in own
