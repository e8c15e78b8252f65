"""The figure of the verifier: a whole log verified, against hashing the same bytes in one loop."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg

import audit
from benchmarks.databases import lent, migrated
from benchmarks.rows import Row
from benchmarks.scene import Scene
from kernel.clock import MovableClock
from kernel.facts import Fact, Origin
from kernel.ids import uuid7

ENTRIES: Final = 200_000
COMMIT: Final = 10
"""How many entries are written at the same instant, by one transaction."""

ROUND: Final = 2_000
"""How many entries get their index between two checkpoints."""

TIMES: Final = 3
DATABASE: Final = "bench_verify"
KEY: Final = audit.LogKey("laurel.benchmark/audit", bytes(range(32)))
START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)


def verification(scene: Scene, _: float) -> Row:
    """A log of its own, verified as `laurel audit verify` does it, against SHA-256 over each body in memory."""
    with lent(scene.settings.database_url or "", DATABASE) as url:
        asyncio.run(_fill(url))
        bodies = asyncio.run(_bodies(url))
        bare = min(_hash(bodies) for _ in range(TIMES))
        verified = min(_verify(url) for _ in range(TIMES))
    size = sum(map(len, bodies)) / len(bodies)
    return Row(
        name=f"verifying {ENTRIES:,} entries", unit="entries/s", measured=ENTRIES / verified,
        against_name="hashing them in one loop", against=ENTRIES / bare, ratio=bare / verified, floor=1 / 5, goal=1 / 3,
        note=f"{verified / bare:.1f} times as long; {size:.0f} bytes each",
    )  # fmt: skip


def _hash(bodies: list[bytes]) -> float:
    began = time.perf_counter()
    for body in bodies:
        sha256(b"\0" + body).digest()
    return time.perf_counter() - began


def _verify(url: str) -> float:
    began = time.perf_counter()
    report = asyncio.run(audit.verify(url, KEY.vkey))
    took = time.perf_counter() - began
    assert (report.ok, report.entries) == (True, ENTRIES), report.findings
    return took


async def _fill(url: str) -> None:
    await migrated(url)
    clock = MovableClock(START)
    pool = await asyncpg.create_pool(url, min_size=1, max_size=1)
    try:
        async with pool.acquire() as connection, audit.sequencing(url, KEY, clock) as sequencing:
            for first in range(0, ENTRIES, ROUND):
                async with connection.transaction():
                    for commit in range(first, first + ROUND, COMMIT):
                        clock.move(timedelta(microseconds=2_345))
                        await audit.append(connection, [_said(n) for n in range(commit, commit + COMMIT)], clock.now())
                while await sequencing.index_pending():
                    pass
                await sequencing.sign()
        await pool.execute("vacuum (analyze) audit.entry, audit.leaf, audit.tile, audit.checkpoint")
    finally:
        await pool.close()


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


async def _bodies(url: str) -> list[bytes]:
    connection = await asyncpg.connect(url)
    try:
        return [body for (body,) in await connection.fetch("select body from audit.entry order by id")]
    finally:
        await connection.close()
