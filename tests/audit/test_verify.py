"""Verification names whatever a superuser changes, by index, and says nothing about a log that is in order."""

import asyncio

import pytest

import audit
from audit import FindingKind
from audit.rules.notes import LogKey, NoteError
from audit.rules.tiles import Tile
from kernel.clock import MovableClock
from kernel.unit_of_work import Work
from tests.audit.log import FLIP, KEY, PORTIONS, SIZE, change, of, sequence, superuser, until, verified, write


def entry_of(index: int) -> str:
    return f"(select entry from audit.leaf where index = {index})"


async def test_a_log_in_order_is_reported_with_its_newest_root(work: Work, log: str) -> None:
    await write(work, 3)
    report = await verified(log)
    assert report.ok
    assert (report.origin, report.entries, report.pending, report.findings) == (KEY.origin, SIZE, 3, [])
    async with superuser(log) as connection:
        root = await connection.fetchval("select root from audit.checkpoint where size = $1", SIZE)
    assert report.root == root.hex()


@pytest.mark.parametrize("index", [0, 99, 100, 255, 256, 511, 699])
async def test_one_byte_of_an_entry_is_named(log: str, index: int) -> None:
    body = FLIP.format("body", 20)
    await change(log, f"update audit.entry set body = {body} where id = {entry_of(index)}")
    report = await verified(log)
    assert of(report) == [(index, FindingKind.ENTRY_CHANGED)]
    assert report.findings[0].first_bad_checkpoint == next(size for size in (100, 300, 600, 700) if size > index)
    await change(log, f"update audit.entry set body = {body} where id = {entry_of(index)}")
    assert (await verified(log)).ok


async def test_an_entry_changed_together_with_its_hash_is_named(log: str) -> None:
    await change(
        log,
        f"update audit.entry set body = {FLIP.format('body', 20)} where id = {entry_of(300)}",
        "update audit.leaf set leaf_hash = sha256('\\x00'::bytea ||"
        " (select body from audit.entry where id = leaf.entry)) where index = 300",
    )
    assert (300, FindingKind.ENTRY_CHANGED) in of(await verified(log))


@pytest.mark.parametrize(("index", "first", "checkpoint"), [(5, 0, 100), (299, 100, 300), (650, 600, 700)])
async def test_an_entry_changed_with_its_hash_and_its_tile_contradicts_what_was_signed(
    log: str, index: int, first: int, checkpoint: int
) -> None:
    digest = f"sha256('\\x00'::bytea || (select body from audit.entry where id = {entry_of(index)}))"
    tile = f"overlay(hashes placing {digest} from {index % 256 * 32 + 1})"
    spot = "position('\"count\":1'::bytea in body) + 7"
    await change(
        log,
        f"update audit.entry set body = set_byte(body, {spot}, 50) where id = {entry_of(index)}",
        f"update audit.leaf set leaf_hash = {digest} where index = {index}",
        f"update audit.tile set hashes = {tile} where place = {index // 256}",
    )
    report = await verified(log)
    assert of(report)[0] == (first, FindingKind.CHECKPOINT_CONTRADICTED)
    assert all(first <= finding.index <= index for finding in report.findings)
    assert report.findings[0].first_bad_checkpoint == checkpoint
    assert f"{first} to {checkpoint - 1}" in report.findings[0].detail


async def test_a_deleted_entry_is_named(log: str) -> None:
    await change(log, f"delete from audit.entry where id = {entry_of(400)}")
    report = await verified(log)
    assert of(report) == [(400, FindingKind.ENTRY_MISSING)]
    assert report.findings[0].first_bad_checkpoint == 600


async def test_an_entry_deleted_with_its_index_is_named(log: str) -> None:
    await change(
        log,
        f"delete from audit.entry where id = {entry_of(400)}",
        "delete from audit.leaf where index = 400",
    )
    assert of(await verified(log)) == [(400, FindingKind.LEAF_MISSING)]


async def test_a_deleted_index_is_named_once(log: str) -> None:
    await change(log, "delete from audit.leaf where index = 400")
    assert of(await verified(log)) == [(400, FindingKind.LEAF_MISSING)]


async def test_two_swapped_entries_are_named(log: str) -> None:
    await change(
        log,
        "update audit.entry as one set body = other.body from audit.entry as other where (one.id, other.id) in"
        f" (({entry_of(10)}, {entry_of(20)}), ({entry_of(20)}, {entry_of(10)}))",
    )
    assert of(await verified(log)) == [(10, FindingKind.ENTRY_CHANGED), (20, FindingKind.ENTRY_CHANGED)]


async def test_two_swapped_indexes_are_named(log: str) -> None:
    await change(
        log,
        "update audit.leaf set index = 10000 where index = 10",
        "update audit.leaf set index = 10 where index = 20",
        "update audit.leaf set index = 20 where index = 10000",
    )
    assert {index for index, _ in of(await verified(log))} == {10, 20}


async def test_a_cut_tail_is_named(log: str) -> None:
    await change(
        log,
        "delete from audit.entry where id in (select entry from audit.leaf where index >= 650)",
        "delete from audit.leaf where index >= 650",
    )
    report = await verified(log)
    assert (650, FindingKind.TAIL_CUT) in of(report)
    assert {index for index, _ in of(report)} == {650}
    assert report.findings[0].first_bad_checkpoint == SIZE


async def test_a_tail_cut_with_its_tiles_is_named(log: str) -> None:
    await change(
        log,
        "delete from audit.entry where id in (select entry from audit.leaf where index >= 650)",
        "delete from audit.leaf where index >= 650",
        f"update audit.tile set hashes = substr(hashes, 1, {(650 - 512) * 32}) where place = 2",
    )
    assert of(await verified(log)) == [(650, FindingKind.TAIL_CUT)]


async def test_only_a_checkpoint_kept_elsewhere_shows_that_all_was_set_back(log: str) -> None:
    async with superuser(log) as connection:
        kept = await connection.fetchval("select note from audit.checkpoint where size = 700")
    assert (await verified(log, against=kept)).ok
    await change(
        log,
        "delete from audit.checkpoint where size > 600",
        "delete from audit.entry where id in (select entry from audit.leaf where index >= 600)",
        "delete from audit.leaf where index >= 600",
        f"update audit.tile set hashes = substr(hashes, 1, {(600 - 512) * 32}) where place = 2",
    )
    assert (await verified(log)).ok
    assert of(await verified(log, against=kept)) == [(600, FindingKind.TAIL_CUT)]


async def test_a_hash_changed_beside_its_index_is_named(log: str) -> None:
    await change(log, f"update audit.leaf set leaf_hash = {FLIP.format('leaf_hash', 0)} where index = 450")
    report = await verified(log)
    assert of(report) == [(450, FindingKind.LEAF_CHANGED)]
    assert report.findings[0].first_bad_checkpoint is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "'somebody'"),
        ("action", "'consent:record:granted'"),
        ("subject", "'00000000-0000-0000-0000-000000000009'"),
        ("subject", "null"),
        ("purpose", "null"),
        ("resource", "'null'"),
        ("decision", "'denied'"),
        ("route", '\'x","subject":"y\''),
        ("request", "null"),
        ("at", "at + interval '1 microsecond'"),
    ],
)
async def test_a_column_that_is_searched_is_named(log: str, column: str, value: str) -> None:
    await change(log, f"update audit.leaf set {column} = {value} where index = 451")
    report = await verified(log)
    assert of(report) == [(451, FindingKind.COLUMN_CHANGED)]
    assert column in report.findings[0].detail


@pytest.mark.parametrize(("number", "position", "index"), [(0, 7, 7), (1, 200, 456), (2, 100, 612)])
async def test_a_changed_tile_is_named(log: str, number: int, position: int, index: int) -> None:
    await change(log, f"update audit.tile set hashes = {FLIP.format('hashes', position * 32)} where place = {number}")
    assert of(await verified(log)) == [(index, FindingKind.TILE_CHANGED)]


async def test_a_changed_tile_above_is_named(log: str) -> None:
    place = Tile(1, 0).place
    await change(log, f"update audit.tile set hashes = {FLIP.format('hashes', 32)} where place = {place}")
    assert of(await verified(log)) == [(256, FindingKind.TILE_CHANGED)]


@pytest.mark.parametrize(("tile", "index"), [(Tile(0, 1), 256), (Tile(0, 2), 512), (Tile(1, 0), 0)])
async def test_a_deleted_tile_is_named(log: str, tile: Tile, index: int) -> None:
    await change(log, f"delete from audit.tile where place = {tile.place}")
    assert of(await verified(log)) == [(index, FindingKind.TILE_MISSING)]


async def test_a_tile_that_nothing_is_under_is_named(log: str) -> None:
    await change(log, f"insert into audit.tile select {Tile(2, 0).place}, hashes from audit.tile where place = 0")
    assert of(await verified(log)) == [(0, FindingKind.TILE_UNEXPECTED)]


async def test_an_entry_without_index_and_out_of_the_queue_is_named(work: Work, log: str) -> None:
    await write(work, 2)
    assert (await verified(log)).pending == 2
    await change(log, "delete from audit.pending where entry = (select entry from audit.pending limit 1)")
    assert of(await verified(log)) == [(SIZE, FindingKind.ENTRY_UNSEQUENCED)]


async def test_an_entry_deleted_while_it_waits_is_named(work: Work, log: str) -> None:
    await write(work, 2)
    await change(log, "delete from audit.entry where id = (select entry from audit.pending limit 1)")
    assert of(await verified(log)) == [(SIZE, FindingKind.ENTRY_MISSING)]


async def test_entries_swapped_before_they_got_an_index_are_named(work: Work, log: str, clock: MovableClock) -> None:
    await write(work, 2)
    await change(
        log,
        "update audit.entry as one set body = other.body from audit.entry as other, audit.pending p, audit.pending q"
        " where p.entry = one.id and q.entry = other.id and one.id <> other.id",
    )
    assert await sequence(log, clock) == 2
    kinds = of(await verified(log))
    assert kinds == [(SIZE, FindingKind.ENTRY_MISPLACED), (SIZE + 1, FindingKind.ENTRY_MISPLACED)]


async def test_several_changes_are_all_named(log: str) -> None:
    await change(
        log,
        f"update audit.entry set body = {FLIP.format('body', 20)} where id = {entry_of(3)}",
        f"update audit.leaf set leaf_hash = {FLIP.format('leaf_hash', 3)} where index = 290",
        f"update audit.tile set hashes = {FLIP.format('hashes', 33 * 32)} where place = 1",
        "delete from audit.leaf where index = 500",
        "delete from audit.checkpoint where size = 300",
    )
    found = of(await verified(log))
    assert {(3, FindingKind.ENTRY_CHANGED), (500, FindingKind.LEAF_MISSING)} <= set(found)
    assert {(100, FindingKind.CHECKPOINT_MISSING)} <= set(found)
    assert {index for index, _ in found} == {3, 100, 289, 290, 500}


async def test_an_empty_log_is_never_in_order(work: Work, database_url: str) -> None:
    await write(work, 1)
    report = await verified(database_url)
    assert (report.ok, of(report), report.pending) == (False, [(0, FindingKind.LOG_EMPTY)], 1)


async def test_a_log_of_many_chunks_is_verified_with_progress_while_it_grows(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    stop = asyncio.Event()
    seen: list[tuple[int, int]] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(audit.Sequencer(database_url, KEY, clock).run(stop))
        for start in range(0, 6_000, 600):
            await write(work, 600, start)
        await until(database_url, "select count(*) from audit.leaf", 5_000)
        writing = group.create_task(write(work, 600, 6_000))
        report = await audit.verify(database_url, KEY.vkey, lambda done, total: seen.append((done, total)))
        await writing
        stop.set()
    assert report.ok
    assert report.entries >= 5_000
    assert len(seen) >= 3
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == report.entries


async def test_a_malformed_key_is_refused(log: str) -> None:
    assert (await audit.verify(log, KEY.vkey)).ok
    with pytest.raises(NoteError):
        await audit.verify(log, KEY.vkey[:-1])
    report = await audit.verify(log, LogKey(KEY.origin, bytes(32)).vkey)
    assert (report.ok, report.findings_total >= len(PORTIONS)) == (False, True)


async def test_a_long_transaction_whose_entry_gets_its_index_last_disturbs_nothing(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 2_202)
    lowest = "(select id from audit.entry order by id limit 1)"
    await change(database_url, f"delete from audit.pending where entry = {lowest}")
    assert await sequence(database_url, clock) == 2_201
    await change(database_url, f"insert into audit.pending (entry) select {lowest}")
    assert await sequence(database_url, clock) == 1
    report = await verified(database_url)
    assert (report.ok, report.entries) == (True, 2_202)
    await change(database_url, f"update audit.entry set body = {FLIP.format('body', 20)} where id = {lowest}")
    assert of(await verified(database_url)) == [(2_201, FindingKind.ENTRY_CHANGED)]
