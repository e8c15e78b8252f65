"""The figure of searches: every filter and combinations of them, many of which find nothing, in a log made by SQL."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

import audit
from audit import EntryFilter
from benchmarks import trail
from benchmarks.databases import lent, migrated
from benchmarks.rows import Row
from benchmarks.scene import Scene

DATABASE: Final = "bench_search"
MOST_MS: Final = 200
TIMES: Final = 5
PORTION: Final = 500_000
START: Final = datetime(2025, 1, 1, tzinfo=UTC)

# One entry a second. What is usual and what is rare is of a size with real logs; nobody has signed any of it.
_ENTRIES = """
insert into audit.entry
select id, convert_to(
    format('{"action":"x","actor":"x","at":"2025-01-01T00:00:00.000000Z","decision":"allowed","id":"%s",'
        '"outcome":"succeeded","request":"%s","role":"hcp","route":"GET /","v":1}', id, id), 'UTF8')
from (select lpad(to_hex(n), 32, '0')::uuid as id from generate_series($1::bigint, $2::bigint - 1) as n) as made
"""
_LEAVES = """
insert into audit.leaf
    (index, entry, leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route)
select
    n, lpad(to_hex(n), 32, '0')::uuid, sha256(int8send(n)), $3::timestamptz + n * interval '1 second',
    'account-' || (hashint8(n) & 1023),
    case when n % 3 > 0 then lpad(to_hex(hashint8(n + 7) & 65535), 32, '0')::uuid end,
    case when n = 12345 then 'rare:thing:done' when n % 1000 = 0 then 'audit:entries:searched'
        else 'room:thing:done' || (n % 40) end,
    case when n % 200 = 0 then 'denied' else 'allowed' end,
    case when n % 1000 = 0 then 'compliance' when n % 7 > 0 then 'purpose' || (n % 5) end,
    case when n % 4 > 0 then 'content:' || (hashint8(n + 3) & 4095) end,
    lpad(to_hex(n / 3), 32, '0')::uuid, 'GET /v1/x'
from generate_series($1::bigint, $2::bigint - 1) as n
"""


def searching(scene: Scene, _: float, entries: int) -> Row:
    """The slowest of many searches, each the best of a few: a page of 50 in a log that is already long."""
    with lent(scene.settings.database_url or "", DATABASE) as url:
        asyncio.run(_fill(url, entries))
        slowest, which = asyncio.run(_slowest(url, entries))
    return Row(
        name=f"the slowest search in {entries:,} entries", unit="ms", measured=slowest, against_name="the most",
        against=MOST_MS, ratio=MOST_MS / slowest, floor=1, goal=2, note=which,
    )  # fmt: skip


async def _fill(url: str, entries: int) -> None:
    await migrated(url)
    connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "off"})
    try:
        for first in range(0, entries, PORTION):
            end = min(first + PORTION, entries)
            await connection.execute(_ENTRIES, first, end)
            await connection.execute(_LEAVES, first, end, START)
        await connection.execute("vacuum (analyze) audit.entry, audit.leaf")
    finally:
        await connection.close()


async def _slowest(url: str, entries: int) -> tuple[float, str]:
    found = []
    async with trail.reading(url) as work:
        for filters in _searches(entries):
            took = []
            for _ in range(TIMES):
                began = time.perf_counter()
                async with work.read(trail.READER) as uow:
                    await audit.search(uow, filters)
                took.append(time.perf_counter() - began)
            said = ", ".join(name for name in filters.__struct_fields__ if getattr(filters, name) is not None)
            found.append((min(took) * 1e3, said or "no filter"))
    return max(found)


def _searches(entries: int) -> Iterator[EntryFilter]:
    middle, end = (START + timedelta(seconds=second) for second in (entries // 2, entries))
    person = UUID(int=77)
    yield EntryFilter()
    for each in ("actor-0", "account-7"):
        yield EntryFilter(actor=each)
        yield EntryFilter(actor=each, since=middle, until=middle + timedelta(hours=1))
    for each in ("room:thing:done3", "room:*", "rare:*", "rare:thing:done", "none:*"):
        yield EntryFilter(action=each)
        yield EntryFilter(action=each, purpose="compliance")
        yield EntryFilter(action=each, decision="denied", actor="account-7")
    for each in ("allowed", "denied"):
        yield EntryFilter(decision=each)
        yield EntryFilter(decision=each, purpose="purpose3", until=START + timedelta(hours=1))
        yield EntryFilter(decision=each, action="audit:entries:searched", purpose="purpose1")
    yield EntryFilter(subject=person)
    yield EntryFilter(subject=person, action="room:*", decision="denied", since=START, until=end)
    yield EntryFilter(resource="content:9")
    yield EntryFilter(resource="content:9", purpose="compliance")
    yield EntryFilter(request=UUID(int=4_000))
    yield EntryFilter(since=end - timedelta(minutes=1))
    yield EntryFilter(since=end + timedelta(days=9))
    yield EntryFilter(until=middle)
    yield EntryFilter(until=START + timedelta(seconds=9))
    yield EntryFilter(since=middle, until=middle + timedelta(seconds=9))
