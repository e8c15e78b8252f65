"""`kill -9` at any line of writing, sequencing, publishing and witnessing loses nothing, and doubles nothing."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import audit
from audit.rules.checkpoints import parse_checkpoint
from audit.rules.notes import parse_note
from audit.witness import Memory, hashed
from kernel.clock import SystemClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.audit.crashing import EACH, ROUNDS
from tests.audit.log import KEY, superuser, verified

ROOT = Path(__file__).parents[2]
FEW, MANY = 6, 48


def ran(database_url: str, folder: Path, last: int) -> tuple[int, list[str]]:
    """Run it until the line at which it dies; return its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit.crashing", database_url, str(folder), str(last)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr[-2_000:]
    return done.returncode, done.stdout.splitlines()


async def numbers(database_url: str) -> list[int]:
    async with superuser(database_url) as owner:
        rows = await owner.fetch(
            "select e.body from audit.leaf l join audit.entry e on e.id = l.entry order by l.index"
        )
    return [msgspec.json.decode(row["body"])["detail"]["number"] for row in rows]


async def survived(work: Work, origin: Origin, database_url: str, folder: Path, said: list[str]) -> None:
    """Hold that after a restart everything acknowledged is there once, in order, and that the witness agrees."""
    memory = Memory(folder)
    seen = memory.note(hashed(KEY.origin))
    memory.close()
    async with audit.sequencing(database_url, KEY, SystemClock()) as sequencing:
        while await sequencing.sequence_once():
            pass
    found = await numbers(database_url)
    acknowledged = [int(each) for each in said if each.isdecimal()]
    assert found == list(range(len(found))), "no gap, nothing twice"
    assert len(found) % EACH == 0, "a transaction is whole or not at all"
    assert found[: len(acknowledged)] == acknowledged
    assert not found or (await verified(database_url, against=seen)).ok
    async with work.read(origin) as uow:
        status = await audit.status(uow)
    assert status.published_size <= status.checkpoint_size == len(found)
    if seen is not None:
        assert parse_checkpoint(parse_note(seen).text).size >= status.witnessed_size


async def emptied(database_url: str) -> None:
    async with superuser(database_url) as owner:
        for table in ("publication", "checkpoint", "tile", "leaf", "pending", "entry"):
            await owner.execute(f"delete from audit.{table}")


async def crashes(work: Work, origin: Origin, database_url: str, folder: Path, count: int) -> None:
    status, said = ran(database_url, folder / "whole", 0)
    assert (status, len(said)) == (0, ROUNDS * EACH + 1)
    await survived(work, origin, database_url, folder / "whole", said)
    lines = int(said[-1].split()[1])
    assert lines > MANY
    for number in range(count):
        await emptied(database_url)
        last = 1 + number * lines // count
        status, said = ran(database_url, folder / str(number), last)
        assert status == -signal.SIGKILL, f"it outlived line {last}"
        await survived(work, origin, database_url, folder / str(number), said)


@pytest.mark.slow
async def test_killed_at_some_lines_nothing_is_lost(
    work: Work, origin: Origin, database_url: str, tmp_path: Path
) -> None:
    await crashes(work, origin, database_url, tmp_path, FEW)


@pytest.mark.soak
async def test_killed_at_many_lines_nothing_is_lost(
    work: Work, origin: Origin, database_url: str, tmp_path: Path
) -> None:
    await crashes(work, origin, database_url, tmp_path, MANY)
