"""The sequencer: every committed entry gets one index, whatever happens to whoever gives it."""

import asyncio
from datetime import timedelta
from typing import cast

import asyncpg
import msgspec
import pytest

import audit
from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier
from audit.rules.tree import CompactRange, leaf_hash
from audit.sequencer import SEQUENCER_LOCK, Sequencer
from kernel.clock import MovableClock
from kernel.database import Connection
from kernel.ids import uuid7
from kernel.unit_of_work import Work
from tests.audit.log import KEY, fact, origin, sequence, superuser, until, verified, write

SOON = 5.0


async def indexes(database_url: str) -> list[int]:
    async with superuser(database_url) as connection:
        return [row[0] for row in await connection.fetch("select index from audit.leaf order by index")]


async def until_indexed(database_url: str, count: int) -> None:
    await until(database_url, "select coalesce(max(size), 0) from audit.checkpoint", count)


async def test_every_entry_gets_an_index_in_the_order_of_ids_and_a_signed_root(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 300)
    assert await sequence(database_url, clock) == 300
    async with superuser(database_url) as connection:
        rows = await connection.fetch(
            "select l.index, e.id, e.body, l.leaf_hash from audit.leaf l join audit.entry e on e.id = l.entry"
            " order by l.index"
        )
        note = await connection.fetchval("select note from audit.checkpoint order by size desc limit 1")
        assert await connection.fetchval("select count(*) from audit.pending") == 0
    assert [row["index"] for row in rows] == list(range(300))
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    tree = CompactRange()
    tree.extend([leaf_hash(row["body"]) for row in rows])
    assert [row["leaf_hash"] for row in rows] == [leaf_hash(row["body"]) for row in rows]
    checkpoint = open_checkpoint(note, LogVerifier(KEY.vkey))
    assert (checkpoint.size, checkpoint.root) == (300, tree.root)


async def test_an_entry_that_commits_late_with_an_early_id_is_not_passed_over(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    slow = await asyncpg.connect(database_url)
    try:
        transaction = slow.transaction()
        await transaction.start()
        (early,) = await audit.append(cast("Connection", slow), [(origin(), fact(1))], clock.now())
        clock.move(timedelta(seconds=5))
        await write(work, 10)
        assert await sequence(database_url, clock) == 10
        await transaction.commit()
        assert await sequence(database_url, clock) == 1
        assert await slow.fetchval("select index from audit.leaf where entry = $1", early) == 10
    finally:
        await slow.close()
    assert early < uuid7(clock.now())
    assert (await verified(database_url)).ok


async def test_two_sequencers_at_once_share_the_work_without_a_gap(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(Sequencer(database_url, KEY, clock).run(stop))
        for start in range(0, 200, 20):
            await write(work, 20, start)
        await until_indexed(database_url, 200)
        stop.set()
    assert await indexes(database_url) == list(range(200))
    assert (await verified(database_url)).ok


async def test_the_one_who_stands_by_takes_over(work: Work, database_url: str, clock: MovableClock) -> None:
    stop = asyncio.Event()
    async with asyncpg.create_pool(database_url, min_size=1, max_size=1) as pool, asyncio.TaskGroup() as group:
        holder = await pool.acquire()
        await holder.execute("select pg_advisory_lock($1)", SEQUENCER_LOCK)
        await write(work, 3)
        group.create_task(Sequencer(database_url, KEY, clock).run(stop))
        await asyncio.sleep(0.3)
        assert await indexes(database_url) == []
        await holder.execute("select pg_advisory_unlock($1)", SEQUENCER_LOCK)
        await until_indexed(database_url, 3)
        stop.set()
        await pool.release(holder)
    assert await indexes(database_url) == [0, 1, 2]


async def test_it_goes_on_after_its_connection_was_killed(work: Work, database_url: str, clock: MovableClock) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group, superuser(database_url) as connection:
        group.create_task(Sequencer(database_url, KEY, clock).run(stop))
        for start in range(3):
            await write(work, 5, start * 5)
            await until_indexed(database_url, (start + 1) * 5)
            killed = await connection.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where datname = current_database() and application_name = 'laurel sequencer'"
            )
            assert killed == 1
        await write(work, 5, 15)
        await until_indexed(database_url, 20)
        stop.set()
    report = await verified(database_url)
    assert (report.ok, report.entries, report.pending) == (True, 20, 0)


@pytest.mark.parametrize(
    ("table", "event", "indexed"),
    [("leaf", "insert", 5), ("tile", "insert or update", 5), ("pending", "delete", 5), ("checkpoint", "insert", 10)],
)
async def test_killed_in_the_middle_it_leaves_nothing_half_done(
    work: Work, database_url: str, clock: MovableClock, table: str, event: str, indexed: int
) -> None:
    await write(work, 5)
    await sequence(database_url, clock)
    await write(work, 5, 5)
    async with superuser(database_url) as connection:
        await connection.execute(
            "create function audit.die() returns trigger language plpgsql security definer as"
            " $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5); return null; end $$"
        )
        await connection.execute(
            f"create trigger deadly after {event} on audit.{table} for each statement execute function audit.die()"
        )
        try:
            with pytest.raises((asyncpg.AdminShutdownError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
                await sequence(database_url, clock)
        finally:
            await connection.execute(f"drop trigger deadly on audit.{table}")
            await connection.execute("drop function audit.die()")
    assert await indexes(database_url) == list(range(indexed))
    assert await sequence(database_url, clock) == 10 - indexed
    report = await verified(database_url)
    assert (report.ok, report.entries, report.pending, report.size) == (True, 10, 0, 10)


async def test_a_cancelled_sequencer_frees_the_lock(work: Work, database_url: str, clock: MovableClock) -> None:
    await write(work, 1)
    task = asyncio.create_task(Sequencer(database_url, KEY, clock).run(asyncio.Event()))
    await until_indexed(database_url, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await write(work, 1, 1)
    async with asyncio.timeout(SOON):
        assert await sequence(database_url, clock) == 1


async def test_it_waits_for_a_database_that_is_not_there_and_stops_when_told(clock: MovableClock) -> None:
    stop = asyncio.Event()
    nowhere = "postgresql://nobody@/nothing?host=/nonexistent"
    task = asyncio.create_task(Sequencer(nowhere, KEY, clock).run(stop))
    await asyncio.sleep(0.5)
    assert not task.done()
    stop.set()
    async with asyncio.timeout(SOON):
        await task


async def test_nothing_is_signed_over_a_log_that_contradicts_its_checkpoint(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 10)
    assert await sequence(database_url, clock) == 10
    await write(work, 1, 10)
    async with superuser(database_url) as connection:
        await connection.execute("delete from audit.leaf where index >= 8")
        await connection.execute("update audit.tile set hashes = substr(hashes, 1, 8 * 32)")
        with pytest.raises(audit.LogDamagedError):
            await sequence(database_url, clock)
        assert await connection.fetchval("select max(size) from audit.checkpoint") == 10


async def test_tiles_that_change_under_it_are_noticed_before_signing(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 10)
    async with audit.sequencing(database_url, KEY, clock) as sequencing, superuser(database_url) as connection:
        assert await sequencing.index_pending() == 10
        await connection.execute("update audit.tile set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)")
        with pytest.raises(audit.LogDamagedError):
            await sequencing.sign()
        assert await connection.fetchval("select count(*) from audit.checkpoint") == 0
        await connection.execute("update audit.tile set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)")
        await sequencing.sign()
        assert await connection.fetchval("select count(*) from audit.checkpoint") == 1


async def test_bytes_that_are_no_entry_are_filed_and_hold_nobody_up(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 3)
    async with superuser(database_url) as connection:
        first = await connection.fetchval("select id from audit.entry order by id limit 1")
        await connection.execute("update audit.entry set body = '\\xff00' where id = $1", first)
    odd = msgspec.structs.replace(fact(), resource="nul\0" + "x" * 5_000)
    await work.append([(origin(), odd)])
    assert await sequence(database_url, clock) == 4
    async with superuser(database_url) as connection:
        rows = await connection.fetch("select action, resource from audit.leaf order by index")
    assert rows[0]["action"] == "audit:entry:unreadable"
    assert rows[3]["resource"].startswith("nul\N{REPLACEMENT CHARACTER}")
    assert len(rows[3]["resource"]) == 400
    report = await verified(database_url)
    assert [finding.kind for finding in report.findings] == [audit.FindingKind.ENTRY_MISPLACED]


async def test_a_clock_that_jumps_loses_and_doubles_nothing_and_times_are_still_found(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    start = clock.now()
    jumps = (timedelta(hours=1), timedelta(hours=-2), timedelta(seconds=-5), timedelta(hours=1), timedelta(seconds=5))
    times = []
    for number, jump in enumerate(jumps):
        clock.move(jump)
        times.append(clock.now())
        await write(work, 10, 10 * number)
        await sequence(database_url, clock)
    assert (await verified(database_url)).ok
    assert await indexes(database_url) == list(range(10 * len(jumps)))
    async with work.read(origin()) as uow:
        before = await audit.search(uow, audit.EntryFilter(until=start), None, 100)
        after = await audit.search(uow, audit.EntryFilter(since=start), None, 100)
    assert len(before.items) == 10 * sum(at < start for at in times) > 0
    assert len(after.items) == 10 * sum(at >= start for at in times) > 0
