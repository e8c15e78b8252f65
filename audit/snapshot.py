"""The verifier's reading: a log as it is at one instant, range by range, in any number of processes."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from audit.rules.columns import ABSENT, ABSENT_ID, SEPARATOR, Columns
from audit.rules.entries import Filed
from audit.rules.ranges import BETWEEN, RANGE, Stored, StoredCheckpoint
from audit.rules.tiles import TILE_HASHES, Tile
from audit.store.removals import MINIMUM, REMOVALS, believed
from audit.store.verifying import connect
from audit.vocabulary import Action

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# As rules/columns.py compares them. A cast can be made anew, other than a type's own function.
_JOINED: Final = {
    "action": "string_agg(action, $3)",
    "actor": "string_agg(actor, $3)",
    "at": "string_agg(textin(timestamptz_out(at)), $3)",
    "decision": "string_agg(decision, $3)",
    "purpose": "string_agg(coalesce(purpose, $4), $3)",
    "resource": "string_agg(coalesce(resource, $4), $3)",
    "route": "string_agg(route, $3)",
    "entry": "string_agg(uuid_send(entry), '')",
    "request": "string_agg(uuid_send(coalesce(request, $6)), '')",
    "subject": "string_agg(uuid_send(coalesce(subject, $6)), '')",
    "present": "count(purpose) + count(request) + count(resource) + count(subject)",
}
# What is joined leaves out what is not there: else a row could say its neighbour's part as well.
_WHOLE: Final = (
    "count(*) = least(count(action), count(actor), count(at), count(decision), count(route), count(entry))"
    " and bool_and(coalesce(octet_length(leaf_hash), 0) = 32)"
)
_CHECKPOINT: Final = "size, coalesce(root, '') as root, coalesce(note, '') as note, coalesce(link, '') as link"
# Ids are nearly always in the order of their indexes, so a range of indexes is a range of ids with few strangers in it:
# much cheaper to read than one entry after the other. Where there are more strangers, each entry is looked up.
_MOST_FOUND: Final = 2 * TILE_HASHES
# One row for a tile, and one long string of its bodies: measured, a row or an array's element for each entry costs the
# reader more than all its columns, and more at a time than fits beside the processor costs both sides more, too.
_STORED = f"""
select part.first, r.*, array(select hashes from audit.tile where place = part.first / {TILE_HASHES}) as tiles
from generate_series($1::bigint, $2::bigint - 1, {TILE_HASHES}) as part (first), lateral (
    with l as not materialized (
        select
            index, entry, leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route
        from audit.leaf where index >= part.first and index < least(part.first + {TILE_HASHES}, $2) order by index
    ),
    c as materialized (
        select {_CHECKPOINT} from audit.checkpoint
        where size > part.first and size <= least(part.first + {TILE_HASHES}, $2) order by size
    )
    select
        i.*, e.*,
        array(select size from c) as sizes, array(select root from c) as roots,
        array(select note from c) as notes, array(select link from c) as links
    from (
        select
            string_agg(int8send(index), '') as indexes,
            string_agg(leaf_hash, '') as leaf_hashes,
            {_WHOLE} as is_whole,
            {", ".join(f"{joined} as {name}" for name, joined in _JOINED.items())}
        from l
    ) as i, (
        select string_agg(uuid_send(id), '') as ids, string_agg(body, $5) as bodies, count(body) as found from (
            select id, body from audit.entry
            where id >= (select entry from l order by entry limit 1)
            and id <= (select entry from l order by entry desc limit 1)
            order by id limit {_MOST_FOUND}
        ) as s
    ) as e
) as r
order by part.first
"""  # noqa: S608 - of words of ours
_BODIES = (
    "select id, body from audit.entry"
    " where id = any(array(select entry from audit.leaf where index >= $1 and index < $2))"
)
# Times of which Python knows nothing are shown as others that no entry can have.
_LEAVES = (
    "select index, coalesce(entry, '00000000-0000-0000-0000-000000000000') as entry, leaf_hash,"
    " greatest(least(at, '9999-12-31T00:00:00Z'), '0001-01-02T00:00:00Z') as at, actor,"
    " subject, action, decision, purpose, resource, request, route"
    " from audit.leaf where index >= $1 and index < $2 order by index"
)
_DETAILS = "select entry, part, ciphertext from audit.detail where entry = any($1::uuid[])"
_STRAY_DETAILS = (
    "select (select count(*) from audit.detail)"
    " - (select count(*) from audit.detail d join audit.pending p on p.entry = d.entry)"
)
_HIGHEST = "select coalesce(max(index), -1) from audit.leaf"
_SIGNED = "select coalesce(max(size), 0) from audit.checkpoint"
_CHECKPOINTS = f"select {_CHECKPOINT} from audit.checkpoint where size > $1 and size <= $2 order by size limit $3"  # noqa: S608
_TILES = "select place, coalesce(hashes, '') as hashes from audit.tile where place = any($1::bigint[])"
_STRAY_TILES = (
    "select place from audit.tile t where not exists (select from unnest($1::bigint[], $2::bigint[]) as r (low, high)"
    " where t.place >= low and t.place < high) order by place limit 1000"
)
_WAITING = (
    "select count(*) as pending, count(e.id) as there, (select count(*) from audit.entry) as entries,"
    " count(e.id) filter (where exists (select from audit.leaf l where l.entry = e.id and l.index >= 0)) as placed,"
    " (select count(*) from audit.leaf where index < 0)"
    " + (select count(*) from audit.leaf where index is null) as astray"
    " from audit.pending p left join audit.entry e on e.id = p.entry"
)
_ORPHANS = (
    "select e.id, coalesce(e.body, '') as body from audit.entry e"
    " where not exists (select from audit.leaf l where l.entry = e.id and l.index >= 0)"
    " and not exists (select from audit.pending p where p.entry = e.id) order by e.id limit 1000"
)
_UNSIGNED_REMOVALS = (
    'select exists (select from audit.leaf l where l.action collate "C" = $1'
    " and l.index >= (select coalesce(max(size), 0) from audit.checkpoint))"
    " or exists (select from audit.pending p join audit.entry e on e.id = p.entry"
    " where position(convert_to($1, 'UTF8') in e.body) > 0)"
)
_REPLACED = (
    "select name from unnest($1::text[]) as name where not exists ("
    "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = 'audit' and c.relname = name and c.relkind = 'r' and not c.relrowsecurity"
    " and not exists (select from pg_rewrite r where r.ev_class = c.oid)"
    " and not exists (select from pg_inherits i where i.inhparent = c.oid))"
)
_OF_THE_LOG: Final = (
    "entry", "detail", "pending", "leaf", "tile", "checkpoint", "publication", "minimum", "hold", "retention", "review",
)  # fmt: skip
_FIRST_BAD = "select i, (select min(size) from audit.checkpoint where size > i) from unnest($1::bigint[]) as i"

MOST_CHECKPOINTS: Final = RANGE
"""How many checkpoints are read at a time: each index of a range may have one of its own."""


class Leaf(Filed, frozen=True, kw_only=True):
    """One row of the index."""

    index: int
    entry: UUID
    leaf_hash: bytes


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries wait for an index, how many of these are there, and how many entries there are altogether.

    ``placed`` of those that wait have an index; ``astray`` rows of the index are below its beginning, or nowhere.
    """

    pending: int
    there: int
    entries: int
    placed: int
    astray: int


class Snapshot:
    """The log at one instant, on one connection; who joins ``name`` sees the same."""

    def __init__(self, connection: Connection, name: str) -> None:
        """Take a connection within its transaction."""
        self._connection = connection
        self.name = name

    async def size(self) -> int:
        """Return the index after the last."""
        return await size(self._connection)

    async def replaced(self) -> list[str]:
        """Return which tables of the log are something else by now: what we read may not be what others are shown."""
        return [row["name"] for row in await self._connection.fetch(_REPLACED, _OF_THE_LOG)]

    async def stored(self, first: int, end: int) -> list[Stored]:
        """Return what is stored about the indexes from ``first`` up to ``end``, tile by tile."""
        rows = await self._connection.fetch(_STORED, first, end, SEPARATOR, ABSENT, BETWEEN, ABSENT_ID)
        return [
            Stored(
                first=row["first"],
                end=min(row["first"] + TILE_HASHES, end),
                is_whole=row["is_whole"] or False,
                found=row["found"],
                indexes=row["indexes"] or b"",
                leaf_hashes=row["leaf_hashes"] or b"",
                columns=None if row["entry"] is None else Columns(**{name: row[name] for name in _JOINED}),
                ids=row["ids"] or b"",
                bodies=row["bodies"] or b"",
                tiles=row["tiles"],
                checkpoints=list(map(StoredCheckpoint, row["sizes"], row["roots"], row["notes"], row["links"])),
            )
            for row in rows
        ]

    async def bodies(self, first: int, end: int) -> tuple[dict[UUID, bytes], set[UUID]]:
        """Return the bodies of the entries of a range by id, and which are stored more than once.

        One that is not there is left out.
        """
        rows = await self._connection.fetch(_BODIES, first, end)
        counts = Counter(UUID(bytes=row["id"].bytes) for row in rows)
        bodies = {UUID(bytes=row["id"].bytes): row["body"] for row in rows}
        return bodies, {identifier for identifier, count in counts.items() if count > 1}

    async def leaves(self, first: int, end: int) -> list[Leaf]:
        """Return the rows of the index one by one."""
        rows = await self._connection.fetch(_LEAVES, first, end)
        return [Leaf(**row | {"entry": UUID(bytes=row["entry"].bytes)}) for row in map(dict, rows)]

    async def details(self, entries: Sequence[UUID]) -> dict[UUID, dict[int, bytes]]:
        """Return the sealed details of entries, by part."""
        found: dict[UUID, dict[int, bytes]] = {}
        for row in await self._connection.fetch(_DETAILS, entries):
            found.setdefault(UUID(bytes=row["entry"].bytes), {})[row["part"]] = row["ciphertext"]
        return found

    async def count_details(self) -> int:
        """Return how many sealed details there are of entries that do not wait."""
        count: int = await self._connection.fetchval(_STRAY_DETAILS)
        return count

    async def checkpoints(self, above: int, up_to: int = 2**63 - 1) -> list[StoredCheckpoint]:
        """Return checkpoints over more than ``above`` entries by size, ``MOST_CHECKPOINTS`` at most."""
        rows = await self._connection.fetch(_CHECKPOINTS, above, up_to, MOST_CHECKPOINTS)
        return [StoredCheckpoint(**row) for row in rows]

    async def tiles(self, wanted: Sequence[Tile]) -> dict[Tile, bytes]:
        """Return the stored bytes of tiles; one that is missing, or there more than once, is left out."""
        rows = await self._connection.fetch(_TILES, [tile.place for tile in wanted])
        counts = Counter(row["place"] for row in rows)
        return {Tile.at(row["place"]): row["hashes"] for row in rows if counts[row["place"]] == 1}

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

    async def removals(self) -> list[bytes]:
        """Return the entries that say of which others the content was removed, as far as they are signed."""
        covered = await signed(self._connection)
        return believed(await self._connection.fetch(REMOVALS, Action.ENTRIES_REMOVED.value, covered))

    async def minimum(self) -> int:
        """Return the index below which the log says that content may have been removed."""
        index: int = await self._connection.fetchval(MINIMUM)
        return index

    async def has_unsigned_removals(self) -> bool:
        """Tell whether some of them wait for their index, or for a checkpoint."""
        waits: bool = await self._connection.fetchval(_UNSIGNED_REMOVALS, Action.ENTRIES_REMOVED.value)
        return waits

    async def first_bad(self, indexes: Sequence[int]) -> dict[int, int | None]:
        """Return for each index the smallest checkpoint that covers it."""
        return {row[0]: row[1] for row in await self._connection.fetch(_FIRST_BAD, indexes)}


@asynccontextmanager
async def snapshot(connection: Connection) -> AsyncIterator[Snapshot]:
    """Lend the log as it is now."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield Snapshot(connection, await connection.fetchval("select pg_export_snapshot()"))


async def join(dsn: str, name: str) -> Snapshot:
    """Return the log as another connection sees it, on a new connection that lasts as long as this process."""
    connection = await connect(dsn)
    await connection.transaction(isolation="repeatable_read", readonly=True).start()
    await connection.execute(f"set transaction snapshot '{name}'")  # takes no parameters
    return Snapshot(connection, name)


async def size(connection: Connection) -> int:
    """Return the index after the last."""
    highest: int = await connection.fetchval(_HIGHEST)
    return highest + 1  # not there: the highest number that there is has no next one


async def signed(connection: Connection) -> int:
    """Return how many entries the newest checkpoint covers."""
    found: int = await connection.fetchval(_SIGNED)
    return found
