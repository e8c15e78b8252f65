"""Licences and registers: a clear yes verifies, everything else waits for staff with what the register said."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
import yaml

from access import Role
from api.background import Background
from api.runtime import Runtime
from kernel.settings import Settings, SettingsError
from people.rules.identifiers import has_luhn_digit
from tests.api.asker import Asker
from tests.api.house import House
from tests.api.opening import opened_house
from tests.conftest import KEYS
from tests.people.register_server import RegisterServer, served

NUMBERS = (number for number in map(str, count(1_000_000_000)) if has_luhn_digit("80840" + number))
NAME = "Dr Jane Doe"


@pytest.fixture(scope="module")
def register() -> Iterator[RegisterServer]:
    """Lend a register on this machine."""
    with served() as serving:
        yield serving


def written(home: Path, register: RegisterServer, table: Path) -> Path:
    file = home / "registers.yaml"
    british = {"market": "GB", "system": "gb-gmc", "file": str(table)}
    file.write_text(yaml.safe_dump({"registers": {"us-nppes": register.source(), "gb-register": british}}))
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str, register: RegisterServer) -> AsyncIterator[House]:
    """The application with a register that is asked over HTTP, and one that is a table."""
    table = settings.home / "gmc.csv"
    table.write_text("identifier,name,status\n7654321,Jane Doe,active\n")
    file = written(settings.home, register, table)
    async with opened_house(msgspec.structs.replace(settings, licence_registers=file), migrated_url) as opened:
        yield opened


async def submitted(house: House, *, system: str = "us-npi", number: str, market: str = "US") -> Asker:
    """Return somebody with this number whose licence waits; nobody is asked before both are there."""
    hcp, administrator = await house.hcp(name=NAME), await house.staff(Role.ADMINISTRATOR)
    change = {"identifiers": [{"system": system, "value": number}]}
    corrected = await administrator.ask("PATCH", f"/v1/hcps/{hcp.person}/profile", body=change)
    assert corrected.status_code == 200, corrected.text
    licence = {"market": market, "evidence": "my letter", "expires_on": "2029-12-31"}
    answer = await hcp.ask("PUT", "/v1/me/licences", body=licence)
    assert answer.status_code == 200, answer.text
    return hcp


async def asked(house: House, hcp: Asker, times: int = 1) -> list[dict[str, Any]]:
    """Let the registers be asked until one has answered about somebody, and return what the trail says of it."""
    rounds = Background(house.runtime)
    async with asyncio.timeout(60):
        while True:  # the worker of the house asks, too
            await rounds._ask_registers()
            entries = [each for each in await house.entries(str(hcp.person)) if ":register:" in each["action"]]
            if [each["action"] for each in entries].count("people:register:answered") >= times:
                return entries
            await asyncio.sleep(0.05)


async def licence_of(hcp: Asker) -> dict[str, Any]:
    (licence,) = (await hcp.read("/v1/me/profile"))["licences"]
    found: dict[str, Any] = licence
    return found


async def test_a_clear_yes_verifies_with_the_register_as_evidence_and_is_audited_before_and_after(
    house: House, register: RegisterServer
) -> None:
    number = next(NUMBERS)
    register.knows(number, "JANE", "DOE", expires="2028-06-30")
    hcp = await submitted(house, number=number)
    entries = await asked(house, hcp)
    licence = await licence_of(hcp)
    assert (licence["status"], licence["expires_on"]) == ("verified", "2028-06-30")
    assert licence["evidence"].startswith("register us-nppes, entry sha256:")
    assert [each["action"] for each in entries] == ["people:register:asked", "people:register:answered"]
    assert {each["actor"] for each in entries} == {"system:registers"}
    assert {each["purpose"] for each in entries} == {"compliance"}
    assert entries[1]["detail"] == {"register": "us-nppes", "finding": "active"}
    assert not [each for each in await house.entries(number) if ":register:" in each["action"]]
    changed = [each for each in await house.entries(str(hcp.person)) if each["action"] == "people:licence:changed"]
    assert [each["detail"]["status"] for each in changed] == ["pending", "verified"]
    assert changed[-1]["actor"] == "system:registers"


@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (None, "not_found"),
        ({"first": "JOHN", "last": "DOE"}, "name_differs"),
        ({"first": "JANE", "last": "DOE", "status": "D"}, "inactive"),
        ({"first": "JANE", "last": "DOE", "expires": "2020-01-31"}, "expired"),
    ],
)
async def test_everything_else_waits_for_staff_with_what_the_register_said_and_is_asked_no_more(
    house: House, register: RegisterServer, entry: dict[str, str] | None, finding: str
) -> None:
    number = next(NUMBERS)
    if entry is not None:
        register.knows(number, **entry)
    hcp = await submitted(house, number=number)
    await asked(house, hcp)
    licence = await licence_of(hcp)
    assert (licence["status"], licence["evidence"]) == ("pending", "my letter")
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    waiting = (await officer.read("/v1/licences", limit=200))["items"]
    (mine,) = [each for each in waiting if each["person"] == str(hcp.person)]
    assert (mine["register"], mine["finding"]) == ("us-nppes", finding)
    house.clock.move(timedelta(days=2))
    await Background(house.runtime)._ask_registers()
    assert [each for each, _ in register.asked].count(number) == 1
    decided = {"market": "US", "status": "rejected", "evidence": "nobody's number"}
    answer = await officer.ask("PUT", f"/v1/hcps/{hcp.person}/licences", body=decided)
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")


async def test_a_register_that_is_away_is_asked_again_later_and_a_new_submission_is_asked_about_anew(
    house: House, register: RegisterServer
) -> None:
    number = next(NUMBERS)
    register.answers[number] = 503, {}
    hcp = await submitted(house, number=number)
    await asked(house, hcp)
    assert (await licence_of(hcp))["status"] == "pending"
    await Background(house.runtime)._ask_registers()
    assert [each for each, _ in register.asked].count(number) == 1
    del register.answers[number]
    house.clock.move(timedelta(minutes=1))
    await asked(house, hcp, times=2)
    register.knows(number, "JANE", "DOE")
    again = {"market": "US", "evidence": "my other letter"}
    assert (await hcp.ask("PUT", "/v1/me/licences", body=again)).status_code == 200
    entries = await asked(house, hcp, times=3)
    findings = [each["detail"]["finding"] for each in entries if each["action"] == "people:register:answered"]
    assert findings == ["unavailable", "not_found", "active"]
    assert (await licence_of(hcp))["status"] == "verified"


async def test_a_table_verifies_whom_its_market_knows_and_nobody_elsewhere(house: House) -> None:
    known = await submitted(house, system="gb-gmc", number="7654321", market="GB")
    elsewhere = await submitted(house, system="gb-gmc", number="7654322", market="IE")
    await asked(house, known)
    assert (await licence_of(known))["evidence"].startswith("register gb-register, entry sha256:")
    assert (await licence_of(elsewhere))["status"] == "pending"
    assert [each for each in await house.entries(str(elsewhere.person)) if ":register:" in each["action"]] == []


def test_a_broken_file_stops_the_start_with_a_line_that_names_it(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "registers.yaml"
    for text in (None, "registers: {npi: {}}"):
        if text is not None:
            file.write_text(text)
        with pytest.raises(SettingsError, match="LAUREL_LICENCE_REGISTERS"):
            Runtime(msgspec.structs.replace(settings, licence_registers=file), KEYS)
    file.write_text("registers: {}")
    assert Runtime(msgspec.structs.replace(settings, licence_registers=file), KEYS).registers.sources == {}
