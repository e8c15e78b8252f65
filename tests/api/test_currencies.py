"""Currencies over HTTP: two compliance officers, every step in the trail."""

from uuid import uuid4

from access import Role
from tests.api.house import House, problem


async def test_one_officer_defines_a_currency_and_another_one_approves_it(house: House) -> None:
    first, second = await house.staff(Role.COMPLIANCE_OFFICER), await house.staff(Role.COMPLIANCE_OFFICER)
    marketer = await house.staff(Role.MARKETER)
    key = f"c-{uuid4().hex}"
    body = {"key": key, "name": "Merit", "unit_value": 10, "money": "USD"}
    problem(await marketer.ask("POST", "/v1/currencies", body=body), 403, "permission-missing")
    made = await first.ask("POST", "/v1/currencies", body=body)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    problem(await second.ask("POST", "/v1/currencies", body=body), 409, "currency-key-taken")
    own = await first.ask("POST", f"/v1/currencies/{key}/approve")
    problem(own, 403, "currency-author-never-approves")
    approved = await second.ask("POST", f"/v1/currencies/{key}/approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert key in {each["key"] for each in (await marketer.read("/v1/currencies"))["items"]}
    assert (await first.ask("POST", f"/v1/currencies/{key}/withdraw")).json()["state"] == "withdrawn"
    problem(await second.ask("POST", f"/v1/currencies/{key}/approve"), 409, "currency-withdrawn")
    assert [entry["action"] for entry in await house.trail(approved)][-1] == "gamification:currency:approved"
    wrong = await first.ask("POST", "/v1/currencies", body=body | {"key": "recognition"})
    problem(wrong, 422, "currency-invalid")
