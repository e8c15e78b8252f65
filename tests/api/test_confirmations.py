"""Double opt-in: in Germany a yes to e-mail counts once it was confirmed from the mailbox, by a person."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from access import Role
from tests.api.asker import Asker, Body
from tests.api.house import House, problem

PURPOSE = "marketing_email"
LINK = "/v1/consent/confirmations/{token}"


async def german(house: House, market: str = "DE") -> Asker:
    return await house.hcp(market=market, zone="Europe/Berlin", locale="de-DE", agreed=())


async def state(hcp: Asker, purpose: str = PURPOSE) -> Body:
    items = (await hcp.read("/v1/me/consents"))["items"]
    found: Body = next(each for each in items if each["purpose"] == purpose)
    return found


async def handed_out(house: House, hcp: Asker, market: str = "DE") -> list[Body]:
    """What the system that sends messages is handed for this person."""
    machine = await house.machine(market)
    answer = await machine.post("/v1/consent/confirmations", {})
    assert answer.status_code == 200, answer.text
    return [each for each in answer.json()["items"] if each["person"] == str(hcp.person)]


async def asked(house: House, market: str = "DE") -> tuple[Asker, str]:
    """Somebody who said yes, and the token of the message that they get."""
    hcp = await german(house, market)
    answer = await hcp.decide(PURPOSE, "granted")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["confirm_by"] is None) == ("absent", False)
    ((message),) = await handed_out(house, hcp, market)
    assert (message["purpose"], message["locale"]) == (PURPOSE, "de-DE")
    return hcp, message["token"]


async def test_a_yes_counts_once_it_was_confirmed(house: House) -> None:
    hcp, token = await asked(house)
    assert (await state(hcp))["state"] == "absent"
    confirmed = await house.http.post(LINK.format(token=token))
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "granted"), confirmed.text
    assert ((await state(hcp))["state"], (await state(hcp))["confirm_by"]) == ("granted", None)
    actions = {entry["action"] for entry in await house.trail(confirmed)}
    assert actions == {"consent:confirmation:given", "consent:record:granted"}
    (event,) = await house.database.fetch("select * from consent.event where person = $1", hcp.person)
    assert (event["method"], event["shown"] is None) == ("confirmation", False)
    problem(await house.http.post(LINK.format(token=token)), 404, "confirmation-not-found")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_scanner_that_follows_links_confirms_nothing(house: House, method: str) -> None:
    hcp, token = await asked(house)
    before = await tables(house)
    for number in range(100):
        accept = {"Accept": "text/html"} if number % 2 else {}
        answer = await house.http.request(method, LINK.format(token=token), headers=accept)
        assert answer.status_code in {200, 204, 405}
    assert await tables(house) == before
    assert (await state(hcp))["state"] == "absent"
    assert (await house.http.post(LINK.format(token=token))).status_code == 200
    assert (await state(hcp))["state"] == "granted", "and a button that is pressed does"


async def tables(house: House) -> list[list[object]]:
    names = ("event", "confirmation", "current_state", "notice_shown")
    found = [await house.database.fetch(f"select * from consent.{name} order by 1") for name in names]
    return [[tuple(row) for row in rows] for rows in found]


async def test_the_page_shows_the_notice_and_a_button(house: House) -> None:
    _, token = await asked(house)
    page = await house.http.get(LINK.format(token=token), headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "May we write to you by e-mail?" in page.text
    assert '<form method="post">' in page.text
    assert "<script" not in page.text
    shown = (await house.http.get(LINK.format(token=token))).json()
    assert (shown["purpose"], shown["notice_version"]) == (PURPOSE, 1)
    assert str(house.clock.now() + timedelta(days=7))[:10] == shown["expires_at"][:10]


async def test_of_many_who_press_at_once_one_confirms(house: House) -> None:
    hcp, token = await asked(house)
    answers = await asyncio.gather(*(house.http.post(LINK.format(token=token)) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 7
    assert await house.count("consent.event", "person = $1", hcp.person) == 1


async def refused(house: House, token: str) -> None:
    for method in ("GET", "POST"):
        answer: httpx.Response = await house.http.request(method, LINK.format(token=token))
        problem(answer, 404, "confirmation-not-found")


async def test_a_token_is_kept_as_a_hash_works_for_a_week_and_not_after_a_no(house: House) -> None:
    hcp, token = await asked(house)
    stored = await house.database.fetch("select * from consent.confirmation where person = $1", hcp.person)
    assert token not in repr([dict(row) for row in stored])
    assert await handed_out(house, hcp) == [], "each is handed out once"
    assert (await hcp.decide(PURPOSE, "denied")).status_code == 200
    await refused(house, token)
    assert (await state(hcp))["state"] == "denied"
    assert (await hcp.decide(PURPOSE, "granted")).status_code == 200
    ((second),) = await handed_out(house, hcp)
    assert (await hcp.decide(PURPOSE, "granted")).status_code == 200
    ((third),) = await handed_out(house, hcp)
    await refused(house, second["token"])
    house.clock.move(timedelta(days=7))
    await refused(house, third["token"])
    await refused(house, "x" * 43)


async def test_a_notice_that_was_replaced_meanwhile_is_not_agreed_to(house: House) -> None:
    hcp, token = await asked(house, "AT")
    officer = await house.staff(Role.DATA_PROTECTION_OFFICER)
    draft = {"purpose": PURPOSE, "version": 2, "locale": "de", "text": "Dürfen wir?", "market": "AT"}
    staged = await officer.post("/v1/notices", draft)
    assert (staged.status_code, staged.json()["status"]) == (201, "staged"), staged.text
    seen = (await hcp.read("/v1/me/notices"))["items"]
    assert next(each for each in seen if each["purpose"] == PURPOSE)["version"] == 1
    assert (await officer.post(f"/v1/notices/{staged.json()['id']}/activate", {})).json()["status"] == "active"
    problem(await house.http.post(LINK.format(token=token)), 409, "notice-not-active")
    seen = (await hcp.read("/v1/me/notices"))["items"]
    new = next(each for each in seen if each["purpose"] == PURPOSE)
    assert (new["version"], new["locale"], new["market"]) == (2, "de", "AT")
    grant = {"state": "granted", "shown_id": new["shown_id"]}
    assert (await hcp.ask("PUT", f"/v1/me/consents/{PURPOSE}", body=grant)).status_code == 200
    ((message),) = await handed_out(house, hcp, "AT")
    assert (await house.http.post(LINK.format(token=message["token"]))).json()["state"] == "granted"


async def test_a_token_that_went_to_another_mailbox_confirms_nothing(house: House) -> None:
    hcp, token = await asked(house)
    administrator = await house.staff(Role.ADMINISTRATOR)

    async def corrected(**fields: str) -> None:
        answer = await administrator.ask("PATCH", f"/v1/hcps/{hcp.person}/profile", body=fields)
        assert answer.status_code == 200, answer.text

    await corrected(phone="+49 30 1234567")
    assert (await house.http.get(LINK.format(token=token))).status_code == 200
    await corrected(email=f"new-{hcp.person}@clinic.example")
    await refused(house, token)
    ((second),) = await handed_out(house, hcp)
    assert (await house.http.post(LINK.format(token=second["token"]))).json()["state"] == "granted"


async def test_elsewhere_and_on_paper_a_yes_counts_at_once(house: House) -> None:
    briton = await house.hcp(agreed=())
    assert (await briton.decide(PURPOSE, "granted")).json()["state"] == "granted"
    hcp, machine = await german(house), await house.machine("DE")
    paper: Body = {"purpose": PURPOSE, "state": "granted", "notice_version": 1, "method": "paper"}
    paper["evidence"] = {"reference": "form 17"}
    answer = await machine.post(f"/v1/hcps/{hcp.person}/consents", {"consents": [paper]})
    assert [each["state"] for each in answer.json()["items"]] == ["granted"], answer.text


async def test_only_a_system_of_the_market_is_handed_what_is_to_be_sent_there(house: House) -> None:
    hcp = await german(house)
    assert (await hcp.decide(PURPOSE, "granted")).status_code == 200
    french = await (await house.machine("FR")).post("/v1/consent/confirmations", {})
    assert str(hcp.person) not in french.text
    assert len(await handed_out(house, hcp)) == 1


async def test_an_objection_ends_what_waits_to_be_confirmed(house: House) -> None:
    hcp, token = await asked(house)
    answer = await hcp.post("/v1/me/privacy-requests", {"type": "objection"})
    assert (answer.status_code, answer.json()["state"]) == (201, "completed"), answer.text
    await refused(house, token)
    assert (await hcp.decide(PURPOSE, "granted")).status_code == 200
    ((message),) = await handed_out(house, hcp)
    assert (await house.http.post(LINK.format(token=message["token"]))).status_code == 200


async def test_whoever_guesses_tokens_is_told_to_stop(house: House) -> None:
    _, token = await asked(house)
    statuses = [(await house.http.post(LINK.format(token=f"guess-{number}"))).status_code for number in range(125)]
    assert set(statuses[:100]) == {404}
    assert statuses[-1] == 429
    house.clock.move(timedelta(minutes=1))
    assert (await house.http.post(LINK.format(token=token))).status_code == 200
