"""The schema is what the migrations make, and nothing else: from empty to newest, twice, and by two runners at once."""

import asyncio
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from piccolo.conf.apps import AppConfig
from piccolo.table import Table

from kernel.embedded import Running
from kernel.migrate import ROOMS
from tests.conftest import _execute, _named

ROOT = Path(__file__).parents[2]
MIGRATE = (sys.executable, "-m", "api.cli", "migrate")
COLUMNS = """
select table_schema || '.' || table_name as name, column_name, is_nullable, column_default
from information_schema.columns where table_schema = any($1::text[]) and table_name not in ('posting')
"""


@pytest.fixture
def empty_url(servers: Running) -> Iterator[str]:
    """Give a database without any schema of ours."""
    name = f"empty_{os.getpid()}"
    asyncio.run(_execute(servers.database_url, f'create database "{name}"'))
    yield _named(servers.database_url, name)
    asyncio.run(_execute(servers.database_url, f'drop database "{name}" with (force)'))


def environment(url: str, redis_url: str) -> dict[str, str]:
    return os.environ | {"LAUREL_DATABASE_URL": url, "LAUREL_REDIS_URL": redis_url, "PYTHONPATH": str(ROOT)}


def applications() -> list[AppConfig]:
    return [importlib.import_module(f"{room}.piccolo_app").APP_CONFIG for room in ROOMS]


def tables() -> list[type[Table]]:
    return [table for application in applications() for table in application.table_classes]


async def rows(url: str, sql: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


def test_from_empty_to_newest_and_once_more(empty_url: str, redis_url: str) -> None:
    for _ in range(2):
        done = subprocess.run(
            MIGRATE, env=environment(empty_url, redis_url), cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
    ran = asyncio.run(rows(empty_url, "select app_name, name from migration"))
    files = [file for room in ROOMS for file in (ROOT / "migrations" / room).glob(f"{room}_*.py")]
    assert len(ran) == len(files) > len(ROOMS)


def test_a_new_database_holds_no_account_of_anybody(empty_url: str, redis_url: str) -> None:
    done = subprocess.run(MIGRATE, env=environment(empty_url, redis_url), cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    counted = "select (select count(*) from access.account) + (select count(*) from access.machine_client)"
    assert asyncio.run(rows(empty_url, counted))[0][0] == 0


def test_two_runners_at_once_both_succeed(empty_url: str, redis_url: str) -> None:
    runners = [
        subprocess.Popen(MIGRATE, env=environment(empty_url, redis_url), cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    ends = [runner.communicate(timeout=120)[1].decode() for runner in runners]
    assert [runner.returncode for runner in runners] == [0, 0, 0], ends
    twice = asyncio.run(rows(empty_url, "select name from migration group by app_name, name having count(*) > 1"))
    assert twice == []


def test_the_newest_schema_has_exactly_the_columns_of_the_tables(migrated_url: str) -> None:
    found = asyncio.run(rows(migrated_url, COLUMNS, list(ROOMS)))
    there = {(row["name"], row["column_name"], row["is_nullable"] == "YES") for row in found}
    declared = {
        (f"{table._meta.schema}.{table._meta.tablename}", column._meta.db_column_name, column._meta.null)
        for table in tables()
        for column in table._meta.columns
    }
    assert there == declared
    assert declared


def test_a_failed_migration_leaves_nothing_behind(empty_url: str, redis_url: str) -> None:
    asyncio.run(_execute(empty_url, "create schema gamification; create table gamification.award (id int)"))
    done = subprocess.run(MIGRATE, env=environment(empty_url, redis_url), cwd=ROOT, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"Traceback" not in done.stderr
    assert asyncio.run(rows(empty_url, "select 1 from pg_tables where schemaname = 'audit'")) == []
    asyncio.run(_execute(empty_url, "drop table gamification.award"))
    again = subprocess.run(MIGRATE, env=environment(empty_url, redis_url), cwd=ROOT, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr.decode()
