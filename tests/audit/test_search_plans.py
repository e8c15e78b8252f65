"""However filters are combined, PostgreSQL answers along an index: it walks through no log and sorts none."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
import msgspec
import pytest

from audit import EntryFilter, store
from audit.store import search as searching
from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork, Work
from tests.audit.log import PERSON

ENTRIES: Final = 50_000
START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
MOST_SORTED: Final = 10_000
"""A statement reads 4,000 candidates for each page, and may sort these."""

FILL: Final = """
insert into audit.leaf
    (index, entry, leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route)
select
    n, lpad(to_hex(n), 32, '0')::uuid, sha256(int8send(n)), $2::timestamptz + n * interval '1 second',
    'account-' || (hashint8(n) & 255), case when n % 3 > 0 then lpad(to_hex(n % 500), 32, '0')::uuid end,
    case when n % 1000 = 0 then 'audit:entries:searched' else 'room:thing:done' || (n % 40) end,
    case when n % 200 = 0 then 'denied' else 'allowed' end, case when n % 7 > 0 then 'purpose' || (n % 5) end,
    case when n % 4 > 0 then 'content:' || (hashint8(n + 3) & 4095) end, lpad(to_hex(n / 3), 32, '0')::uuid,
    'GET /v1/x'
from generate_series(0, $1::bigint - 1) as n
"""
# Also what the log refers to: once vacuumed, an empty table is walked through by right.
FILL_ENTRIES: Final = """
insert into audit.entry (id, body) select lpad(to_hex(n), 32, '0')::uuid, '{}'::bytea
from generate_series(0, $1::bigint - 1) as n
"""
VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "actor": ("account-7", "nobody"),
    "subject": (PERSON, UUID(int=10**9)),
    "action": ("room:thing:done3", "audit:entries:searched", "room:*", "none:*"),
    "resource": ("content:9", "content:none"),
    "decision": ("allowed", "denied", "odd"),
    "purpose": ("purpose3", "none"),
    "request": (UUID(int=4_000), UUID(int=10**9)),
    "since": (START + timedelta(seconds=ENTRIES // 2), START + timedelta(days=400)),
    "until": (START + timedelta(hours=1), START + timedelta(seconds=ENTRIES // 2)),
}


class Explaining:
    """Stands for a unit of work, and asks of each statement how it will be answered before asking it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self.plans: list[Any] = []

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        if "audit.leaf" in sql:
            plan = await self._uow.fetchval(f"explain (format json) {sql}", *arguments)
            self.plans.append(msgspec.json.decode(plan)[0]["Plan"])
        return await self._uow.fetch(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: object) -> Any:
        return await self._uow.fetchval(sql, *arguments)


def nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def wrong(plan: Any) -> list[str]:
    """Return what a plan does that takes longer the longer the log is."""
    return [
        node["Node Type"]
        for node in nodes(plan)
        if (node["Node Type"] == "Seq Scan" and node.get("Relation Name") in {"leaf", "entry"})
        or (node["Node Type"] == "Sort" and node["Plan Rows"] > MOST_SORTED)
    ]


@pytest.fixture
async def long_log(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(FILL_ENTRIES, ENTRIES)
    await connection.execute(FILL, ENTRIES, START)
    await connection.execute("set session_replication_role = default")
    await connection.execute("vacuum (analyze) audit.leaf, audit.entry")
    await connection.close()


def combinations() -> Iterator[dict[str, Any]]:
    """Every value of each filter alone and with every value of another, and every three filters with one value each."""
    yield {}
    for count, most in ((1, None), (2, None), (3, 1)):
        for names in itertools.combinations(VALUES, count):
            for values in itertools.product(*(VALUES[name][:most] for name in names)):
                yield dict(zip(names, values, strict=True))


@pytest.mark.usefixtures("long_log")
async def test_no_combination_of_filters_walks_through_the_log_or_sorts_it(work: Work, origin: Origin) -> None:
    async with work.read(origin) as uow:
        for number, each in enumerate(combinations()):
            explaining = Explaining(uow)
            asked, is_odd = cast("UnitOfWork", explaining), bool(number % 2)
            await searching.search(asked, EntryFilter(**each), None, 51, newest_first=is_odd, seconds=0)
            assert [found for plan in explaining.plans for found in wrong(plan)] == [], each
            assert explaining.plans


@pytest.mark.usefixtures("long_log")
async def test_ones_own_access_log_is_read_along_an_index_and_a_walk_is_noticed(work: Work, origin: Origin) -> None:
    async with work.read(origin) as uow:
        explaining = Explaining(uow)
        for after in (None, ENTRIES // 2):
            await store.accesses(cast("UnitOfWork", explaining), PERSON, after, 51)
        assert [wrong(plan) for plan in explaining.plans] == [[], []]
        walking = Explaining(uow)
        await walking.fetch("select * from audit.leaf where route = 'GET /v1/x' order by leaf_hash")
        assert wrong(walking.plans[0]) == ["Sort", "Seq Scan"], "the control"
