"""Reads a log from its database and verifies it, trusting nothing but the stored bytes and the log's public key.

Everything is read in one snapshot, so that a log can be verified while it grows, and in chunks, so that its length
does not matter. While one chunk is hashed, PostgreSQL puts the next together.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from audit.rules.checkpoints import Checkpoint, open_checkpoint
from audit.rules.columns import differing, lines, says_it_is
from audit.rules.entries import Filed
from audit.rules.findings import Findings, compare_tile, name_stray_tile
from audit.rules.notes import LogVerifier
from audit.rules.tiles import TILE_HASHES, Tile, compact_range, edge, split, tile_counts
from audit.rules.tree import leaf_hash
from audit.rules.verification import Chunk, StoredCheckpoint, Verification
from audit.values import Finding, Report
from audit.vocabulary import FindingKind

Progress: TypeAlias = Callable[[int, int], None]
"""Told after each chunk how many entries are done, of how many."""

CHUNK: Final = 8 * TILE_HASHES
GRACE_SECONDS: Final = 3.0
"""How long a live sequencer is waited for to sign what already has an index: several of its rounds."""

POLL_SECONDS: Final = 0.1

# What is searched comes as one text per chunk (see rules/columns.py), indexes, hashes and tiles as one value each.
_CHUNK = """
with l as materialized (select * from audit.leaf where index >= $1 and index < $2 order by index)
select
    (select string_agg(int8send(index), '') from l) as indexes,
    (select string_agg(uuid_send(entry), '') from l) as entries,
    (select string_agg(leaf_hash, '') from l) as leaf_hashes,
    (select string_agg(concat(
        '{"id":"', entry, '","at":"', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        '","actor":"', actor, '","action":"', action, '","decision":"', decision, '","outcome":"', outcome,
        '","route":"', route, '","subject":', coalesce('"' || subject::text || '"', 'null'),
        ',"request":', coalesce('"' || request::text || '"', 'null'),
        ',"purpose":', coalesce('"' || purpose || '"', 'null'),
        ',"resource":', coalesce('"' || resource || '"', 'null'), '}'), ',') from l) as lines,
    array(select place from audit.tile where place >= $3 and place < $4 order by place) as places,
    array(select hashes from audit.tile where place >= $3 and place < $4 order by place) as tiles
"""
# Bodies come as rows, which PostgreSQL sends without copying them together, and by id, which is nearly always the order
# of their indexes. The array keeps the planner from a join that reads the whole log for each chunk.
_BODIES = (
    "select uuid_send(id) as id, body from audit.entry"
    " where id = any(array(select entry from audit.leaf where index >= $1 and index < $2)) order by id"
)
_CHECKPOINTS = "select size, root, note, link from audit.checkpoint where size > $1 and size <= $2 order by size"
_LEAVES = (
    "select index, entry, leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route, outcome"
    " from audit.leaf where index >= $1 and index < $2 order by index"
)
_ORPHANS = (
    "select e.id, e.body from audit.entry e where not exists (select from audit.leaf l where l.entry = e.id)"
    " and not exists (select from audit.pending p where p.entry = e.id) order by e.id limit $1"
)
_STRAY_TILES = (
    "select place from audit.tile t where not exists (select from unnest($1::bigint[], $2::bigint[]) as r (low, high)"
    " where t.place >= low and t.place < high) order by place limit 1000"
)
_FIRST_BAD = "select i, (select min(size) from audit.checkpoint where size > i) from unnest($1::bigint[]) as i"

_PLAN: Final = {"application_name": "laurel audit verify", "jit": "off", "max_parallel_workers_per_gather": "0"}
_IDENTIFIER_BYTES = 16
_PAGE = 1_000


async def verify(dsn: str, vkey: str, progress: Progress | None = None, against: str | None = None) -> Report:
    """Verify the whole log in the database at ``dsn`` against the public key ``vkey`` (c2sp.org/signed-note).

    ``against`` is a signed checkpoint kept elsewhere: it alone shows that a log was set back to an earlier state.

    Raises:
        NoteError: ``vkey`` is malformed, or ``against`` is not signed by it.
        OSError, asyncpg.PostgresError: the database is away.

    """
    verifier = LogVerifier(vkey)
    kept = None if against is None else open_checkpoint(against, verifier)
    connection = await asyncpg.connect(dsn, server_settings=_PLAN)
    try:
        indexed = await _wait_for_signature(connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _Run(connection, verifier).report(indexed, kept, progress)
    finally:
        await connection.close()


async def _wait_for_signature(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """Give a live sequencer the time to sign what has an index now; return how much that is."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + GRACE_SECONDS
    indexed: int = await connection.fetchval("select coalesce(max(index) + 1, 0) from audit.leaf")
    while clock.time() < deadline:
        if indexed <= await connection.fetchval("select coalesce(max(size), 0) from audit.checkpoint"):
            break
        await asyncio.sleep(POLL_SECONDS)
    return indexed


class _Run:
    """One verification, within one snapshot."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", verifier: LogVerifier) -> None:
        self._connection = connection
        self._findings = Findings()
        self._verification = Verification(verifier, self._findings)
        self._origin = verifier.name
        self._found = 0
        self._checkpoints = 0

    async def report(self, indexed: int, kept: Checkpoint | None, progress: Progress | None) -> Report:
        total = await self._connection.fetchval("select coalesce(max(index) + 1, 0) from audit.leaf")
        await self._check_chunks(total, progress)
        await self._check_tiles(last=True)
        await self._check_checkpoints_beyond()
        self._verification.finish()
        await self._check_stray_tiles()
        pending = await self._check_entries()
        await self._check_ends(indexed, kept)
        newest = self._verification.newest
        return Report(
            ok=self._findings.total == 0,
            origin=self._origin,
            entries=self._found,
            pending=pending,
            checkpoints=self._checkpoints,
            size=newest.size if newest else 0,
            root=newest.root.hex() if newest else "",
            findings_total=self._findings.total,
            findings=await self._sorted_findings(),
        )

    async def _check_chunks(self, total: int, progress: Progress | None) -> None:
        statement = await self._connection.prepare(_CHUNK)
        row = await statement.fetchrow(*_bounds(0))
        for first in range(0, total, CHUNK):
            assert row is not None  # noqa: S101 - a query of aggregates answers one row
            end = min(first + CHUNK, total)
            if row["entries"] is None:
                detail = f"This index and those after it are not there, up to {total - 1} at most."
                self._findings.add(first, FindingKind.LEAF_MISSING, detail)
                return
            chunk = await self._chunk(first, end, row)
            async with asyncio.TaskGroup() as group:
                following = group.create_task(statement.fetchrow(*_bounds(end)))
                await asyncio.sleep(0)  # let the question leave before this process is busy
                self._verification.check(chunk)
            row = following.result()
            if end % (TILE_HASHES * TILE_HASHES) == 0:
                await self._check_tiles()
            if progress is not None:
                progress(end, total)

    async def _chunk(self, first: int, end: int, row: asyncpg.Record) -> Chunk:
        """Return what is stored about the indexes ``first`` to ``end - 1``."""
        found = await self._connection.fetch(_BODIES, first, end)
        self._found += len(found)
        entries = row["entries"]
        leaf_hashes: list[bytes | None] = [*split(row["leaf_hashes"])]
        bodies: list[bytes | None] = [body for _, body in found]
        if b"".join([identifier for identifier, _ in found]) != entries:
            by_identifier: dict[bytes, bytes] = {row["id"]: row["body"] for row in found}
            bodies = [by_identifier.get(identifier) for identifier in _cut(entries, _IDENTIFIER_BYTES)]
        whole = None not in bodies and row["indexes"] == struct.pack(f">{end - first}q", *range(first, end))
        if not whole or lines(bodies) != row["lines"].encode():
            bodies, leaf_hashes = await self._look_closely(first, end, found)
        stored = await self._connection.fetch(_CHECKPOINTS, first, end)
        self._checkpoints += len(stored)
        numbers = [Tile.at(place).number for place in row["places"]]
        return Chunk(
            first=first,
            bodies=bodies,
            leaf_hashes=leaf_hashes,
            tiles=dict(zip(numbers, row["tiles"], strict=True)),
            checkpoints=[StoredCheckpoint(**each) for each in stored],
        )

    async def _look_closely(
        self, first: int, end: int, found: list[asyncpg.Record]
    ) -> tuple[list[bytes | None], list[bytes | None]]:
        """Return the bodies and hashes of a chunk by index, and name what is missing, repeated or says otherwise."""
        by_identifier: dict[bytes, bytes] = {row["id"]: row["body"] for row in found}
        bodies: list[bytes | None] = [None] * (end - first)
        leaf_hashes: list[bytes | None] = [None] * (end - first)
        for row in await self._connection.fetch(_LEAVES, first, end):
            index = row["index"]
            if leaf_hashes[index - first] is not None:
                self._findings.add(index, FindingKind.LEAF_REPEATED, "The index is there more than once.")
                continue
            body = by_identifier.get(row["entry"].bytes)
            leaf_hashes[index - first], bodies[index - first] = row["leaf_hash"], body
            if body is not None and leaf_hash(body) == row["leaf_hash"]:
                self._compare_columns(row, body)
        return bodies, leaf_hashes

    def _compare_columns(self, row: asyncpg.Record, body: bytes) -> None:
        stored = msgspec.convert({name: row[name] for name in Filed.__struct_fields__}, Filed)
        identifier = UUID(bytes=row["entry"].bytes)
        names = differing(identifier, body, stored)
        if names:
            detail = f"The entry says something else than {', '.join(names)}."
            self._findings.add(row["index"], FindingKind.COLUMN_CHANGED, detail)
        if not says_it_is(identifier, body):
            self._findings.add(row["index"], FindingKind.ENTRY_MISPLACED, "The entry says that it is another one.")

    async def _check_tiles(self, *, last: bool = False) -> None:
        expected = self._verification.tiles_above(last=last)
        rows = await self._connection.fetch(
            "select place, hashes from audit.tile where place = any($1::bigint[])", [tile.place for tile in expected]
        )
        stored = {Tile.at(row["place"]): row["hashes"] for row in rows}
        for tile, data in expected.items():
            compare_tile(self._findings, self._verification.is_suspect, tile, split(data), split(stored.get(tile, b"")))

    async def _check_checkpoints_beyond(self) -> None:
        size = self._verification.size
        while rows := await self._connection.fetch(f"{_CHECKPOINTS} limit {_PAGE}", size, 2**63 - 1):
            self._checkpoints += len(rows)
            self._verification.check_beyond([StoredCheckpoint(**row) for row in rows])
            size = rows[-1]["size"]

    async def _check_stray_tiles(self) -> None:
        counts = tile_counts(self._verification.size)
        lows = [Tile(level, 0).place for level in range(len(counts))]
        highs = [Tile(level, count).place for level, count in enumerate(counts)]
        for row in await self._connection.fetch(_STRAY_TILES, lows, highs):
            name_stray_tile(self._findings, Tile.at(row["place"]))

    async def _check_entries(self) -> int:
        """Compare what there is with what has an index or waits for one; return how many wait."""
        row = await self._connection.fetchrow(
            "select count(*) as pending, count(e.id) as waiting, (select count(*) from audit.entry) as entries"
            " from audit.pending p left join audit.entry e on e.id = p.entry"
        )
        assert row is not None  # noqa: S101 - a query of aggregates answers one row
        size = self._verification.size
        if row["pending"] != row["waiting"]:
            detail = f"{row['pending'] - row['waiting']} entries wait for an index and are not there."
            self._findings.add(size, FindingKind.ENTRY_MISSING, detail)
        if row["entries"] != self._found + row["waiting"]:
            for orphan in await self._connection.fetch(_ORPHANS, _PAGE):
                if leaf_hash(orphan["body"]) not in self._verification.lost:
                    detail = f"Entry {orphan['id']} has no index and does not wait for one."
                    self._findings.add(size, FindingKind.ENTRY_UNSEQUENCED, detail)
        pending: int = row["pending"]
        return pending

    async def _check_ends(self, indexed: int, kept: Checkpoint | None) -> None:
        size = self._verification.size
        signed = self._verification.newest.size if self._verification.newest else 0
        if size == 0:
            self._findings.add(0, FindingKind.LOG_EMPTY, "There is nothing to verify.")
        if signed < min(indexed, size):
            detail = f"No checkpoint covers the entries from {signed} on, and nobody signs one."
            self._findings.add(signed, FindingKind.TAIL_UNSIGNED, detail)
        if kept is None:
            return
        if kept.size > size:
            detail = f"The checkpoint that was kept covers {kept.size} entries; {size} are there."
            self._findings.add(size, FindingKind.TAIL_CUT, detail)
        elif await self._root_at(kept.size) != kept.root:
            detail = f"The checkpoint that was kept is over {kept.size} other entries."
            self._findings.add(kept.size - 1, FindingKind.CHECKPOINT_CONTRADICTED, detail)

    async def _root_at(self, size: int) -> bytes | None:
        rows = await self._connection.fetch(
            "select place, hashes from audit.tile where place = any($1::bigint[])", [tile.place for tile in edge(size)]
        )
        try:
            return compact_range(size, {Tile.at(row["place"]): row["hashes"] for row in rows}).root
        except (KeyError, ValueError):
            return None

    async def _sorted_findings(self) -> list[Finding]:
        indexes = self._findings.invalidating()
        first_bad = {row[0]: row[1] for row in await self._connection.fetch(_FIRST_BAD, indexes)}
        return self._findings.sorted(first_bad)


def _bounds(first: int) -> tuple[int, int, int, int]:
    """Return the indexes and the places of the level 0 tiles of the chunk that starts with ``first``."""
    end = first + CHUNK
    return first, end, Tile(0, first // TILE_HASHES).place, Tile(0, end // TILE_HASHES).place


def _cut(data: bytes, width: int) -> list[bytes]:
    return [data[start : start + width] for start in range(0, len(data), width)]
