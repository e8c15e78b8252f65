"""What compliance officers see and export of transfers of value: by pseudonym, by market, and always with a trace."""

import asyncio
import csv
import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import consent
import gamification
from consent.values import ConsentChoice, NewNotice
from consent.vocabulary import Answer, Purpose
from gamification import Claim, Packs
from gamification.rules.layouts import EFPIA, OPEN_PAYMENTS
from gamification.rules.policy import Disclosure
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.shop import BOOK, cancelled, claimed, country, fulfilled, notice, shelf, somebody, values

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def books(work: Work, origin: Origin) -> list[Claim]:
    """Five claims of two people in the US: reserved, cancelled, and three handed over, one of them for less."""
    await notice(work, origin)
    packs = country(value=100_000)
    people = [await somebody(work, origin, {"merit": 100}, market="US") for _ in range(2)]
    book = await shelf(work, origin, **BOOK)
    claims = [await claimed(work, origin, people[number % 2], book, packs) for number in range(5)]
    await cancelled(work, origin, claims[1])
    for number, actual in ((2, None), (3, None), (4, 2_300)):
        await fulfilled(work, origin, claims[number], packs, actual=actual)
    return claims


async def test_transfers_are_shown_as_they_stand_in_the_markets_of_whoever_asks(
    work: Work, origin: Origin, books: list[Claim]
) -> None:
    async with work.read(origin) as uow:
        found = await gamification.transfers(uow, 2026, {"US"}, None, 10)
        totals = await gamification.transfer_totals(uow, 2026, {"*"})
        rest = await gamification.transfers(uow, 2026, {"*"}, books[2].id, 10)
        assert await gamification.transfers(uow, 2026, {"DE"}, None, 10) == []
        assert await gamification.transfers(uow, 2025, {"*"}, None, 10) == []
        assert uow.recorded("gamification:transfer:read")
    assert [(each.claim, each.amount, each.released) for each in found] == [
        (books[0].id, None, False),
        (books[1].id, None, True),
        (books[2].id, 2_500, False),
        (books[3].id, 2_500, False),
        (books[4].id, 2_300, False),
    ]
    assert [each.claim for each in rest] == [books[3].id, books[4].id]
    assert [(each.recipients, each.transfers, each.amount) for each in totals] == [(2, 3, 7_300)]


async def test_exports_hold_no_name_belong_to_their_owner_alone_and_leave_a_trace(
    work: Work, origin: Origin, books: list[Claim], tmp_path: Path, database_url: str, redis_url: str
) -> None:
    servers = {
        "LAUREL_DATABASE_URL": database_url,
        "LAUREL_REDIS_URL": redis_url,
        "LAUREL_HOME": str(tmp_path / "home"),
    }
    environment = os.environ | servers | {"PYTHONPATH": str(ROOT)}
    reports, sheets = {}, {}
    for layout in ("open-payments", "efpia"):
        out = tmp_path / f"{layout}.csv"
        words = ("tov", "export", "--year", "2026", "--layout", layout, "--out", str(out), "--json")
        command = (sys.executable, "-m", "api.cli", *words)
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        reports[layout] = json.loads(done.stdout)
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        sheets[layout] = list(csv.reader(out.read_text().splitlines()))
        manifest = out.with_name(out.name + ".manifest.json")
        assert stat.S_IMODE(manifest.stat().st_mode) == 0o600
        told = json.loads(manifest.read_text())
        assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
        assert [each["name"] for each in told["columns"]] == sheets[layout][0]
        assert (told["rows"], told["file"]) == (reports[layout]["rows"], out.name)
    assert [(each["rows"], each["left_out"]) for each in reports.values()] == [(3, 0), (0, 3)]
    assert [tuple(sheet[0]) for sheet in sheets.values()] == [OPEN_PAYMENTS, EFPIA]
    amounts = [row[OPEN_PAYMENTS.index("Total_Amount_of_Payment_USDollars")] for row in sheets["open-payments"][1:]]
    assert amounts == ["25.00", "25.00", "23.00"]
    assert "Doe" not in str(sheets)
    assert str(books[4].person) in str(sheets["open-payments"])
    trail = (
        "select convert_from(body, 'UTF8') from audit.entry where convert_from(body, 'UTF8') like '%transfer:exported%'"
    )
    assert len(await values(work, origin, trail)) == 2


async def test_whoever_agrees_to_be_named_stands_alone_in_the_yearly_report_and_the_others_in_a_total(
    work: Work, origin: Origin
) -> None:
    await notice(work, origin)
    (pack,) = country(value=100_000).packs
    disclosure = Disclosure(rule="C7", named_needs_consent=True, source="made up", confirmed=False)
    packs = Packs((msgspec.structs.replace(pack, country="GB", disclosure=disclosure),))
    people = [await somebody(work, origin, {"merit": 100}) for _ in range(3)]
    book = await shelf(work, origin, **BOOK | {"markets": ("GB",)})
    for person in people:
        await fulfilled(work, origin, await claimed(work, origin, person, book, packs), packs)
    async with work.begin(origin) as uow:
        new = NewNotice(purpose=Purpose.NAMED_DISCLOSURE, version=1, locale="en", text="May we name you?")
        await consent.publish_notice(uow, new)
        agreed = ConsentChoice(state=Answer.GRANTED, notice_version=1)
        for person in people[:2]:
            await consent.record_consent(uow, person, Purpose.NAMED_DISCLOSURE, agreed)
        withdrawn = ConsentChoice(state=Answer.WITHDRAWN)
        await consent.record_consent(uow, people[1], Purpose.NAMED_DISCLOSURE, withdrawn)
    async with work.read(origin) as uow:
        found = [row async for row in gamification.yearly_report(uow, 2026, {"*"}, packs)]
    *rows, left_out = found
    assert [(row["Recipient"], row["Number_of_Recipients"], row["Total_Amount"]) for row in rows] == [  # type: ignore[index]
        (str(people[0]), "1", "25.00"),
        ("", "2", "50.00"),
    ]
    assert (rows[1]["Named_Share_Percent"], left_out) == ("33", 0)  # type: ignore[index]
