"""Registers are asked for real: over HTTP on this machine, and in a table."""

import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from kernel.http_client import LARGEST, NoAnswerError
from people import RegisterEntry, Registers, read_registers
from people.rules.registers import RegisterSource
from tests.people.register_server import RegisterServer, served

NPI = "1234567893"
TABLE = """identifier,name,status,expires_on,reference
7654321,Jane Doe,active,2027-01-31,line 1
7654322,"Doe, John",Suspended,,
7654323,Ann Lee,active,soon,
"""


@pytest.fixture(scope="module")
def register() -> Iterator[RegisterServer]:
    """Lend a register on this machine."""
    with served() as serving:
        yield serving


def sources(**entries: object) -> dict[str, RegisterSource]:
    return read_registers(yaml.safe_dump({"registers": entries}))


async def test_a_register_is_asked_with_the_number_alone_and_answers(register: RegisterServer, tmp_path: Path) -> None:
    secret = tmp_path / "authorization"
    secret.write_text("Bearer abc\n")
    register.knows(NPI, "JANE", "DOE", expires="2027-01-31")
    registers = Registers(sources(npi=register.source(authorization_file=str(secret))))
    found = await registers.entry("npi", f" {NPI} ")
    assert found is not None
    assert (found.name, found.active, found.expires_on) == ("JANE DOE", True, date(2027, 1, 31))
    assert register.asked[-1] == (NPI, "Bearer abc")
    assert await registers.entry("npi", "1 &number=2/..?#") is None
    assert register.asked[-1] == ("1 &number=2/..?#", "Bearer abc")
    await registers.close()


async def test_whatever_is_no_answer_is_told_from_a_no(register: RegisterServer) -> None:
    registers = Registers(sources(npi=register.source(not_found_status=404)))
    register.answers["absent"] = 404, {}
    assert await registers.entry("npi", "absent") is None
    for number, answer in {
        "error": (500, {"results": []}),
        "moved": (302, {"results": []}),
        "other": (200, {"Errors": []}),
        "text": (200, b"<html>"),
        "large": (200, b" " * (LARGEST + 1)),
    }.items():
        register.answers[number] = answer
        with pytest.raises(NoAnswerError):
            await registers.entry("npi", number)
    await registers.close()


async def test_a_register_that_is_silent_or_away_is_waited_for_so_long_and_no_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never says a word
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/{{identifier}}"
        source = RegisterServer().source(address=address, timeout_seconds=0.2)
        registers = Registers(sources(npi=source))
        with pytest.raises(NoAnswerError):
            await registers.entry("npi", NPI)
    with pytest.raises(NoAnswerError):
        await registers.entry("npi", NPI)
    await registers.close()


async def test_a_table_is_read_as_it_is_at_that_moment(tmp_path: Path) -> None:
    file = tmp_path / "gmc.csv"
    registers = Registers(sources(gmc={"market": "GB", "system": "gb-gmc", "file": str(file)}))
    with pytest.raises(NoAnswerError):
        await registers.entry("gmc", "7654321")
    file.write_text("\ufeff" + TABLE)
    found = await registers.entry("gmc", "7654321")
    assert found is not None
    assert msgspec.structs.astuple(found) == ("Jane Doe", True, date(2027, 1, 31), "line 1")
    suspended = await registers.entry("gmc", "7654322")
    assert suspended is not None
    assert (suspended.name, suspended.active, suspended.expires_on) == ("Doe, John", False, None)
    assert suspended.reference.startswith("sha256:")
    assert await registers.entry("gmc", "7654329") is None
    with pytest.raises(NoAnswerError):
        await registers.entry("gmc", "7654323")
    for broken in (b"identifier,name\n1,x\n", b"\xff\xfe", b'identifier,name,status\n"1,x,y\n', b""):
        file.write_bytes(broken)
        with pytest.raises(NoAnswerError):
            await registers.entry("gmc", "1")


def test_nothing_that_identifies_is_shown() -> None:
    entry = RegisterEntry(name="Jane Doe", active=True, expires_on=None, reference="Jane")
    assert repr(entry) == "RegisterEntry(active=True)"
