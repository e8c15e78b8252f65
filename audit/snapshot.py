"""The verifier's reading: a log as it is at one instant, range by range, on two connections that share a snapshot.

One connection sends the bodies, the other what stands beside them. PostgreSQL thus puts the next range together on
another core while this process hashes the one before.
"""

import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from audit.rules.columns import ABSENT, COLUMNS, SEPARATOR
from audit.rules.entries import Filed
from audit.rules.tiles import TILE_HASHES, Tile
from audit.rules.verification import Chunk, StoredCheckpoint

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

RANGE: Final = 4 * TILE_HASHES
"""How many indexes are read at a time: few enough to stay near the processor, enough to be worth a question."""

# Ids are nearly always in the order of their indexes, so a range of indexes is a range of ids with few strangers in it.
# That is much cheaper to read than one entry after the other; where there are more strangers, _ENTRIES does just that.
_MOST_FOUND: Final = 2 * RANGE
# Bodies come as rows: measured, putting them together there costs twice what taking the rows apart costs here.
_SPAN = "select id::text, body from audit.entry where id >= $1 and id <= $2 order by id limit $3"
# An array: the planner may make of a join a walk through the whole log for each range.
_ENTRIES = (
    "select id::text, body from audit.entry"
    " where id = any(array(select entry from audit.leaf where index >= $1 and index < $2)) order by id"
)
# Each column comes as one value. What is searched is separated as rules/columns.py does it.
_BESIDE = """
with c as materialized (select * from audit.checkpoint where size > $1 and size <= $2 order by size)
select l.*,
    array(select place from audit.tile where place >= $3 and place < $4 order by place) as places,
    array(select hashes from audit.tile where place >= $3 and place < $4 order by place) as tiles,
    array(select size from c) as sizes, array(select root from c) as roots,
    array(select note from c) as notes, array(select link from c) as links
from (
    select
        string_agg(int8send(index), '') as indexes,
        string_agg(leaf_hash, '') as leaf_hashes,
        string_agg(entry::text, $5) as id,
        string_agg(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $5) as at,
        string_agg(actor, $5) as actor,
        string_agg(action, $5) as action,
        string_agg(decision, $5) as decision,
        string_agg(outcome, $5) as outcome,
        string_agg(route, $5) as route,
        string_agg(coalesce(subject::text, $6), $5) as subject,
        string_agg(coalesce(request::text, $6), $5) as request,
        string_agg(coalesce(purpose, $6), $5) as purpose,
        string_agg(coalesce(resource, $6), $5) as resource
    from (select * from audit.leaf where index >= $1 and index < $2 order by index) as leaf
) as l
"""
_LEAVES = (
    "select index, entry, leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route, outcome"
    " from audit.leaf where index >= $1 and index < $2 order by index"
)
_SIZE = "select coalesce(max(index) + 1, 0) from audit.leaf"
_SIGNED = "select coalesce(max(size), 0) from audit.checkpoint"
_CHECKPOINTS = "select size, root, note, link from audit.checkpoint where size > $1 order by size limit 1000"
_TILES = "select place, hashes from audit.tile where place = any($1::bigint[])"
_STRAY_TILES = (
    "select place from audit.tile t where not exists (select from unnest($1::bigint[], $2::bigint[]) as r (low, high)"
    " where t.place >= low and t.place < high) order by place limit 1000"
)
_WAITING = (
    "select count(*) as pending, count(e.id) as there, (select count(*) from audit.entry) as entries"
    " from audit.pending p left join audit.entry e on e.id = p.entry"
)
_ORPHANS = (
    "select e.id, e.body from audit.entry e where not exists (select from audit.leaf l where l.entry = e.id)"
    " and not exists (select from audit.pending p where p.entry = e.id) order by e.id limit 1000"
)
_FIRST_BAD = "select i, (select min(size) from audit.checkpoint where size > i) from unnest($1::bigint[]) as i"

_PLAN: Final = {"application_name": "laurel audit verify", "jit": "off", "max_parallel_workers_per_gather": "0"}


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the bodies of the range from ``first`` on, by index.

    ``columns`` are those that are searched; ``tiles`` are those of level 0, by number.
    """

    first: int
    indexes: bytes
    leaf_hashes: bytes
    columns: Mapping[str, str]
    tiles: Mapping[int, bytes]
    checkpoints: Sequence[StoredCheckpoint]

    @property
    def entries(self) -> list[str]:
        """The ids of the entries."""
        return self.columns["id"].split(SEPARATOR)

    def counts_to(self, end: int) -> bool:
        """Tell whether the indexes are ``first`` to ``end - 1`` without gap or repetition."""
        return self.indexes == struct.pack(f">{end - self.first}q", *range(self.first, end))

    def chunk(self, bodies: Sequence[bytes | None], leaf_hashes: bytes | Sequence[bytes | None]) -> Chunk:
        """Return what is to be verified of the range."""
        return Chunk(
            first=self.first,
            bodies=bodies,
            leaf_hashes=leaf_hashes,
            tiles=self.tiles,
            checkpoints=self.checkpoints,
        )


class Leaf(Filed, frozen=True, kw_only=True):
    """One row of the index."""

    index: int
    entry: UUID
    leaf_hash: bytes


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries wait for an index, how many of these are there, and how many entries there are altogether."""

    pending: int
    there: int
    entries: int


class Snapshot:
    """The log at one instant."""

    def __init__(self, bodies: Connection, beside: Connection) -> None:
        """Take two connections that see the same."""
        self._connection = bodies
        self._beside = beside

    async def size(self) -> int:
        """Return the index after the last."""
        return await size(self._connection)

    async def bodies(self, beside: Beside) -> list[bytes | None]:
        """Return the bodies of the range by index, None for one that is not there."""
        entries = beside.entries
        rows = await self._connection.fetch(_SPAN, min(entries), max(entries), _MOST_FOUND)
        if len(rows) == _MOST_FOUND:
            rows = await self._connection.fetch(_ENTRIES, beside.first, beside.first + RANGE)
        found: dict[str, bytes] = dict(rows)  # type: ignore[arg-type] # a record is as good as a pair
        return list(map(found.get, entries))

    async def beside(self, first: int) -> Beside | None:
        """Return what stands beside the bodies of the range from ``first`` on; None if there is no index in it."""
        end = first + RANGE
        places = [Tile(0, index // TILE_HASHES).place for index in (first, end)]
        row = await self._beside.fetchrow(_BESIDE, first, end, *places, SEPARATOR, ABSENT)
        assert row is not None  # noqa: S101 - a query of aggregates answers one row
        if row["id"] is None:
            return None
        return Beside(
            first=first,
            indexes=row["indexes"],
            leaf_hashes=row["leaf_hashes"],
            columns={name: row[name] for name in COLUMNS},
            tiles=dict(zip([Tile.at(place).number for place in row["places"]], row["tiles"], strict=True)),
            checkpoints=list(map(StoredCheckpoint, row["sizes"], row["roots"], row["notes"], row["links"])),
        )

    async def leaves(self, first: int, end: int) -> list[Leaf]:
        """Return the rows of the index one by one."""
        rows = await self._connection.fetch(_LEAVES, first, end)
        return [Leaf(**row | {"entry": UUID(bytes=row["entry"].bytes)}) for row in map(dict, rows)]

    async def checkpoints(self, size: int) -> list[StoredCheckpoint]:
        """Return the next checkpoints over more than ``size`` entries, by size."""
        return [StoredCheckpoint(**row) for row in await self._connection.fetch(_CHECKPOINTS, size)]

    async def tiles(self, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
        """Return the stored bytes of tiles; one that is missing is left out."""
        rows = await self._connection.fetch(_TILES, [tile.place for tile in wanted])
        return {Tile.at(row["place"]): row["hashes"] for row in rows}

    async def stray_tiles(self, counts: Sequence[int]) -> list[Tile]:
        """Return the tiles beyond the first ``counts`` of each level."""
        lows = [Tile(level, 0).place for level in range(len(counts))]
        highs = [Tile(level, count).place for level, count in enumerate(counts)]
        return [Tile.at(row["place"]) for row in await self._connection.fetch(_STRAY_TILES, lows, highs)]

    async def waiting(self) -> Waiting:
        """Return how many entries wait."""
        row = await self._connection.fetchrow(_WAITING)
        assert row is not None  # noqa: S101 - a query of aggregates answers one row
        return Waiting(**row)

    async def orphans(self) -> list[tuple[UUID, bytes]]:
        """Return entries that have no index and do not wait for one either."""
        return [(row["id"], row["body"]) for row in await self._connection.fetch(_ORPHANS)]

    async def first_bad(self, indexes: Sequence[int]) -> dict[int, int | None]:
        """Return for each index the smallest checkpoint that covers it."""
        return {row[0]: row[1] for row in await self._connection.fetch(_FIRST_BAD, indexes)}


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Connection]:
    """Lend a connection with plans that suit many like questions."""
    connection = await asyncpg.connect(dsn, server_settings=_PLAN)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def snapshot(connection: Connection, dsn: str) -> AsyncIterator[Snapshot]:
    """Lend the log as it is now, seen from ``connection`` and from a second one at the same instant."""
    async with connected(dsn) as second, connection.transaction(isolation="repeatable_read", readonly=True):
        name = await connection.fetchval("select pg_export_snapshot()")
        async with second.transaction(isolation="repeatable_read", readonly=True):
            await second.execute(f"set transaction snapshot '{name}'")
            yield Snapshot(connection, second)


async def size(connection: Connection) -> int:
    """Return the index after the last."""
    found: int = await connection.fetchval(_SIZE)
    return found


async def signed(connection: Connection) -> int:
    """Return how many entries the newest checkpoint covers."""
    found: int = await connection.fetchval(_SIGNED)
    return found
