"""A log of its own, with a database of its own: what the figures of the audit room are measured on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

import audit
from benchmarks.databases import lent, migrated
from benchmarks.scene import Scene
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.facts import Fact, Origin
from kernel.ids import uuid7
from kernel.unit_of_work import Work

COMMIT: Final = 10
"""How many entries are written at the same instant, by one transaction."""

ROUND: Final = 2_000
"""How many entries get their index between two checkpoints."""

DATABASE: Final = "bench_log"
KEY: Final = audit.LogKey("laurel.benchmark/audit", bytes(range(32)))
START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
READER: Final = Origin(request=UUID(int=0), actor="system:benchmark", role="system", route="benchmark")


@contextmanager
def log(scene: Scene, entries: int, waiting: int = 0) -> Iterator[str]:
    """Lend the address of a log of so many signed entries, and others that wait for their index."""
    with lent(scene.settings.database_url or "", DATABASE) as url:
        asyncio.run(_fill(url, entries, waiting))
        yield url


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Work]:
    """Lend units of work on a log."""
    await DB.open(url)
    try:
        yield Work(MovableClock(START), audit.append)
    finally:
        await DB.close()


async def _fill(url: str, entries: int, waiting: int) -> None:
    await migrated(url)
    clock = MovableClock(START)
    pool = await asyncpg.create_pool(url, min_size=1, max_size=1)
    try:
        async with pool.acquire() as connection, audit.sequencing(url, KEY, clock) as sequencing:
            for first in range(0, entries, ROUND):
                await _append(connection, clock, range(first, min(first + ROUND, entries)))
                while await sequencing.index_pending():
                    pass
                await sequencing.sign()
            for first in range(entries, entries + waiting, ROUND):
                await _append(connection, clock, range(first, min(first + ROUND, entries + waiting)))
        await pool.execute("vacuum (analyze) audit.entry, audit.leaf, audit.tile, audit.checkpoint, audit.pending")
    finally:
        await pool.close()


async def _append(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", clock: MovableClock, numbers: range
) -> None:
    async with connection.transaction():
        for commit in range(numbers.start, numbers.stop, COMMIT):
            clock.move(timedelta(microseconds=2_345))
            said = [_said(number) for number in range(commit, min(commit + COMMIT, numbers.stop))]
            await audit.append(connection, said, clock.now())


def _said(number: int) -> tuple[Origin, Fact]:
    """Return an entry of the usual length: an activity that earned points."""
    at = START + timedelta(seconds=number)
    origin = Origin(
        request=uuid7(at), actor=str(UUID(int=number % 997)), role="hcp", route="POST /v1/me/activities",
        purpose="engagement", basis="consent", consent=UUID(int=number % 997), notice_version=2,
        address="203.0.113.0/24",
    )  # fmt: skip
    detail = {"points": number % 50, "verb": "viewed"}
    fact = Fact(
        action="engagement:activity:recorded", subject=UUID(int=number % 997), resource=f"content:{uuid7(at)}", count=1,
        detail=detail,
    )  # fmt: skip
    return origin, fact
