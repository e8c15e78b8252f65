"""Reads a log from its database and verifies it, trusting nothing but the stored bytes and the log's public key.

Everything is read in one snapshot, so that a log can be verified while it grows, and in chunks, so that its length
does not matter. While one chunk is hashed, PostgreSQL puts the next together.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from audit.rules.checkpoints import open_checkpoint
from audit.rules.columns import differing, lines, says_it_is
from audit.rules.entries import Filed
from audit.rules.notes import LogVerifier, NoteError
from audit.rules.tiles import TILE_HASHES, TILE_HEIGHT, Tile, split, tile_counts
from audit.rules.tree import HASH_BYTES, leaf_hash
from audit.rules.verification import Chunk, Findings, StoredCheckpoint, Verification
from audit.values import Finding, Report
from audit.vocabulary import FindingKind

Progress: TypeAlias = Callable[[int, int], None]
"""Told after each chunk how many entries are done, of how many."""

CHUNK: Final = 8 * TILE_HASHES
GRACE_SECONDS: Final = 3.0
"""How long a live sequencer is waited for to sign what already has an index: several of its rounds."""

POLL_SECONDS: Final = 0.1
STILL_HOLDS: Final = frozenset({FindingKind.LEAF_CHANGED, FindingKind.COLUMN_CHANGED})
"""What leaves every checkpoint valid over the entries."""

# One round trip for everything about a chunk. Bodies come by id, which is nearly always the order of their indexes;
# the array keeps the planner from joining, and so from reading the whole log for each chunk.
_CHUNK = """
with l as materialized (select * from audit.leaf where index >= $1 and index < $2 order by index)
select
    (select string_agg(uuid_send(entry), '') from l) as places,
    (select string_agg(leaf_hash, '') from l) as leaf_hashes,
    (select string_agg(concat_ws(e'\\x1f', index, entry, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        actor, action, decision, outcome, route, coalesce(subject::text, e'\\x01'), coalesce(request::text, e'\\x01'),
        coalesce(purpose, e'\\x01'), coalesce(resource, e'\\x01')), e'\\x1e') from l) as lines,
    e.identifiers, e.bodies,
    array(select place from audit.tile where place >= $3 and place < $4 order by place) as places_of_tiles,
    array(select hashes from audit.tile where place >= $3 and place < $4 order by place) as tiles
from (
    select string_agg(uuid_send(id), '' order by id) as identifiers, array_agg(body order by id) as bodies
    from audit.entry where id = any(array(select entry from l))
) as e
"""
_CHECKPOINTS = "select size, root, note, link from audit.checkpoint where size > $1 and size <= $2 order by size"
_LEAVES = (
    "select index, entry, leaf_hash, at, actor, subject, action, decision, purpose, resource, request, route, outcome"
    " from audit.leaf where index >= $1 and index < $2 order by index"
)
