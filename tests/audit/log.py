"""A log to test with: entries, a sequencer, and a superuser who changes what must not be changed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

import audit
from kernel.clock import MovableClock
from kernel.facts import Fact, Origin
from kernel.unit_of_work import Work

KEY = audit.LogKey("laurel.test/audit", bytes(range(32)))
PERSON = UUID(int=7)
FLIP = "set_byte({0}, {1}, get_byte({0}, {1}) # 1)"
PORTIONS = (100, 200, 300, 100)
SIZE = sum(PORTIONS)


def origin(number: int = 0) -> Origin:
    return Origin(
        request=UUID(int=1000 + number),
        actor=str(UUID(int=50 + number % 5)),
        role="hcp",
        route="POST /v1/me/activities",
        purpose="engagement",
        notice_version=2,
        address="203.0.113.0/24",
    )


def fact(number: int = 0) -> Fact:
    return Fact(
        action="engagement:activity:recorded",
        subject=PERSON if number % 2 else None,
        resource=f"content:{UUID(int=number)}",
        count=1,
        detail={"number": number},
    )


async def write(work: Work, count: int, start: int = 0) -> None:
    """Write ``count`` entries in one transaction."""
    await work.append([(origin(number), fact(number)) for number in range(start, start + count)])


async def sequence(database_url: str, clock: MovableClock) -> int:
    """Index and sign everything that waits; return how many entries got an index."""
    async with audit.sequencing(database_url, KEY, clock) as sequencing:
        total = 0
        while count := await sequencing.sequence_once():
            total += count
        return total


async def sequenced(work: Work, database_url: str, clock: MovableClock, portions: Sequence[int]) -> None:
    """Write entries and sign a checkpoint after each of ``portions``."""
    for position, portion in enumerate(portions):
        await write(work, portion, sum(portions[:position]))
        assert await sequence(database_url, clock) == portion


@asynccontextmanager
async def superuser(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Lend a connection whose triggers are off, as only a superuser can have it."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("set session_replication_role = replica")
        yield connection
    finally:
        await connection.close()


async def verified(database_url: str, against: str | None = None) -> audit.Report:
    return await audit.verify(database_url, KEY.vkey, against=against)


async def until(database_url: str, sql: str, least: int) -> None:
    """Wait until a count has been reached."""
    async with asyncio.timeout(20), superuser(database_url) as connection:
        while await connection.fetchval(sql) < least:  # noqa: ASYNC110 - another process decides when it is reached
            await asyncio.sleep(0.02)


def of(report: audit.Report) -> list[tuple[int, audit.FindingKind]]:
    return [(finding.index, finding.kind) for finding in report.findings]


async def change(database_url: str, *statements: str) -> None:
    async with superuser(database_url) as connection:
        for statement in statements:
            done = await connection.execute(statement)
            assert not done.endswith(" 0"), f"nothing changed: {statement}"
