"""The content of old entries goes, each kind after its time; what was hashed stays, and nothing else can be taken."""

import json
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID
from zipfile import ZipFile

import asyncpg
import msgspec
import pytest

import audit
from audit import FindingKind
from audit.store.removals import REMOVING_LOCK
from kernel.canonical import canonical
from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.audit.judging import NODE, VERIFIER, case_of, said
from tests.audit.log import KEY, change, fact, of, origin, sequence, sequenced, superuser, verified, write
from tests.audit.test_details import made
from tests.audit.test_mirror import stored

OFFICER = UUID(int=99)
OLD = 600
YOUNG = 300
SIZE = OLD + YOUNG
KEPT = {"query": 730}
"""Entries with an odd number are queries; of the oldest two tiles, half of the entries go."""


async def write_queries(work: Work, count: int, start: int = 0) -> None:
    """Write entries by turns of a command and of a query."""
    routes = ("POST /v1/me/activities", "GET /v1/me/points")
    numbers = range(start, start + count)
    await work.append([(msgspec.structs.replace(origin(each), route=routes[each % 2]), fact(each)) for each in numbers])


@pytest.fixture
async def old(work: Work, database_url: str, clock: MovableClock) -> str:
    """A log of which the first entries are three years older than the others."""
    clock.move(timedelta(days=-1_000))
    await write_queries(work, OLD)
    await sequence(database_url, clock)
    clock.move(timedelta(days=1_000))
    await write_queries(work, YOUNG, OLD)
    await sequence(database_url, clock)
    return database_url


EXPORTING = Origin(request=UUID(int=0), actor="operator", role="operator", route="audit export")


async def removed(work: Work, days: dict[str, int], database_url: str, clock: MovableClock) -> int:
    """Set the days of each kind, remove what is past its time, and sequence the entry that says so."""
    async with superuser(database_url) as owner:
        await audit.set_retention(cast("Any", owner), days)
    worker = Origin(request=UUID(int=0), actor="system:trail", role="system", route="worker trail")
    async with work.begin(worker) as uow:
        count = await audit.remove_expired(uow)
    await sequence(database_url, clock)
    return count


def status(program: str, folder: Path, *options: str) -> int:
    """Return how the verifier in JavaScript ends that looks at a mirror."""
    command = [program, str(VERIFIER), "mirror", str(folder), "--key", KEY.vkey, *options]
    return subprocess.run(command, check=False, capture_output=True).returncode


async def test_a_kind_goes_after_its_time_and_the_log_verifies_with_its_proofs(
    work: Work, old: str, clock: MovableClock, origin: Origin
) -> None:
    async with work.begin(origin) as uow:
        kept = await audit.inclusion_proof(uow, 301)
    assert await removed(work, KEPT, old, clock) == OLD // 2
    report = await verified(old)
    assert (report.ok, report.removed, report.entries) == (True, OLD // 2, SIZE - OLD // 2 + 2), report.findings
    async with work.begin(origin) as uow:
        assert (await audit.status(uow)).minimum_index == 768
        with pytest.raises(audit.EntryRemovedError):
            await audit.entry(uow, 301)
        assert (await audit.entry(uow, 300)).index == 300, "the control: another kind stays"
        proof = await audit.inclusion_proof(uow, 301)
        assert (proof.entry, proof.leaf_hash) == (b"", kept.leaf_hash)
        assert audit.is_in_log(msgspec.structs.replace(proof, entry=kept.entry), KEY.vkey, ())
        with pytest.raises(audit.EntryNotFoundError):
            await audit.entry(uow, 5_000)
        (said,) = (await audit.search(uow, audit.EntryFilter(action="audit:entries:removed"))).items
    assert (said.count, said.resource) == (300, "entries:1-599")
    assert said.detail is not None
    assert said.detail["kinds"] == {"query": {"count": 300, "days": 730}}


async def test_what_is_held_or_young_or_of_no_kind_that_goes_stays_and_goes_once_the_hold_is_lifted(
    work: Work, old: str, clock: MovableClock, origin: Origin
) -> None:
    async with work.begin(origin) as uow:
        hold = await audit.place_hold(uow, OFFICER, range(100, 5_000), audit.EntryHoldReason.INVESTIGATION)
        assert (await audit.holds(uow, None, 10)).items == [hold]
    assert await removed(work, {}, old, clock) == 0
    assert await removed(work, {"denial": 400, "sign-in": 400, "export": 400}, old, clock) == 0
    assert await removed(work, {"query": 2_000}, old, clock) == 0
    assert await removed(work, KEPT, old, clock) == 50, "before the hold"
    async with work.begin(origin) as uow:
        await audit.lift_hold(uow, OFFICER, hold.id, audit.EntryHoldEnd.CLOSED)
        with pytest.raises(audit.HoldNotFoundError):
            await audit.lift_hold(uow, OFFICER, hold.id, audit.EntryHoldEnd.CLOSED)
        assert (await audit.holds(uow, None, 10)).items == []
    assert await removed(work, KEPT, old, clock) == 250
    assert (await verified(old)).removed == 300


async def test_sealed_details_go_with_their_entry(work: Work, database_url: str, clock: MovableClock) -> None:
    clock.move(timedelta(days=-1_000))
    await work.append([made(number) for number in range(40)])
    await write(work, 480, 40)
    await sequence(database_url, clock)
    async with superuser(database_url) as owner:
        assert await owner.fetchval("select count(*) from audit.detail") == 4
        assert await removed(work, {"command": 400}, database_url, clock) == 512
        assert await owner.fetchval("select count(*) from audit.detail") == 0
        assert await owner.fetchval("select count(*) from audit.entry") == 9, "the newest tile, and the removal"
    assert (await verified(database_url)).ok


async def test_nothing_is_removed_while_somebody_exports(work: Work, old: str, clock: MovableClock) -> None:
    holding = "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'"
    async with superuser(old) as beside:
        before = await beside.fetchval(holding)
        async with work.begin(EXPORTING) as uow:
            with tempfile.TemporaryFile() as file:
                manifest = await audit.write_archive(uow, KEY, audit.EntryFilter(), range(OLD), file)
            assert await beside.fetchval(holding) == before + 1
        assert (manifest.count, manifest.removed) == (OLD, 0)
        await beside.execute("select pg_advisory_lock_shared($1)", REMOVING_LOCK)
        assert await removed(work, KEPT, old, clock) == 0
    assert await removed(work, KEPT, old, clock) == OLD // 2, "the control: afterwards"


async def test_what_was_removed_is_told_from_what_was_taken(work: Work, old: str, clock: MovableClock) -> None:
    await removed(work, KEPT, old, clock)
    assert (await verified(old)).ok
    taken = "delete from audit.{} where {} = (select entry from audit.leaf where index = 302)"
    await change(old, taken.format("entry", "id"))
    assert of(await verified(old)) == [(302, FindingKind.ENTRY_MISSING)]
    await change(old, "delete from audit.leaf where index = 302")
    assert of(await verified(old)) == [(302, FindingKind.LEAF_MISSING)]


@pytest.mark.parametrize(
    "statement",
    [
        "update audit.tile set hashes = set_byte(hashes, 32 * 45, get_byte(hashes, 32 * 45) # 1) where place = 1",
        "update audit.tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where place = 1::bigint << 48",
        "update audit.entry e set body = set_byte(body, 40, 65) from audit.leaf where index = 302 and e.id = entry",
        "delete from audit.entry where id = (select entry from audit.leaf where action = 'audit:entries:removed')",
    ],
)
async def test_beside_what_was_removed_everything_else_is_still_found(
    work: Work, old: str, clock: MovableClock, statement: str
) -> None:
    await removed(work, KEPT, old, clock)
    assert (await verified(old)).ok
    await change(old, statement)
    assert not (await verified(old)).ok


async def test_bundles_below_the_minimum_are_not_served_and_both_verifiers_take_a_mirror_without_them(
    work: Work, old: str, clock: MovableClock, origin: Origin, tmp_path: Path
) -> None:
    await removed(work, KEPT, old, clock)
    async with work.begin(origin) as uow:
        for path in ("entries/000", "entries/002", "entries/001.p/5"):
            with pytest.raises(audit.ResourceNotFoundError, match="768"):
                await audit.served_resource(uow, path)
        for path in ("0/000", "0/001", "1/000.p/3", "entries/003.p/1"):
            assert await audit.served_resource(uow, path)
        await audit.write_mirror(uow, tmp_path)
    files = stored(tmp_path)
    assert "tile/entries/002" not in files
    assert said(case_of("mirror", files, minimum=768)) == "accept"
    for minimum in (0, 512, 767):
        assert said(case_of("mirror", files, minimum=minimum)) == "refuse"
    tile = files["tile/0/001"]
    for wrong in (tile[:-32], tile[:-1], tile + bytes(32), bytes(32) + tile[32:], b""):
        assert said(case_of("mirror", files | {"tile/0/001": wrong}, minimum=768)) == "refuse"
    if NODE is not None:
        assert status(NODE, tmp_path, "--minimum", "768") == 0
        assert status(NODE, tmp_path) == status(NODE, tmp_path, "--minimum", "768x") == 1


async def test_an_export_is_complete_without_what_was_removed_and_says_how_many_these_are(
    work: Work, old: str, clock: MovableClock, origin: Origin, tmp_path: Path
) -> None:
    await removed(work, KEPT, old, clock)
    with (tmp_path / "export.zip").open("w+b") as target:
        async with work.begin(origin) as uow:
            manifest = await audit.write_archive(uow, KEY, audit.EntryFilter(), range(10, 700), target)
        with ZipFile(target) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    assert (manifest.count, manifest.removed, manifest.complete) == (395, 295, True)
    export_key = audit.export_key(KEY)
    case = case_of("export", files, exportKey=export_key.vkey)
    assert said(case) == "accept"
    for count in (294, 296, 0, -1, None, "295"):
        text = files["manifest"].decode().split("\n\n")[0]
        again = canonical(json.loads(text) | {"removed": count}).decode() + "\n"
        altered = files | {"manifest": export_key.sign_note(again).encode()}
        assert said(case_of("export", altered, exportKey=export_key.vkey)) == "refuse", count
    await change(old, "delete from audit.leaf where index = 800")
    with (tmp_path / "other.zip").open("w+b") as target:
        async with work.begin(origin) as uow:
            with pytest.raises(audit.LogDamagedError):
                await audit.write_archive(uow, KEY, audit.EntryFilter(), range(700, 850), target)


async def test_the_applications_login_can_remove_nothing_that_the_worker_would_not(
    old: str, application_url: str
) -> None:
    async with superuser(old) as owner:
        await audit.set_retention(cast("Any", owner), {"query": 365})
    attacker = await asyncpg.connect(application_url)
    try:
        await attacker.execute("set laurel.removing = 'on'")
        for statement in (
            "delete from audit.entry",
            "delete from audit.leaf",
            "insert into audit.minimum values (1, 9999)",
            "insert into audit.retention values ('command', 365)",
            "update audit.retention set days = 366",
            "delete from audit.retention",
            "update audit.hold set lifted_at = now()",
            "delete from audit.hold",
            "select audit.filed('{}')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await attacker.execute(statement)
        assert await attacker.fetchval("select count(*) from audit.remove_expired()") == 300, "the control"
        assert await attacker.fetchval("select count(*) from audit.remove_expired()") == 0, "the commands stay"
        assert await attacker.fetchval("select count(*) from audit.leaf") == SIZE - 300
    finally:
        await attacker.close()
    async with superuser(old) as owner:
        with pytest.raises(asyncpg.CheckViolationError):
            await audit.set_retention(cast("Any", owner), {"query": 364})
    report = await verified(old)
    assert (1, FindingKind.LEAF_MISSING) in of(report), "and without an entry of the log it is damage"


async def test_an_entry_filed_under_a_false_time_is_judged_by_what_it_says(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    clock.move(timedelta(days=-10))  # the clock of the tests stands still; the server's does not
    await sequenced(work, database_url, clock, (600,))
    await change(database_url, "update audit.leaf set at = '2020-01-01Z', route = 'GET /v1/me' where index < 512")
    assert await removed(work, {"query": 400, "command": 400}, database_url, clock) == 0
    await write(work, 1, 600)
    assert not (await verified(database_url)).ok


async def test_an_unreadable_entry_and_the_newest_tile_stay(work: Work, database_url: str, clock: MovableClock) -> None:
    clock.move(timedelta(days=-1_000))
    await write(work, 10)
    async with work.begin(origin()) as uow:
        await uow.execute("insert into audit.entry values ($1, 'no entry')", UUID(int=5))
    await sequence(database_url, clock)
    await write(work, 501, 10)
    await sequence(database_url, clock)
    everything = {"command": 400, "query": 400, "denial": 400, "sign-in": 400, "export": 400}
    assert await removed(work, everything, database_url, clock) == 255
    report = await verified(database_url)
    assert (of(report), report.removed) == ([(0, FindingKind.ENTRY_MISPLACED)], 255)
    assert await removed(work, everything, database_url, clock) == 256, "now the second tile is not the newest"
    report = await verified(database_url)
    assert (of(report), report.removed) == ([(0, FindingKind.ENTRY_MISPLACED)], 511)


async def test_what_a_review_said_stays(work: Work, database_url: str, clock: MovableClock) -> None:
    clock.move(timedelta(days=-1000))
    await write_queries(work, 600)
    await sequence(database_url, clock)
    async with work.begin(origin()) as uow:
        signed = await audit.sign_review(uow, UUID(int=99), range(100), audit.Meaning.FINDINGS_RAISED)
    await sequence(database_url, clock)
    clock.move(timedelta(days=1000))
    await write_queries(work, 600, 600)
    await sequence(database_url, clock)
    assert await removed(work, {"command": 400, "query": 400}, database_url, clock) > 0, "the control"
    async with work.begin(origin()) as uow:
        assert [each.id for each in (await audit.reviews(uow, None, 5)).items] == [signed.id]
