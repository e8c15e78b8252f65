"""Recommendations over HTTP: with consent, without it, and for whom."""

import pytest

from access import Role
from consent.values import CONSENT_PURPOSES
from consent.vocabulary import Purpose
from tests.api.house import FORUM, PART, House, fields, problem

PATH = "/v1/me/recommendations"
pytestmark = pytest.mark.asyncio(loop_scope="module")
"""The application runs on one loop for all tests of this module."""


async def test_whoever_agreed_is_told_what_fits_and_why(house: House) -> None:
    seen, other = await house.item(PART, markets=["IE"]), await house.item(FORUM, markets=["IE"])
    fitting = await house.item((*PART, "asthma"), markets=["IE"])
    hcp = await house.hcp(market="IE")
    await hcp.record(house.activity(seen))
    answer = await hcp.get(PATH)
    body = answer.json()
    assert [(line["content"]["id"], line["because"]) for line in body["items"]] == [
        (fitting, [*PART]),
        (other, ["new"]),
    ]
    assert body["next"] is None
    assert set(body["items"][0]["content"]) == set((await hcp.read("/v1/content"))["items"][0])
    entries = [each for each in await house.trail(answer) if each["action"] == "journeys:recommendation:read"]
    assert [(each["subject"], each["purpose"], each["count"]) for each in entries] == [
        (str(hcp.person), "personalisation", 2)
    ]


async def test_without_consent_to_personalisation_there_is_nothing_and_everything_else_goes_on(house: House) -> None:
    item = await house.item()
    hcp = await house.hcp(agreed=[each for each in CONSENT_PURPOSES if each is not Purpose.PERSONALISATION])
    answer = await hcp.get(PATH)
    refusal = problem(answer, 403, "consent-required")
    assert (refusal["purpose"], refusal["reason"]) == ("personalisation", "consent-absent")
    (entry,) = await house.trail(answer)
    assert (entry["action"], entry["decision"]) == ("journeys:recommendation:read", "refused")
    assert (await hcp.record(house.activity(item)))[0]["status"] == "recorded"
    assert (await hcp.decide("personalisation", "granted")).status_code == 200
    assert (await hcp.get(PATH)).status_code == 200
    assert (await hcp.decide("personalisation", "withdrawn")).status_code == 200
    assert problem(await hcp.get(PATH), 403, "consent-required")["reason"] == "consent-withdrawn"


async def test_a_page_is_as_long_as_asked_and_no_longer_than_fifty(house: House) -> None:
    for _ in range(2):
        await house.item(markets=["PT"])
    hcp = await house.hcp(market="PT")
    assert len((await hcp.read(PATH, limit=1))["items"]) == 1
    assert len((await hcp.read(PATH, limit=50))["items"]) == 2
    for limit in (0, 51):
        assert fields(problem(await hcp.get(PATH, limit=limit), 400, "invalid-request")) == ["limit"]


async def test_only_healthcare_professionals_are_advised(house: House) -> None:
    assert (await (await house.hcp()).get(PATH)).status_code == 200
    for role in Role:
        if role is not Role.HCP:
            problem(await (await house.asker(role)).get(PATH), 403, "permission-missing")
