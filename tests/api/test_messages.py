"""E-mail to people: the gate is asked when it is queued and when it leaves, and what it said is kept."""

import asyncio
import email
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

import consent
from access import Role
from consent import Content, NewMessage
from consent.vocabulary import Purpose
from kernel.settings import Settings
from people import PersonId
from tests.api.asker import Asker, Body
from tests.api.house import ORIGIN, House, problem
from tests.api.test_badge_command import environment

PURPOSE = "marketing_email"
LETTER = {"purpose": PURPOSE, "subject": "News", "text": "A webinar on asthma.\nCome along."}


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """Let Laurel itself send the letters that ask for a second yes."""
    return replace(settings, confirmation_letters="sent")


def letters(house: House) -> dict[str, EmailMessage]:
    """Every message that left, by its name."""
    folder = house.runtime.settings.home / "mail"
    found = {}
    for path in folder.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(message, EmailMessage)
        found[path.stem] = message
    return found


async def address(hcp: Asker) -> str:
    return str((await hcp.read("/v1/me/profile"))["email"])


async def to(house: House, hcp: Asker) -> list[EmailMessage]:
    own = await address(hcp)
    return [each for each in letters(house).values() if each["To"] == own]


async def queued(house: House, hcp: Asker, **more: object) -> Body:
    machine = await house.machine()
    answer = await machine.post("/v1/messages", LETTER | {"person": str(hcp.person)} | more)
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


async def settled(house: House, identifier: str) -> Body:
    """Wait until a message left or was stopped, and return what is kept of it."""
    await house.until(f"exists (select from consent.message where id = '{identifier}' and state <> 'waiting')")
    machine = await house.machine()
    return await machine.read(f"/v1/messages/{identifier}")


async def test_a_message_leaves_with_the_consent_that_allowed_it(house: House) -> None:
    hcp = await house.hcp()
    answer = await queued(house, hcp)
    kept = await settled(house, answer["id"])
    decision = answer["decision"]
    assert (decision["allowed"], decision["reason"], decision["notice_version"]) == (True, "consent-granted", 1)
    assert (kept["state"], kept["reason"], kept["event"], kept["notice_version"]) == (
        "sent", "consent-granted", decision["event"], 1,
    )  # fmt: skip
    assert (kept["queued_reason"], kept["queued_event"]) == ("consent-granted", decision["event"])
    (letter,) = await to(house, hcp)
    assert (letter["Subject"], letter.get_content().strip()) == ("News", LETTER["text"])
    content = await house.database.fetchval("select content from consent.message where id = $1", answer["id"])
    assert content is None, "what it said is forgotten once it left"
    actions = [each["action"] for each in await house.entries(answer["id"])]
    assert {"consent:message:queued", "consent:message:sent"} <= set(actions)


async def test_without_consent_nothing_is_queued(house: House) -> None:
    hcp = await house.hcp(agreed=())
    answer = await queued(house, hcp)
    assert (answer["id"], answer["decision"]["reason"]) == (None, "consent-absent")
    assert await house.count("consent.message", "person = $1", hcp.person) == 0
    unfit = await queued(house, await house.hcp(), purpose="leaderboard")
    assert (unfit["id"], unfit["decision"]["reason"]) == (None, "channel-unfit")


async def test_a_message_of_another_market_is_not_there(house: House) -> None:
    identifier = (await queued(house, await house.hcp()))["id"]
    french, british = await house.machine("FR"), await house.machine("GB")
    path = f"/v1/messages/{identifier}"
    assert (await british.get(path)).status_code == 200
    problem(await french.get(path), 404, "message-not-found")
    problem(await french.get(f"/v1/messages/{uuid4()}"), 404, "message-not-found")


async def waiting(house: House, hcp: Asker) -> str:
    """Queue a message that is not to leave before an hour is over."""
    assert hcp.person is not None
    async with house.runtime.work.begin(ORIGIN) as uow:
        new = NewMessage(
            person=PersonId(hcp.person), purpose=Purpose.MARKETING_EMAIL, content=Content("News", LETTER["text"])
        )
        made = await consent.queue_message(uow, new)
        assert made.id is not None, made
        await uow.execute(
            "update consent.message set not_before = $2 where id = $1", made.id, house.clock.now() + timedelta(hours=1)
        )
    return str(made.id)


async def go(house: House, identifier: str) -> Body:
    await house.database.execute("update consent.message set not_before = queued_at where id = $1", identifier)
    return await settled(house, identifier)


@pytest.mark.parametrize("ending", ["withdrawn", "denied", "objection", "restriction", "suppressed"])
async def test_what_was_queued_does_not_leave_after_a_no(house: House, ending: str) -> None:
    hcp, spared = await house.hcp(), await house.hcp()
    identifier, control = await waiting(house, hcp), await waiting(house, spared)
    if ending in {"withdrawn", "denied"}:
        assert (await hcp.decide(PURPOSE, ending)).status_code == 200
    elif ending == "suppressed":
        officer = await house.staff(Role.DATA_PROTECTION_OFFICER)
        body = {"kind": "email", "address": await address(hcp)}
        assert (await officer.post("/v1/suppressions", body)).status_code == 201
    else:
        assert (await hcp.post("/v1/me/privacy-requests", {"type": ending})).status_code == 201
    kept = await go(house, identifier)
    reasons = {"denied": "consent-denied", "restriction": "processing-restricted", "suppressed": "address-suppressed"}
    assert (kept["state"], kept["reason"]) == ("stopped", reasons.get(ending, "consent-withdrawn"))
    assert (kept["queued_reason"], kept["queued_notice_version"]) == ("consent-granted", 1)
    assert await to(house, hcp) == []
    (entry,) = [each for each in await house.entries(identifier) if each["action"] == "consent:message:stopped"]
    assert (entry["outcome"], entry["reason"]) == ("refused", kept["reason"])
    if ending in {"withdrawn", "objection", "denied"}:
        event = await house.database.fetchrow(
            "select event, notice_version from consent.current_state where person = $1 and purpose = $2",
            hcp.person,
            PURPOSE,
        )
        assert event is not None
        assert (kept["event"], entry["detail"]["event"]) == (str(event["event"]), str(event["event"]))
        assert kept["notice_version"] == event["notice_version"]
    assert (await go(house, control))["state"] == "sent"


async def test_a_letter_asks_for_the_second_yes_and_its_link_gives_it(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    hcp = await house.hcp(market="DE", zone="Europe/Berlin", locale="de-DE", agreed=())
    assert (await hcp.decide(PURPOSE, "granted")).json()["confirm_by"] is not None
    await house.until(f"exists (select from consent.message where person = '{hcp.person}' and state = 'sent')")
    (letter,) = await to(house, hcp)
    text = letter.get_content()
    assert letter["Subject"] == "Bitte bestätigen Sie"
    assert "> May we write to you by e-mail?" in text.replace("# ", "")
    ((link, token),) = re.findall(r"^(http\S+/v1/consent/confirmations/([\w-]+))$", text, re.MULTILINE)
    assert link.startswith(house.runtime.settings.public_url)
    path = f"/v1/consent/confirmations/{token}"
    assert (await house.http.get(path)).status_code == 200
    state = next(each for each in (await hcp.read("/v1/me/consents"))["items"] if each["purpose"] == PURPOSE)
    assert state["state"] == "absent", "GET confirms nothing"
    assert (await house.http.post(path)).json()["state"] == "granted"
    assert token not in "".join(capfd.readouterr())
    tables = ("consent.message", "consent.confirmation", "audit.entry", "kernel.answer", "kernel.outbox")
    for table in tables:
        rows = await house.database.fetch(f"select t::text as row from {table} t")
        assert all(token not in row["row"] and token.encode().hex() not in row["row"] for row in rows), table


@pytest.mark.parametrize(("reason", "arrives"), [("asked", True), ("bounced", False)])
async def test_a_code_that_somebody_asks_for_reaches_them_unless_the_address_bounced(
    house: House, reason: str, *, arrives: bool
) -> None:
    hcp, officer = await house.hcp(), await house.staff(Role.DATA_PROTECTION_OFFICER)
    await house.give_password(hcp)
    own = await address(hcp)
    body = {"kind": "email", "address": own, "reason": reason}
    assert (await officer.post("/v1/suppressions", body)).status_code == 201
    assert (await house.http.post("/v1/password-resets", json={"email": own})).is_success
    await house.until(
        "not exists (select from access.letter l join access.account a on a.id = l.account"
        f" where a.person = '{hcp.person}' and l.sent_at is null)"
    )
    assert [letter["Subject"] for letter in await to(house, hcp)] == ["Choose a new password"] * arrives
    (entry,) = [each for each in await house.entries(str(hcp.person)) if each["action"] == "consent:contact:decided"]
    assert entry["reason"] == ("basis-contract" if arrives else "address-suppressed")


async def test_a_message_that_waits_is_in_the_package_of_its_person(house: House) -> None:
    hcp = await house.hcp()
    await waiting(house, hcp)
    made = (await hcp.post("/v1/me/privacy-requests", {"type": "access"})).json()["id"]
    await house.until(f"exists (select from consent.package where request = '{made}')")
    package = await hcp.get(f"/v1/me/privacy-requests/{made}/package")
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        rows = json.loads(archive.read("data.json"))["data"]["consent.message"]["records"]
    assert [json.loads(row["content"]) for row in rows] == [{"subject": "News", "text": LETTER["text"]}]


async def test_the_command_line_asks_the_same_gate(house: House, tmp_path: Path) -> None:
    settings, hcp = house.runtime.settings, await house.hcp()
    own = environment(tmp_path) | {"LAUREL_DATABASE_URL": settings.database_url or ""}
    own["LAUREL_REDIS_URL"] = settings.redis_url or ""

    async def said(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-P", "-m", "api.cli", "consent", "may-contact", *words]
        done = await asyncio.to_thread(
            subprocess.run,
            [*command, "--channel", "rep", "--purpose", "contact"],
            env=own,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout

    code, text = await said(str(hcp.person), "--topic", "cardiology")
    assert (code, text.startswith("allowed: consent-granted, by consent event ")) == (0, True), text
    assert (await hcp.decide("contact", "denied")).status_code == 200
    code, text = await said(str(hcp.person), "--json")
    assert (code, json.loads(text)["reason"]) == (1, "consent-denied")
    assert (await said(str(uuid4())))[1] == "refused: person-unknown\n"
    asked = [each for each in await house.entries(str(hcp.person)) if each["action"] == "consent:contact:decided"]
    assert len(asked) == 2
