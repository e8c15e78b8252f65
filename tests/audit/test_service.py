"""Writing and reading the log through its service, on the real database."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

import audit
from audit import EntryFilter
from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier
from audit.rules.proofs import is_included
from audit.rules.tree import leaf_hash
from kernel.clock import MovableClock
from kernel.errors import InvalidError
from kernel.facts import Fact, Origin
from kernel.unit_of_work import Work
from tests.audit.log import KEY, PERSON, fact, origin, sequence, sequenced, superuser, write


async def test_an_entry_is_durable_with_its_effect_or_not_at_all(work: Work, database_url: str, origin: Origin) -> None:
    async def fail() -> None:
        async with work.begin(origin) as uow:
            uow.record(audit.Action.ENTRY_READ, resource="entry:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with work.begin(origin) as uow:
        uow.record(audit.Action.ENTRY_READ, resource="entry:2")
    async with superuser(database_url) as connection:
        bodies = [json.loads(row[0]) for row in await connection.fetch("select body from audit.entry")]
        assert await connection.fetchval("select count(*) from audit.pending") == 1
    assert [body["resource"] for body in bodies] == ["entry:2"]


@pytest.mark.parametrize("table", ["entry", "leaf", "checkpoint"])
@pytest.mark.parametrize("statement", ["update audit.{0} set {1} = {1}", "delete from audit.{0}", "truncate audit.{0}"])
async def test_the_log_refuses_to_be_changed(
    work: Work, database_url: str, clock: MovableClock, table: str, statement: str
) -> None:
    await sequenced(work, database_url, clock, [3])
    column = {"entry": "body", "leaf": "actor", "checkpoint": "note"}[table]
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await connection.execute(statement.format(table, column))
        assert await connection.fetchval(f"select count(*) from audit.{table}") == (1 if table == "checkpoint" else 3)
    finally:
        await connection.close()


async def test_entries_are_found_by_each_filter(work: Work, database_url: str, clock: MovableClock) -> None:
    await write(work, 4)
    clock.move(timedelta(hours=1))
    await work.append(
        [(origin(9), Fact(action="consent:record:refused", decision="denied", reason="consent-required"))]
    )
    await sequence(database_url, clock)
    wanted = {
        (0, 1, 2, 3, 4): EntryFilter(),
        (1, 3): EntryFilter(subject=PERSON),
        (1,): EntryFilter(subject=PERSON, resource=f"content:{UUID(int=1)}"),
        (2,): EntryFilter(request=UUID(int=1002)),
        (4,): EntryFilter(decision="denied"),
        (0, 1, 2, 3): EntryFilter(action="engagement:*"),
        (3,): EntryFilter(actor=str(UUID(int=53)), action="engagement:activity:recorded"),
        (): EntryFilter(action="engagement"),
    }
    async with work.read(origin()) as uow:
        for indexes, filters in wanted.items():
            page = await audit.search(uow, filters, newest_first=False)
            assert tuple(entry.index for entry in page.items) == indexes
        since = await audit.search(uow, EntryFilter(since=clock.now(), purpose="engagement"))
        until = await audit.search(uow, EntryFilter(until=clock.now()))
    assert [entry.index for entry in since.items] == [4]
    assert [entry.index for entry in until.items] == [3, 2, 1, 0]
    assert since.items[0].reason == "consent-required"
    assert until.items[0].detail == {"number": 3}


async def test_pages_follow_each_other_without_gap_or_overlap(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [25])
    async with work.read(origin()) as uow:
        for newest_first, expected in ((True, list(range(24, -1, -1))), (False, list(range(25)))):
            seen: list[int] = []
            after: int | None = None
            while True:
                page = await audit.search(uow, EntryFilter(), after, 10, newest_first=newest_first)
                seen += [entry.index for entry in page.items]
                after = page.next
                if after is None:
                    break
            assert seen == expected


async def test_reading_the_log_is_recorded_and_words_that_match_nothing_are_not_repeated(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [4])
    async with work.read(origin()) as uow:
        await audit.search(uow, EntryFilter(actor="Jane Doe"))
        await audit.search(uow, EntryFilter(actor=str(UUID(int=51))))
        await audit.entry(uow, 1)
        await audit.access_log(uow, PERSON)
    recorded = [(entry.action, entry.subject, entry.count, entry.detail) for _, entry in uow.entries]
    assert recorded == [
        ("audit:entries:searched", None, 0, {"filters": {"actor": ""}}),
        ("audit:entries:searched", None, 1, {"filters": {"actor": str(UUID(int=51))}}),
        ("audit:entry:read", PERSON, None, {}),
        ("audit:access_log:read", PERSON, 2, {}),
    ]


@pytest.mark.parametrize("filters", [EntryFilter(actor="a\0"), EntryFilter(action=""), EntryFilter(purpose="é" * 3)])
async def test_a_filter_that_no_entry_can_match_is_refused(work: Work, filters: EntryFilter) -> None:
    async with work.read(origin()) as uow:
        assert (await audit.search(uow, EntryFilter(actor="fine"))).items == []
        with pytest.raises(InvalidError) as caught:
            await audit.search(uow, filters)
    assert caught.value.facts["field"] in {"actor", "action", "purpose"}


async def test_every_entry_is_proved_under_the_newest_checkpoint(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [300, 300, 1])
    async with work.read(origin()) as uow:
        for index in (0, 1, 255, 256, 299, 300, 511, 512, 599, 600):
            proof = await audit.inclusion_proof(uow, index)
            checkpoint = open_checkpoint(proof.checkpoint, LogVerifier(KEY.vkey))
            assert (proof.index, proof.size) == (index, checkpoint.size) == (index, 601)
            assert leaf_hash(proof.entry) == proof.leaf_hash
            assert is_included(proof.leaf_hash, index, proof.size, proof.hashes, checkpoint.root)
            assert not is_included(leaf_hash(proof.entry + b" "), index, proof.size, proof.hashes, checkpoint.root)


async def test_an_entry_that_is_not_there_or_not_signed_has_no_proof(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 2)
    async with audit.sequencing(database_url, KEY, clock) as sequencing, work.read(origin()) as uow:
        await sequencing.index_pending()
        with pytest.raises(audit.EntryNotSignedError):
            await audit.inclusion_proof(uow, 1)
        for index in (2, -1, 2**70):
            with pytest.raises(audit.EntryNotFoundError):
                await audit.inclusion_proof(uow, index)
            with pytest.raises(audit.EntryNotFoundError):
                await audit.entry(uow, index)
        await sequencing.sign()
        assert (await audit.inclusion_proof(uow, 1)).size == 2
        assert (await audit.entry(uow, 1)).index == 1


async def test_a_person_sees_when_and_why_and_in_which_role_but_not_who(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [6])
    async with work.read(origin()) as uow:
        first = await audit.access_log(uow, PERSON, limit=2)
        second = await audit.access_log(uow, PERSON, first.next, limit=2)
        nobody = await audit.access_log(uow, UUID(int=99))
    assert [access.index for access in first.items + second.items] == [5, 3, 1]
    assert (second.next, nobody.items) == (None, [])
    access = first.items[0]
    assert (access.at, access.role, access.purpose, access.decision) == (clock.now(), "hcp", "engagement", "allowed")
    assert not hasattr(access, "actor")


async def test_settling_waits_for_what_was_pending_and_gives_up_in_time(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    assert await audit.settle(work)
    await write(work, 3)
    assert not await audit.settle(work, seconds=0.1)
    async with asyncio.TaskGroup() as group:
        settled = group.create_task(audit.settle(work))
        await asyncio.sleep(0.05)
        group.create_task(sequence(database_url, clock))
    assert settled.result()
    async with work.read(origin()) as uow:
        assert len((await audit.search(uow, EntryFilter())).items) == 3


async def test_the_status_says_how_far_the_sequencer_is(work: Work, database_url: str, clock: MovableClock) -> None:
    async with work.read(origin()) as uow:
        empty = await audit.status(uow)
        assert (empty.size, empty.pending, empty.oldest_pending_at, empty.checkpoint_at) == (0, 0, None, None)
        assert await audit.newest_checkpoint(uow) is None
        await sequenced(work, database_url, clock, [3])
        await write(work, 2)
        status = await audit.status(uow)
        note = await audit.newest_checkpoint(uow)
    assert (status.size, status.pending, status.checkpoint_size, status.checkpoint_at) == (3, 2, 3, clock.now())
    assert status.oldest_pending_at is not None
    assert note is not None
    assert open_checkpoint(note, LogVerifier(KEY.vkey)).size == 3


async def test_an_entry_that_was_made_unreadable_is_still_shown(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [2])
    async with superuser(database_url) as connection:
        await connection.execute("update audit.entry set body = '\\xff00'")
    async with work.read(origin()) as uow:
        assert {entry.action for entry in (await audit.search(uow, EntryFilter())).items} == {"audit:entry:unreadable"}
        assert [access.role for access in (await audit.access_log(uow, PERSON)).items] == [""]
    assert fact(1).subject == PERSON
