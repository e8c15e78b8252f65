"""`laurel privacy`: what is overdue, what was removed, and erasures after a restore, for programs and for people."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from consent import Erased, ErasureList, ErasureListError
from tests.conftest import START

ROOT = Path(__file__).parents[2]
OLD = "insert into kernel.answer (id, request_hash, status, body, answered_at) values ($1, '', 201, '{}', $2)"


def laurel(url: str, redis_url: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
    given = {"LAUREL_DATABASE_URL": url, "LAUREL_REDIS_URL": redis_url, "LAUREL_HOME": str(home)}
    environment = inherited | given | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "api.cli", "privacy", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_what_is_overdue_is_reported_and_removed_and_the_exit_status_says_whether_anything_is_left(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(OLD, uuid4(), START - timedelta(days=400))
    await connection.close()
    looked = laurel(database_url, redis_url, tmp_path, "retention", "--dry-run", "--json")
    assert looked.returncode == 1, looked.stderr
    report = json.loads(looked.stdout)
    assert report["overdue"] == 1
    assert {line["table"]: (line["rows"], line["removed"]) for line in report["tables"]}["kernel.answer"] == (1, 0)
    cleared = laurel(database_url, redis_url, tmp_path, "retention")
    assert cleared.returncode == 0, cleared.stderr
    assert "kernel.answer: 400 days, so that a delivery that is sent again" in cleared.stdout
    again = laurel(database_url, redis_url, tmp_path, "retention", "--json")
    assert json.loads(again.stdout)["overdue"] == 0


async def test_somebody_whom_the_restored_database_never_knew_needs_no_erasing(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    erasures = ErasureList(tmp_path / "erasures.jsonl")
    erasures.add(Erased(request=uuid4(), person=uuid4(), at=START))
    for replayed in (1, 0):
        done = laurel(database_url, redis_url, tmp_path, "replay-erasures", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {"listed": 1, "replayed": replayed}


def test_a_damaged_list_stops_everything_with_one_line_and_a_repeated_line_is_not_written(
    migrated_url: str, redis_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "erasures.jsonl"
    erasures, entry = ErasureList(path), Erased(request=uuid4(), person=uuid4(), at=START)
    for _ in range(2):
        erasures.add(entry)
    assert erasures.entries() == [entry]
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ErasureListError, match="line 2"):
        erasures.entries()
    refused = laurel(migrated_url, redis_url, tmp_path, "replay-erasures")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "LAUREL_ERASURE_LIST" in refused.stderr
