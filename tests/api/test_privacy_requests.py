"""People ask about their data, and it is done: at once, by the worker, or by the data protection officer."""

import io
import json
import zipfile
from datetime import timedelta

import jsonschema
import pytest

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import House, fields, problem

ASK = "/v1/me/privacy-requests"


async def asked(asker: Asker, type_: str, **more: object) -> Body:
    """Ask for something and return the request."""
    answer = await asker.post(ASK, {"type": type_} | more)
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


async def done(house: House, asker: Asker, request: Body) -> Body:
    """Wait until the worker has done a request, and return it."""
    await house.until(f"(select state = 'completed' from consent.privacy_request where id = '{request['id']}')")
    return await asker.read(f"{ASK}/{request['id']}")


async def package(asker: Asker, request: Body) -> dict[str, bytes]:
    """Take a package and return its files."""
    answer = await asker.get(f"{ASK}/{request['id']}/package")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_an_access_request_is_answered_by_a_package_that_fits_its_schema_and_can_be_taken_once(
    house: House,
) -> None:
    hcp = await house.hcp(name="Dr Ada <b>Bold</b>")
    await hcp.record(
        house.activity(await house.item(), context={"channel": "web", "extensions": {"urn:note": "<script>"}})
    )
    request = await asked(hcp, "access", words="Everything, please.")
    assert (request["state"], request["words"]) == ("in_progress", None)
    finished = await done(house, hcp, request)
    assert (finished["words"], finished["steps_done"], finished["steps"]) == ("Everything, please.", 1, 1)
    assert finished["package_until"] is not None
    files = await package(hcp, request)
    data = json.loads(files["data.json"])
    jsonschema.validate(data, json.loads(files["schema.json"]), format_checker=jsonschema.FormatChecker())
    assert data["data"]["people.vault"]["records"][0]["name"] == "Dr Ada <b>Bold</b>"
    assert len(data["data"]["engagement.activity"]["records"]) == 1
    assert data["data"]["audit.leaf"]["records"]
    page = files["read-me.html"].decode()
    assert "Dr Ada &lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<script>" not in page
    problem(await hcp.get(f"{ASK}/{request['id']}/package"), 404, "privacy-package-not-found")


async def test_a_package_is_nobody_elses_and_what_is_taken_along_is_what_was_given(house: House) -> None:
    hcp, other = await house.hcp(), await house.hcp()
    request = await asked(hcp, "portability")
    await done(house, hcp, request)
    problem(await other.get(f"{ASK}/{request['id']}"), 404, "privacy-request-not-found")
    problem(await other.get(f"{ASK}/{request['id']}/package"), 404, "privacy-package-not-found")
    tables = set(json.loads((await package(hcp, request))["data.json"])["data"])
    assert {"people.vault", "engagement.activity", "consent.event"} <= tables
    assert not tables & {"audit.leaf", "gamification.award"}


async def test_an_objection_stops_marketing_in_the_answer_and_a_withdrawal_stops_everything(house: House) -> None:
    hcp = await house.hcp()
    assert (await asked(hcp, "objection"))["state"] == "completed"
    states = {each["purpose"]: each["state"] for each in (await hcp.read("/v1/me/consents"))["items"]}
    assert (states["marketing_email"], states["engagement"]) == ("withdrawn", "granted")
    assert (await asked(hcp, "consent_withdrawal"))["state"] == "completed"
    states = {each["purpose"]: each["state"] for each in (await hcp.read("/v1/me/consents"))["items"]}
    assert set(states.values()) == {"withdrawn"}


async def test_an_objection_is_a_no_where_nothing_was_answered(house: House) -> None:
    hcp = await house.hcp(agreed=())
    await asked(hcp, "objection", purposes=["marketing_email", "analytics"])
    states = {each["purpose"]: each["state"] for each in (await hcp.read("/v1/me/consents"))["items"]}
    assert (states["marketing_email"], states["analytics"], states["engagement"]) == (
        "withdrawn",
        "withdrawn",
        "absent",
    )


async def test_a_restriction_refuses_every_use_until_it_is_lifted(house: House) -> None:
    hcp, item, officer = await house.hcp(), await house.item(), await house.staff(Role.DATA_PROTECTION_OFFICER)
    assert (await hcp.record(house.activity(item)))[0]["status"] == "recorded"
    request = await asked(hcp, "restriction")
    refused = await hcp.post("/v1/me/activities", [house.activity(item)])
    no = problem(refused, 403, "consent-required")
    assert (no["reason"], "lifts it" in no["remedy"]) == ("processing-restricted", True)
    assert (await hcp.get("/v1/me/points")).status_code == 403
    assert (await hcp.get(f"{ASK}/{request['id']}")).status_code == 200
    machine = await house.machine()
    delivered = await machine.post("/v1/activities", [house.activity(item) | {"actor": str(hcp.person)}])
    assert delivered.json()["results"][0]["status"] == "refused"
    lifted = await officer.post(f"/v1/privacy-requests/{request['id']}/lift")
    assert lifted.status_code == 200, lifted.text
    assert (await hcp.record(house.activity(item)))[0]["status"] == "recorded"
    problem(await officer.post(f"/v1/privacy-requests/{request['id']}/lift"), 409, "privacy-request-state")


async def test_the_clock_stands_still_while_a_person_is_asked_and_two_months_come_once(house: House) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.DATA_PROTECTION_OFFICER, "GB")
    request = await asked(hcp, "rectification", words="My name is spelt wrong.")
    at = f"/v1/privacy-requests/{request['id']}"
    assert request["due_on"] == "2026-04-02"
    assert (await officer.post(f"{at}/pause", {"reason": "identity-in-doubt"})).json()["state"] == "paused"
    problem(await officer.post(f"{at}/complete", {}), 409, "privacy-request-state")
    assert (await hcp.read(f"{ASK}/{request['id']}"))["pause_reason"] == "identity-in-doubt"
    house.clock.move(timedelta(days=5))
    resumed = (await officer.post(f"{at}/resume")).json()
    assert (resumed["state"], resumed["due_on"]) == ("received", "2026-04-07")
    extended = (await officer.post(f"{at}/extend", {"reason": "complex"})).json()
    assert (extended["due_on"], extended["words"]) == ("2026-06-08", "My name is spelt wrong.")
    problem(await officer.post(f"{at}/extend", {"reason": "complex"}), 409, "privacy-request-state")
    finished = await officer.post(f"{at}/complete", {"words": "It is mended."})
    assert finished.json()["state"] == "completed"
    assert (await hcp.read(f"{ASK}/{request['id']}"))["answer"] == "It is mended."


async def test_a_clock_that_stood_still_for_less_than_a_day_gains_none(house: House) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.DATA_PROTECTION_OFFICER, "GB")
    request = await asked(hcp, "rectification", words="My name is spelt wrong.")
    at, now = f"/v1/privacy-requests/{request['id']}", house.clock.now()
    house.clock.move(now.replace(hour=23, minute=59) - now)
    for hours, due in ((1, request["due_on"]), (23, request["due_on"]), (25, None)):
        assert (await officer.post(f"{at}/pause", {"reason": "identity-in-doubt"})).status_code == 200
        house.clock.move(timedelta(hours=hours))
        resumed = (await officer.post(f"{at}/resume")).json()
        assert (resumed["due_on"] == request["due_on"]) == (due is not None), hours


async def test_a_refusal_is_read_by_the_person_and_a_second_open_request_is_refused(house: House) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.DATA_PROTECTION_OFFICER)
    request = await asked(hcp, "erasure")
    problem(await hcp.post(ASK, {"type": "erasure"}), 409, "privacy-request-open")
    at = f"/v1/privacy-requests/{request['id']}"
    refusal = {"reason": "legal-claims", "words": "A claim is before a court."}
    assert (await officer.post(f"{at}/refuse", refusal)).status_code == 200
    seen = await hcp.read(f"{ASK}/{request['id']}")
    assert (seen["state"], seen["refusal_reason"], seen["answer"]) == ("refused", "legal-claims", refusal["words"])
    assert (await asked(hcp, "erasure"))["state"] == "received"
    assert request["id"] in {each["id"] for each in (await hcp.read(ASK, limit=200))["items"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "rectification"}, "words"),
        ({"type": "access", "purposes": ["analytics"]}, "purposes"),
        ({"type": "consent_withdrawal", "purposes": ["service"]}, "purposes"),
        ({"type": "oblivion"}, "type"),
        ({"type": "access", "never_contact": True}, "never_contact"),
        ({"type": "access", "words": "a\u0007b"}, "words"),
    ],
)
async def test_a_request_that_makes_no_sense_names_its_field(house: House, body: Body, field: str) -> None:
    hcp = await house.hcp()
    answer = await hcp.post(ASK, body)
    assert answer.status_code == 400, answer.text
    assert field in fields(answer.json())[0]
