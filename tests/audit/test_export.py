"""An export is what the log has, byte for byte, under a signature that says what was asked for."""

import asyncio
import hashlib
import json
import multiprocessing
import resource
import tempfile
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import audit
from audit import EntryFilter
from audit.exporting import export_key
from audit.rules.checkpoints import open_checkpoint
from audit.rules.notes import LogVerifier, NoteError
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.errors import InvalidError
from kernel.unit_of_work import Work
from tests.audit.log import KEY, PERSON, origin, sequence, sequenced, superuser, write
from tests.conftest import START


def manifest(export: audit.Export) -> dict[str, Any]:
    """What the manifest says, once its signature has been found good."""
    said: dict[str, Any] = json.loads(LogVerifier(export_key(KEY).vkey).open(export.manifest))
    return said


async def test_an_export_is_the_bytes_of_the_log_under_a_signed_digest(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [300, 5])
    async with work.read(origin()) as uow:
        export = await audit.export(uow, KEY, EntryFilter(), 0, 1_000)
    async with superuser(database_url) as connection:
        stored = await connection.fetch(
            "select l.index, e.body from audit.leaf l join audit.entry e on e.id = l.entry order by l.index"
        )
        assert export.checkpoint == await connection.fetchval("select note from audit.checkpoint where size = 305")
    assert [(entry.index, entry.body.encode()) for entry in export.entries] == [tuple(row) for row in stored]
    digest = hashlib.sha256(b"".join(b"%d %s\n" % tuple(row) for row in stored)).hexdigest()
    said = manifest(export)
    assert (said["sha256"], said["count"], said["indexes"]) == (digest, 305, [0, 304])
    assert said["checkpoint_sha256"] == hashlib.sha256(str(export.checkpoint).encode()).hexdigest()
    assert open_checkpoint(str(export.checkpoint), LogVerifier(KEY.vkey)).size == 305
    assert (export.key, export.next_index) == (export_key(KEY).vkey, None)
    recorded = [(entry.action, entry.count, entry.detail) for _, entry in uow.entries]
    detail = {"sha256": digest, "filters": {}, "first_index": 0}
    assert recorded == [("audit:entries:exported", 305, detail)]


async def test_a_changed_manifest_and_the_log_key_itself_are_refused(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [3])
    async with work.read(origin()) as uow:
        export = await audit.export(uow, KEY, EntryFilter(), 0, 10)
    assert manifest(export)["count"] == 3
    with pytest.raises(NoteError):
        LogVerifier(export.key).open(export.manifest.replace('"count":3', '"count":2'))
    with pytest.raises(NoteError):
        LogVerifier(KEY.vkey).open(export.manifest)


async def test_what_a_limit_cut_goes_on_at_the_next_index(work: Work, database_url: str, clock: MovableClock) -> None:
    await sequenced(work, database_url, clock, [25])
    seen: list[int] = []
    first: int | None = 0
    async with work.read(origin()) as uow:
        while first is not None:
            export = await audit.export(uow, KEY, EntryFilter(subject=PERSON), first, 5)
            assert manifest(export)["first_index"] == first
            seen += [entry.index for entry in export.entries]
            first = export.next_index
    assert seen == list(range(1, 25, 2))


async def test_an_export_holds_what_its_filters_match_and_says_which_they_were(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [2])
    clock.move(timedelta(hours=1))
    await sequenced(work, database_url, clock, [3])
    wanted: dict[tuple[int, ...], EntryFilter] = {
        (0, 1): EntryFilter(until=clock.now()),
        (2, 3, 4): EntryFilter(since=clock.now(), action="engagement:*"),
        (1, 3): EntryFilter(subject=PERSON),
        (0, 2): EntryFilter(request=UUID(int=1000)),
        (): EntryFilter(purpose="nothing"),
    }
    async with work.read(origin()) as uow:
        for indexes, filters in wanted.items():
            export = await audit.export(uow, KEY, filters, 0, 10)
            assert tuple(entry.index for entry in export.entries) == indexes
            said = manifest(export)
            assert list(said["filters"]) == [name for name in filters.__struct_fields__ if getattr(filters, name)]
            assert said["indexes"] == ([indexes[0], indexes[-1]] if indexes else [])


@pytest.mark.parametrize(
    "filters",
    [
        EntryFilter(actor="a\0"),
        EntryFilter(action=""),
        EntryFilter(purpose="\N{SNOWMAN}"),
        EntryFilter(since=datetime(2026, 3, 2)),  # noqa: DTZ001 - a time without an offset is what is refused
    ],
)
async def test_a_filter_that_no_entry_can_match_is_refused(work: Work, filters: EntryFilter) -> None:
    async with work.read(origin()) as uow:
        assert (await audit.export(uow, KEY, EntryFilter(actor="anonymous"), 0, 10)).entries == []
        with pytest.raises(InvalidError) as caught:
            await audit.export(uow, KEY, filters, 0, 10)
        assert uow.entries[1:] == []
    assert caught.value.facts["field"] in {"actor", "action", "purpose", "since"}


@pytest.mark.parametrize(("first", "count"), [(-(2**70), 3), (2**70, 0), (2, 1)])
async def test_an_index_beyond_either_end_of_the_log_is_no_error(
    work: Work, database_url: str, clock: MovableClock, first: int, count: int
) -> None:
    await sequenced(work, database_url, clock, [3])
    async with work.read(origin()) as uow:
        assert len((await audit.export(uow, KEY, EntryFilter(), first, 10)).entries) == count


async def test_an_archive_has_a_beginning_before_its_end(work: Work, database_url: str, clock: MovableClock) -> None:
    await sequenced(work, database_url, clock, [10])
    async with work.begin(origin()) as uow:
        with tempfile.TemporaryFile() as file, pytest.raises(InvalidError):
            await audit.write_archive(uow, KEY, EntryFilter(), range(5, 3), file)
        with tempfile.TemporaryFile() as file:
            assert (await audit.write_archive(uow, KEY, EntryFilter(), range(3, 5), file)).count == 2


async def test_who_is_asked_for_learns_of_it_and_the_trail_says_what_was_asked(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, [10])
    filters = EntryFilter(subject=PERSON)
    async with work.begin(origin()) as uow:
        with tempfile.TemporaryFile() as file:
            await audit.write_archive(uow, KEY, filters, range(10), file)
        await audit.export(uow, KEY, filters, 0, 10)
        await audit.inclusion_proof(uow, 1)
    assert [entry.subject for _, entry in uow.entries] == [PERSON] * 3
    said = [(entry.detail or {}).get("filters") for _, entry in uow.entries[:2]]
    assert said == [{"subject": str(PERSON)}] * 2


def most_memory(url: str) -> float:
    """Export the whole log in this process, which does nothing else, and return the most memory it ever had (MiB)."""

    async def export_all() -> None:
        await DB.open(url)
        try:
            reader = Work(MovableClock(START), audit.append)
            async with reader.begin(origin()) as uow:
                with tempfile.TemporaryFile() as file:
                    await audit.write_archive(uow, KEY, audit.EntryFilter(), range(2**53 - 1), file)
        finally:
            await DB.close()

    asyncio.run(export_all())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_the_memory_of_an_export_does_not_grow_with_the_entries(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    peaks, written = [], 0
    for size in (20_000, 160_000):
        for first in range(written, size, 1_000):
            await write(work, 1_000, first)
            written = first + 1_000
        await sequence(database_url, clock)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            peaks.append(await asyncio.to_thread(pool.apply, most_memory, (database_url,)))
    assert peaks[1] < peaks[0] + 16, f"{peaks[0]:.0f} MiB for 20,000 entries, {peaks[1]:.0f} for eight times as many"
    assert peaks[1] < 200
