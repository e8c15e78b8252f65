"""The database's superuser changes, removes, swaps and cuts entries: `laurel audit verify` names the index."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest

from kernel import embedded
from tests.system.guests import Hosts, activity
from tests.system.house import Done, House, built
from tests.system.results import settle

INDEX = 300
"""In the second tile of the tree: full and partial tiles and many checkpoints lie before and after it."""

ENTRIES = 520
SWAPPED = """
with pair as (
    select l.index, e.id, e.body from audit.leaf l join audit.entry e on e.id = l.entry where l.index in ($1, $2)
)
update audit.entry set body = other.body from pair as this, pair as other
where entry.id = this.id and this.id <> other.id
"""
MOVED = """
with pair as (select index, entry, leaf_hash from audit.leaf where index in ($1, $2))
update audit.leaf set entry = other.entry, leaf_hash = other.leaf_hash from pair as this, pair as other
where leaf.index = this.index and this.index <> other.index
"""
OF_INDEX = "(select entry from audit.leaf where index = $1)"
FLIPPED = "set_byte(body, 40, get_byte(body, 40) # 1)"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Tampering: TypeAlias = Callable[[Connection], Awaitable[Any]]


class Evidence:
    """A house that was served and stopped, and the superuser of its database, who has kept copies of it."""

    def __init__(self, house: House, url: str) -> None:
        self.house, self._url = house, url

    def do(self, tampering: Tampering) -> Any:
        return asyncio.run(_done(self._url, tampering))

    def keep(self, name: str) -> None:
        """Make a copy of the whole database."""
        self._elsewhere(f"create database {name} template laurel")

    def put_back(self, name: str) -> None:
        """Put a copy in the place of the database."""
        self._elsewhere("drop database laurel with (force)", f"create database laurel template {name}")

    def verify(self, *words: str | Path) -> Done:
        return self.house.run("audit", "verify", *words)

    def _elsewhere(self, *statements: str) -> None:
        async def run(connection: Connection) -> None:
            for statement in statements:
                await connection.execute(statement)

        asyncio.run(_done(self._url.replace("/laurel?", "/postgres?"), run))


async def _done(url: str, tampering: Tampering) -> Any:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("set session_replication_role = replica")  # no trigger stands in a superuser's way
        return await tampering(connection)
    finally:
        await connection.close()


def served(house: House, entries: int) -> None:
    """Serve until the log has some more entries, each with its index and under a checkpoint, and stop."""
    with house.serve():
        if not house.credentials.exists():
            house.furnish()
        with Hosts(house).at_work() as hosts, hosts.hcp() as guest:
            content = hosts.content()
            for _ in range(entries // 2):
                guest.post("/v1/me/activities", activity(content))
                guest.get("/v1/me/points")
        settle(house)


@pytest.fixture(scope="module")
def evidence() -> Iterator[Evidence]:
    with built() as house:
        served(house, ENTRIES // 2)
        with embedded.start(house.home) as running:
            Evidence(house, running.database_url).keep("earlier")
        served(house, ENTRIES // 2)
        with embedded.start(house.home) as running:
            made = Evidence(house, running.database_url)
            made.keep("untouched")
            yield made


def statement(sql: str, *arguments: object) -> Tampering:
    async def tampering(connection: Connection) -> None:
        done = await connection.execute(sql, *arguments)
        assert done.split()[-1] != "0", "nothing was tampered with"

    return tampering


async def delete_with_leaf(connection: Connection) -> None:
    entry = await connection.fetchval("delete from audit.leaf where index = $1 returning entry", INDEX)
    assert await connection.execute("delete from audit.entry where id = $1", entry) == "DELETE 1"


async def exchange_places(connection: Connection) -> None:
    await connection.execute("drop index audit.leaf_entry_key")
    assert await connection.execute(MOVED, INDEX, INDEX + 7) == "UPDATE 2"
    await connection.execute("create unique index leaf_entry_key on audit.leaf (entry)")


async def change_with_hash(connection: Connection) -> None:
    await connection.execute(f"update audit.entry set body = {FLIPPED} where id = {OF_INDEX}", INDEX)
    hashed = "sha256('\\x00'::bytea || (select body from audit.entry where id = leaf.entry))"
    assert await connection.execute(f"update audit.leaf set leaf_hash = {hashed} where index = $1", INDEX) == "UPDATE 1"


async def cut_tail(connection: Connection) -> None:
    rows = await connection.fetch("delete from audit.leaf where index >= $1 returning entry", INDEX)
    assert len(rows) > 100
    await connection.execute("delete from audit.entry where id = any($1::uuid[])", [row["entry"] for row in rows])


async def cut_tail_and_checkpoints(connection: Connection) -> None:
    await cut_tail(connection)
    await connection.execute("delete from audit.checkpoint where size > $1", INDEX)


TAMPERING: dict[str, tuple[Tampering, set[int]]] = {
    "one byte changed": (statement(f"update audit.entry set body = {FLIPPED} where id = {OF_INDEX}", INDEX), {INDEX}),
    "one byte changed, and the hash beside it": (change_with_hash, {INDEX}),
    "a searched column changed": (statement("update audit.leaf set actor = 'nobody' where index = $1", INDEX), {INDEX}),
    "one entry deleted": (statement(f"delete from audit.entry where id = {OF_INDEX}", INDEX), {INDEX}),
    "one entry deleted with its index": (delete_with_leaf, {INDEX}),
    "the first entry deleted": (statement(f"delete from audit.entry where id = {OF_INDEX}", 0), {0}),
    "two bodies swapped": (statement(SWAPPED, INDEX, INDEX + 7), {INDEX, INDEX + 7}),
    "two places swapped": (exchange_places, {INDEX, INDEX + 7}),
    "the tail cut": (cut_tail, {INDEX}),
    "the tail cut, and the checkpoints over it": (cut_tail_and_checkpoints, {INDEX}),
}


def assert_verified(evidence: Evidence) -> None:
    report = json.loads(evidence.house.said("audit", "verify", "--json"))
    assert (report["ok"], report["findings"], report["pending"]) == (True, [], 0)
    assert report["entries"] == report["size"] >= ENTRIES
    assert report["checkpoints"] > 1


def test_an_untouched_log_is_verified_and_a_restored_copy_of_it_too(evidence: Evidence) -> None:
    assert_verified(evidence)
    evidence.put_back("untouched")
    assert_verified(evidence)


@pytest.mark.parametrize("what", TAMPERING)
def test_verification_names_the_index_when_the_superuser_left(evidence: Evidence, what: str) -> None:
    tampering, indexes = TAMPERING[what]
    evidence.do(tampering)
    done = evidence.verify()
    evidence.put_back("untouched")
    named = [(int(index), kind) for index, kind in re.findall(r"^index (\d+): ([a-z-]+): ", done.out, re.MULTILINE)]
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[-1] == f"NOT VERIFIED: {len(named)} findings."
    assert indexes <= {index for index, _ in named}
    accused = {index for index, kind in named if not kind.startswith("tile") and kind != "tail-unsigned"}
    assert not any(index < min(indexes) for index in accused), "a tile covers more, but no entry before it is accused"


def test_the_report_as_json_names_the_index_the_kind_and_the_first_checkpoint_that_no_longer_holds(
    evidence: Evidence,
) -> None:
    following = "select min(size) from audit.checkpoint where size > $1"
    checkpoint = evidence.do(lambda connection: connection.fetchval(following, INDEX))
    evidence.do(TAMPERING["one byte changed"][0])
    done = evidence.verify("--json")
    evidence.put_back("untouched")
    report = json.loads(done.out)
    assert (done.code, report["ok"], report["findings_total"]) == (1, False, 1)
    (finding,) = report["findings"]
    assert (finding["index"], finding["kind"]) == (INDEX, "entry-changed")
    assert finding["first_bad_checkpoint"] == checkpoint


def test_a_log_that_was_set_back_whole_is_found_out_by_a_checkpoint_that_was_kept_elsewhere(
    evidence: Evidence, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint"
    newest = "select note from audit.checkpoint order by size desc limit 1"
    kept.write_text(evidence.do(lambda connection: connection.fetchval(newest)))
    assert evidence.verify("--against", kept).code == 0
    evidence.put_back("earlier")
    size = evidence.do(lambda connection: connection.fetchval("select count(*) from audit.leaf"))
    alone, against = evidence.verify(), evidence.verify("--against", kept)
    evidence.put_back("untouched")
    assert alone.code == 0, "nothing stored contradicts anything: that is why checkpoints are published"
    assert against.code == 1
    assert f"index {size}: tail-cut" in against.out


def test_a_stranger_who_holds_another_key_verifies_nothing(evidence: Evidence) -> None:
    key = evidence.house.said("audit", "key").strip()
    assert evidence.verify("--key", key).code == 0
    name, _, rest = key.partition("+")
    other = evidence.verify("--key", f"{name}-elsewhere+{rest}")
    assert other.code == 1
    assert "Traceback" not in other.err
