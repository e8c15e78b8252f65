"""Every query of the audit room that runs in a unit of work; the sequencer and the verifier have their own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from audit.errors import UNREADABLE_BY, LogDamagedError
from audit.rules.entries import UNREADABLE, time_of
from audit.rules.tiles import TILE_BYTES, TILE_HASHES, Tile
from audit.rules.tree import HASH_BYTES
from audit.session import HURRY
from audit.values import Access, Entry, Status
from kernel.database import Connection
from kernel.unit_of_work import UnitOfWork

MOST_COUNTED: Final = 50_001
"""Up to how many waiting entries are counted: enough to know that something is wrong."""

# A trigger queues them in the same statement: an entry that nobody would ever index can't exist.
_INSERT = "insert into audit.entry (id, body) select * from unnest($1::uuid[], $2::bytea[])"

_INSERT_WITH_DETAILS = f"""
with beside as (
    insert into audit.detail (id, entry, part, ciphertext)
    select * from unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::bytea[])
)
{_INSERT}
"""  # noqa: S608 - of words of ours

# The page is cut before its entries are looked up: joined first, the planner may read the whole log.
_PAGE = (
    "select l.index, l.leaf_hash, l.at, l.action, l.decision, l.purpose, e.body from"
    " (select * from audit.leaf l{where} order by l.index {direction} limit {limit}) as l"
    " join audit.entry e on e.id = l.entry order by l.index {direction}"
)
_ONE = "select l.index, l.leaf_hash, e.body from audit.leaf l join audit.entry e on e.id = l.entry where l.index = $1"


class _Accessed(msgspec.Struct):
    role: str
    route: str


_accessed = msgspec.json.Decoder(_Accessed).decode
_object = msgspec.json.Decoder(dict[str, Any]).decode


async def insert(
    connection: Connection,
    identifiers: Sequence[UUID],
    bodies: Sequence[bytes],
    details: Sequence[tuple[UUID, UUID, int, bytes]],
) -> None:
    """Write entries and queue them for the sequencer; ``details`` are ids, entries, parts and ciphertexts."""
    if details:
        columns = zip(*details, strict=True)
        await connection.execute(_INSERT_WITH_DETAILS, identifiers, bodies, *map(list, columns))
    else:
        await connection.execute(_INSERT, identifiers, bodies)


async def details(uow: UnitOfWork, index: int) -> dict[int, bytes]:
    """Return the sealed details beside an entry, by part."""
    rows = await uow.fetch(
        "select part, ciphertext from audit.detail where entry = (select entry from audit.leaf where index = $1)", index
    )
    return {row["part"]: row["ciphertext"] for row in rows}


async def entry(uow: UnitOfWork, index: int) -> Entry | None:
    """Return one entry, or None."""
    row = await uow.fetchrow(_ONE, index)
    return None if row is None else entry_from(row)


async def entry_bytes(uow: UnitOfWork, index: int) -> tuple[bytes, bytes] | None:
    """Return the leaf hash and the bytes of one entry, or None."""
    row = await uow.fetchrow(_ONE, index)
    return None if row is None else (row["leaf_hash"], row["body"])


async def bodies(uow: UnitOfWork, indexes: Sequence[int]) -> dict[int, bytes]:
    """Return the bytes of these entries."""
    rows = await uow.fetch(
        "select l.index, e.body from audit.leaf l join audit.entry e on e.id = l.entry"
        " where l.index = any($1::bigint[])",
        indexes,
    )
    return {row["index"]: row["body"] for row in rows}


async def leaf_hashes(uow: UnitOfWork, first: int, end: int) -> bytes:
    """Return the leaf hashes of the indexes from ``first`` up to, and without, ``end``, one after the other.

    They come from the tiles, which have them also of entries whose content was removed.

    Raises:
        LogDamagedError: tiles are missing.

    """
    numbers = range(first // TILE_HASHES, -(-end // TILE_HASHES))
    found = await tiles(uow, [Tile(0, number) for number in numbers])
    joined = b"".join(found.get(Tile(0, number), b"").ljust(TILE_BYTES, b"\0") for number in numbers)
    skipped = first - first // TILE_HASHES * TILE_HASHES
    if numbers and len(found) != len(numbers):
        raise LogDamagedError("Tiles of the log are missing.")
    return joined[skipped * HASH_BYTES : (skipped + end - first) * HASH_BYTES]


async def accesses(uow: UnitOfWork, person: UUID, after_index: int | None, limit: int) -> list[Access]:
    """Return what was done with a person's data, newest first, below ``after_index``."""
    where = " where l.subject = $1 and ($2::bigint is null or l.index < $2)"
    sql = _PAGE.format(where=where, direction="desc", limit="$3")
    rows = await uow.fetch(sql, person, after_index, limit)
    return [_access(row) for row in rows]


async def subject_of(uow: UnitOfWork, index: int) -> UUID | None:
    """Return whom an entry is about, or None."""
    found = await uow.fetchval("select subject from audit.leaf where index = $1", index)
    return None if found is None else UUID(bytes=found.bytes)


async def indexes_at(uow: UnitOfWork, subject: UUID, at: datetime, actions: Sequence[str]) -> list[int]:
    """Return the entries of these actions about one person that were written at exactly this instant."""
    rows = await uow.fetch(
        "select index from audit.leaf where subject = $1 and at = $2 and action = any($3::text[]) order by index",
        subject,
        at,
        actions,
    )
    return [row["index"] for row in rows]


async def tiles(uow: UnitOfWork, wanted: Iterable[Tile]) -> dict[Tile, bytes]:
    """Return the stored bytes of tiles; one that is missing is left out."""
    rows = await uow.fetch(
        "select place, hashes from audit.tile where place = any($1::bigint[])", [tile.place for tile in wanted]
    )
    return {Tile.at(row["place"]): row["hashes"] for row in rows}


async def newest_checkpoint(uow: UnitOfWork) -> tuple[int, str] | None:
    """Return the size and the note of the newest checkpoint, or None."""
    row = await uow.fetchrow("select size, note from audit.checkpoint order by size desc limit 1")
    return None if row is None else (row["size"], row["note"])


async def checkpoint_over(uow: UnitOfWork, index: int) -> tuple[int, str] | None:
    """Return the size and the note of the published checkpoint if it covers an entry, otherwise of the newest."""
    row = await uow.fetchrow(
        "(select size, note from audit.publication where size > $1) union all"
        " (select size, note from audit.checkpoint order by size desc limit 1) limit 1",
        index,
    )
    return None if row is None else (row["size"], row["note"])


async def newest_pending(uow: UnitOfWork) -> UUID | None:
    """Return the highest id that waits for an index, or None."""
    newest: UUID | None = await uow.fetchval("select entry from audit.pending order by entry desc limit 1")
    return newest


async def hurry(uow: UnitOfWork) -> None:
    """Tell the sequencer that somebody waits; it hears so when the unit of work ends."""
    await uow.execute("select pg_notify($1, '')", HURRY)


async def is_pending_up_to(uow: UnitOfWork, newest: UUID) -> bool:
    """Tell whether an entry with this id or a lower one waits for its index."""
    waits: bool = await uow.fetchval("select exists (select from audit.pending where entry <= $1)", newest)
    return waits


async def status(uow: UnitOfWork) -> Status:
    """Return how far the sequencer is."""
    row = await uow.fetchrow(
        "select coalesce((select max(index) + 1 from audit.leaf), 0) as size,"
        " (select count(*) from (select from audit.pending limit $1) as waiting) as pending,"
        " (select entry from audit.pending order by entry limit 1) as oldest,"
        " c.size as checkpoint_size, c.published_at as checkpoint_at,"
        " p.size as published_size, p.published_at, p.witnessed_size, p.unmet_since,"
        " coalesce((select max(index) from audit.minimum), 0) as minimum_index from (select) as one"
        " left join (select size, published_at from audit.checkpoint order by size desc limit 1) as c on true"
        " left join audit.publication as p on true",
        MOST_COUNTED,
    )
    assert row is not None  # noqa: S101 - a query without WHERE over one row answers one row
    return Status(
        size=row["size"],
        pending=row["pending"],
        oldest_pending_at=None if row["oldest"] is None else time_of(row["oldest"]),
        checkpoint_size=row["checkpoint_size"] or 0,
        checkpoint_at=row["checkpoint_at"],
        published_size=row["published_size"] or 0,
        published_at=row["published_at"],
        witnessed_size=row["witnessed_size"] or 0,
        unmet_since=row["unmet_since"],
        minimum_index=row["minimum_index"],
    )


async def waiting(uow: UnitOfWork) -> int:
    """Return how many entries wait for their index, counted up to ``MOST_COUNTED``."""
    count: int = await uow.fetchval(
        "select count(*) from (select from audit.pending limit $1) as waiting", MOST_COUNTED
    )
    return count


def entry_from(row: asyncpg.Record) -> Entry:
    """Return what an entry says; one whose bytes are no entry any more still shows up, as unreadable."""
    place: dict[str, Any] = {"index": row["index"], "leaf_hash": row["leaf_hash"].hex()}
    try:
        return msgspec.convert(_object(row["body"]) | place, Entry)
    except UNREADABLE_BY:
        return Entry(action=UNREADABLE, actor="", at="", role="", route="", decision="", outcome="", **place)


def _access(row: asyncpg.Record) -> Access:
    try:
        said = _accessed(row["body"])
    except UNREADABLE_BY:
        said = _Accessed(role="", route="")
    return Access(
        index=row["index"],
        at=row["at"],
        action=row["action"],
        decision=row["decision"],
        purpose=row["purpose"],
        role=said.role,
        route=said.route,
    )
