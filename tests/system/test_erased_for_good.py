"""Somebody with a marker in every field is used everywhere and erased: no byte of the markers is left anywhere.

Not in a table, an index or any other file of the database (its write-ahead log apart, which is recycled), not in
Valkey, not in a log, and not after yesterday's backup was restored. What proves what was done still proves it, and
nothing changed for anybody else.
"""

import asyncio
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
import redis

from kernel import embedded
from kernel.embedded import Running
from tests.system.canary import MARKERS, Scene
from tests.system.house import House, built

SEEN = (*MARKERS.values(), MARKERS["email"].upper())
TABLES = (
    "select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
)


def found(data: bytes) -> set[str]:
    """Return the markers that stand in ``data``: as text, in any case, or in hexadecimal."""
    low = data.lower()
    return {
        word
        for word in SEEN
        if word.lower().encode() in low or word.encode().hex().encode() in low or word.encode("utf-16-le") in data
    }


def in_tables(running: Running) -> dict[str, set[str]]:
    """Scan every table, as the database gives its values."""

    async def scan() -> dict[str, set[str]]:
        connection = await asyncpg.connect(running.database_url)
        try:
            hits = {}
            for row in await connection.fetch(TABLES):
                out = io.BytesIO()
                await connection.copy_from_query(f"select * from {row[0]}", output=out, format="binary")
                if here := found(out.getvalue()):
                    hits[row[0]] = here
            return hits
        finally:
            await connection.close()

    return asyncio.run(scan())


def in_files(house: House, running: Running, database: str = "laurel") -> dict[str, set[str]]:
    """Scan every file of the house, after the database has written what it holds and rewritten its tables."""

    async def rewrite() -> int:
        connection = await asyncpg.connect(running.database_url)
        try:
            await connection.execute("vacuum full")
            await connection.execute("checkpoint")
            oid: int = await connection.fetchval("select oid::int from pg_database where datname = $1", database)
            return oid
        finally:
            await connection.close()

    oid = asyncio.run(rewrite())
    files = [*(path for path in house.home.rglob("*") if path.is_file()), house.log("serve")]
    other = re.compile(rf"/base/(?!{oid}/)\d+/|/pg_wal/")
    return {str(path): here for path in files if not other.search(str(path)) and (here := found(path.read_bytes()))}


def in_valkey(running: Running) -> dict[str, set[str]]:
    """Scan every key and every value."""
    client: Any = redis.Redis.from_url(running.redis_url)
    try:
        pairs = {key: client.dump(key) or b"" for key in client.scan_iter(count=1_000)}
    finally:
        client.close()
    return {repr(key): here for key, value in pairs.items() if (here := found(key + value))}


def everywhere(house: House) -> dict[str, set[str]]:
    with embedded.start(house.home) as running:
        return in_tables(running) | in_valkey(running) | in_files(house, running)


def elsewhere(house: House, *statements: str) -> None:
    async def run(url: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    with embedded.start(house.home) as running:
        asyncio.run(run(running.database_url.replace("/laurel?", "/postgres?")))


@pytest.fixture
def scene() -> Iterator[Scene]:
    # The servers stay up while the house is not served: starting them for each question takes longer than asking.
    with built() as house, embedded.start(house.home):
        made = Scene(house)
        with house.serve():
            made.furnish()
            made.rectified()
        yield made


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_byte_is_left_and_a_restored_backup_is_not_served_before_the_erasure_was_done_again(scene: Scene) -> None:
    house = scene.house
    assert found(scene.taken) >= set(MARKERS.values()) - {MARKERS["answer"], MARKERS["message"]}, (
        "each marker was in it"
    )
    before = everywhere(house)
    assert MARKERS["extension"] in before["engagement.activity"], "the control: the scan finds what is in a table"
    assert any("/base/" in place for place in before), "the control: and in a file"
    assert any(MARKERS["message"] in here for place, here in before.items() if place.endswith(".eml")), "and in mail"
    elsewhere(house, "create database yesterday template laurel")
    others = scene.prints_of_other()
    with house.serve():
        scene.erase()
    assert everywhere(house) == {}
    assert scene.prints_of_other() == others
    house.said("audit", "verify")
    assert house.value("select coalesce(sum(amount), 0) = 0 from gamification.posting")
    assert house.report("privacy", "replay-erasures") == {"listed": 1, "replayed": 0}

    elsewhere(house, "drop database laurel with (force)", "create database laurel template yesterday")
    elsewhere(house, "drop database yesterday")
    refused = house.run("serve")
    assert refused.code != 0
    assert "laurel privacy replay-erasures" in refused.err
    assert house.run("worker").code != 0
    assert json.loads(house.said("privacy", "replay-erasures", "--json")) == {"listed": 1, "replayed": 1}
    with house.serve():
        assert scene.hcp.ask("POST", "/v1/sessions", scene.hcp.credentials).status == httpx.codes.UNAUTHORIZED
    assert everywhere(house) == {}
    assert scene.prints_of_other() == others
    house.said("audit", "verify")
