"""``laurel import consents`` as it is typed: a dry run that records nothing, a run, the same run again."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import access
from kernel.settings import CHECKOUT, Settings
from tests.api.asker import Asker
from tests.api.house import ORIGIN, House
from tests.api.opening import served_house

HEADER = "person,purpose,state,notice_version,channel,evidence,occurred_at,expires_at\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(settings: Settings, migrated_url: str) -> AsyncIterator[House]:
    """Serve over a real port: the command is another program."""
    async with served_house(settings, migrated_url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def credentials(house: House, tmp_path: Path) -> Path:
    async with house.runtime.work.begin(ORIGIN) as uow:
        client = await access.create_machine_client(uow, "crm", ["GB"])
    file = tmp_path / "credentials.json"
    reviewer = {"role": "medical_reviewer", "email": "r@x.example", "password": "p"}
    learning = {"client_id": client.client_id, "client_secret": client.client_secret}
    file.write_text(json.dumps({"url": str(house.http.base_url), "learning_system": learning, "accounts": [reviewer]}))
    return file


async def run(credentials: Path, file: Path, *words: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-P", "-m", "api.cli", "import", "consents", str(file), "--json", *words]
    command += ["--credentials", str(credentials), "--patience", "5"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


async def events(house: House, hcp: Asker) -> int:
    count: int = await house.count("consent.event", "person = $1", hcp.person)
    return count


async def test_rows_are_checked_recorded_and_repeated(house: House, credentials: Path, tmp_path: Path) -> None:
    hcp, french = await house.hcp(agreed=()), await house.hcp(market="FR", agreed=())
    at = (house.clock.now() - timedelta(days=30)).isoformat()
    later = (house.clock.now() + timedelta(days=30)).isoformat()
    file = tmp_path / "consents.csv"
    lines = [
        f"{hcp.person},analytics,granted,1,,crm 1,{at},",
        f"{hcp.person},contact,granted,1,email,crm 2,{at},{later}",
        f"{hcp.person},contact,denied,,rep,crm 3,{at},",
        f"{hcp.person},analytics,granted,1,fax,crm 4,{at},",
        f"{hcp.person},marketing_email,granted,1,sms,crm 5,{at},",
        f"{hcp.person},engagement,granted,9,,crm 6,{at},",
        f"{french.person},analytics,granted,1,,crm 7,{at},",
        f"{hcp.person},leaderboard,granted,1,,,{at},",
        "someone,leaderboard,granted,1,,crm 9,yesterday,",
        f"{hcp.person},leaderboard,granted",
    ]
    file.write_text(HEADER + "\n".join(lines) + "\n")
    expected = [
        (2, "recorded", None, None),
        (3, "recorded", None, None),
        (4, "recorded", None, None),
        (5, "refused", "row-malformed", "channel"),
        (6, "refused", "consent-invalid", "channel"),
        (7, "refused", "notice-unknown", "notice_version"),
        (8, "refused", "person-not-found", "person"),
        (9, "refused", "row-malformed", "evidence"),
        (10, "refused", "row-malformed", "person"),
        (11, "refused", "row-malformed", None),
    ]
    code, report, _ = await run(credentials, file, "--dry-run")
    assert code == 1
    assert report["dry_run"] is True
    assert shape(report) == expected
    assert await events(house, hcp) == 0, "a dry run records nothing"
    code, report, _ = await run(credentials, file)
    assert (code, shape(report)) == (1, expected)
    assert report["counts"] == {"recorded": 3, "refused": 7}
    assert await events(house, hcp) == 3
    assert await events(house, french) == 0
    file.write_text(HEADER + "\n".join(lines[:3]) + "\n")
    code, report, _ = await run(credentials, file)
    assert (code, report["counts"]) == (0, {"repeated": 3})
    assert await events(house, hcp) == 3
    contact = [each for each in (await hcp.read("/v1/me/consents"))["items"] if each["purpose"] == "contact"]
    assert [(each["channel"], each["state"]) for each in contact] == [
        (None, "absent"),
        ("email", "granted"),
        ("rep", "denied"),
    ]
    surfaces = await house.database.fetch("select surface from consent.notice_shown where person = $1", hcp.person)
    assert {row["surface"] for row in surfaces} == {"import"}


def shape(report: dict[str, Any]) -> list[tuple[int, str, str | None, str | None]]:
    return [(row["line"], row["status"], row.get("reason"), row.get("field")) for row in report["rows"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"person,purpose\n", "evidence is missing"),
        (b"person,purpose,state,evidence,occurred_at,mood\n", "mood is unknown"),
        (b"", "person is missing"),
        (HEADER.encode() + b"\xff\xfe\n", "no CSV in UTF-8"),
    ],
)
async def test_a_file_that_is_no_such_list_is_one_line(
    house: House, credentials: Path, tmp_path: Path, content: bytes, said: str
) -> None:
    del house
    file = tmp_path / "consents.csv"
    file.write_bytes(content)
    code, _, error = await run(credentials, file)
    assert code == 1
    assert said in error
    assert len(error.splitlines()) == 1


async def test_files_of_spreadsheets_are_read_and_one_bad_row_refuses_itself_alone(
    house: House, credentials: Path, tmp_path: Path
) -> None:
    hcp, file = await house.hcp(agreed=()), tmp_path / "consents.csv"
    at = (house.clock.now() - timedelta(days=30)).isoformat()
    future, ancient = (house.clock.now() + timedelta(days=2)).isoformat(), "1999-12-31T00:00:00Z"
    header = "person;purpose;state;notice_version;topic;evidence;occurred_at;expires_at"
    rows = [
        (f'{hcp.person};contact;granted;1;cardiology;"form; with ""quotes""";{at};', "recorded", None),
        (f"{hcp.person};analytic;granted;1;;crm 2;{at};", "refused", "purpose"),
        (f"{hcp.person};contact;granted;1;Cardio!;crm 3;{at};", "refused", "topic"),
        (f"{hcp.person};analytics;granted;1;;crm\x004;{at};", "refused", None),
        (f"{hcp.person};analytics;granted;1;;{'x' * 100_000};{at};", "refused", "evidence"),
        (f"{hcp.person};analytics;granted;1;;crm 6;{future};", "refused", "occurred_at"),
        (f"{hcp.person};analytics;granted;1;;crm 7;{ancient};", "refused", "occurred_at"),
        (f"{hcp.person};analytics;granted;1;;crm 8;{at};{ancient}", "refused", "expires_at"),
        (f"{hcp.person};analytics;granted;{10**12};;crm 9;{at};", "refused", "notice_version"),
        (f"{hcp.person};analytics;granted;1;;crm 10;2026-01-01T00:00:00;", "refused", "occurred_at"),
        (f"{hcp.person};service;granted;1;;crm 11;{at};", "refused", "purpose"),
        (f"{hcp.person};analytics;granted;1;;crm 12;{at};", "recorded", None),
    ]
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([header, *(row for row, *_ in rows), ""]).encode())
    expected = [(status, field) for _, status, field in rows]
    for words in (("--dry-run",), ()):
        code, report, error = await run(credentials, file, *words)
        assert (code, [(row["status"], row.get("field")) for row in report["rows"]]) == (1, expected), error
    assert await events(house, hcp) == 2
    (kept,) = await house.database.fetch(
        "select evidence from consent.event where person = $1 and topic = 'cardiology'", hcp.person
    )
    assert kept["evidence"] == 'form; with "quotes"'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "person is missing"),
        (b"person,person,purpose,state,evidence,occurred_at\n", "person is there twice"),
        (b"person|purpose\n", "person|purpose is unknown"),
        ("person,purpose,state,evidence,occurred_at\n".encode("utf-16"), "no CSV in UTF-8"),
        (b"person,purpose,state,evidence,occurred_at\nx,y,granted,f\xfcr,z\n", "no CSV in UTF-8"),
        (b"person,purpose,state,evidence,occurred_at\nx,y,granted," + b"x" * 200_000 + b",z\n", "field larger"),
    ],
)
async def test_what_is_no_file_of_consents_is_refused_in_one_line(
    credentials: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "consents.csv"
    file.write_bytes(content)
    code, report, error = await run(credentials, file)
    assert (code, report, says in error, "Traceback" in error) == (1, {}, True, False), error
