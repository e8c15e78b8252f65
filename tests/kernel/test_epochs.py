"""Marks: no worker goes on believing what was changed, whatever happens to Valkey meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest

from kernel import epochs
from kernel.cache import Cache, CacheUnavailableError
from kernel.epochs import Epochs
from kernel.facts import Origin
from kernel.unit_of_work import Step, Work
from tests.api.lines import Line, through, whole

KEY, OTHER = uuid4(), uuid4()


@pytest.fixture
async def line(redis_url: str) -> AsyncIterator[Line]:
    """A line to Valkey that can be cut."""
    with TemporaryDirectory(prefix="laurel") as folder:
        made = Line(Path(folder) / "valkey.sock", Path(unquote(urlsplit(redis_url).path)))
        async with whole(made):
            yield made


@pytest.fixture
async def far(line: Line, redis_url: str, cache: Cache) -> AsyncIterator[Epochs]:
    """Marks at the end of the line, used by this process; another worker's are ``Epochs(cache)``."""
    del cache
    made = Cache(through(redis_url, line.there, line.here))
    epochs.use(Epochs(made))
    yield Epochs(made)
    await made.close()


async def mark(reader: Epochs) -> str | None:
    (found,), _ = await reader.read([KEY])
    return found


async def move(work: Work, origin: Origin, *steps: Step) -> None:
    """Move the mark in a transaction; ``steps`` run between the two moves."""
    async with work.begin(origin) as uow:
        epochs.move(uow, KEY)
        uow.publish("moved", KEY)
        for step in steps:
            uow.before_commit(step)


async def test_a_mark_stays_until_it_is_moved(work: Work, origin: Origin, cache: Cache) -> None:
    reader = Epochs(cache)
    (first, other), _ = await reader.read([KEY, OTHER])
    assert first is not None
    assert first != other
    assert (await reader.read([KEY, OTHER]))[0] == [first, other]
    await move(work, origin)
    moved = await mark(reader)
    assert moved not in {None, first}
    assert (await reader.read([OTHER]))[0] == [other], "nobody else's mark moves"


async def test_while_a_change_commits_there_is_nothing_to_remember_it_under(
    work: Work, origin: Origin, cache: Cache
) -> None:
    reader, seen = Epochs(cache), list[str | None]()

    async def look() -> None:
        seen.append(await mark(reader))

    before = await mark(reader)
    async with work.begin(origin) as uow:
        await look()
        epochs.move(uow, KEY)
        uow.before_commit(look)
        uow.after_commit(look)
    assert seen[:2] == [before, None]
    assert seen[2] not in {None, before}


async def test_a_change_that_is_rolled_back_leaves_nothing_to_believe_for_a_while_and_nothing_wrong(
    work: Work, origin: Origin, cache: Cache
) -> None:
    before = await mark(Epochs(cache))
    with pytest.raises(ZeroDivisionError):
        await move(work, origin, fail)
    assert await mark(Epochs(cache)) in {None, before}


async def fail() -> None:
    raise ZeroDivisionError


async def test_a_valkey_that_was_emptied_while_a_change_committed_brings_no_old_mark_back(
    work: Work, origin: Origin, cache: Cache, far: Epochs, line: Line
) -> None:
    """Lost between the two moves: another worker makes a mark for what was true before, and remembers by it."""
    other, remembered = Epochs(cache), list[str | None]()

    async def lose() -> None:
        await cache.client.flushdb()
        remembered.append(await mark(other))

    await mark(far)
    await move(work, origin, lose)
    assert remembered != [None]
    assert await mark(other) not in remembered
    with pytest.raises(CacheUnavailableError):  # committed, but whoever asked must not think that all have heard of it
        await move(work, origin, lose, line.cut)
    await line.mend()
    await move(work, origin)
    assert await mark(other) not in remembered


async def test_a_change_that_others_would_not_hear_of_is_not_acknowledged(
    work: Work, origin: Origin, far: Epochs, line: Line
) -> None:
    await mark(far)
    await line.cut()
    with pytest.raises(CacheUnavailableError):
        await move(work, origin)
    async with work.read(origin) as uow:
        assert await uow.fetchval("select count(*) from kernel.outbox") == 0, "nothing was done"
    await line.mend()
    with pytest.raises(CacheUnavailableError):
        await move(work, origin, line.cut)
    await line.mend()
    await move(work, origin)
    assert await mark(far) is not None


async def test_marks_are_read_and_requests_counted_in_one_go(cache: Cache) -> None:
    reader = Epochs(cache)
    reads = [reader.read([KEY, OTHER], [f"{KEY}:1", f"{OTHER}:1"]) for _ in range(5)]
    answers = await asyncio.gather(*reads, reader.read([], [f"{KEY}:2"]))
    assert len({tuple(marks) for marks, _ in answers[:5]}) == 1
    assert sorted(counts for _, counts in answers[:5]) == [[count, count] for count in range(1, 6)]
    assert answers[5] == ([], [1]), "another minute counts from one again"
    assert 0 < await cache.client.ttl(f"count:{KEY}:1") <= 120


async def test_a_new_connection_is_a_new_generation(far: Epochs, line: Line) -> None:
    await mark(far)
    generation = far._cache.generation
    await mark(far)
    assert far._cache.generation == generation
    await line.cut()
    with pytest.raises(CacheUnavailableError):
        await mark(far)
    await line.mend()
    assert await mark(far) is not None
    assert far._cache.generation > generation, "what was remembered under the old one is void"
