"""Parts of the log in which everything agrees: decided by a few comparisons of long byte strings.

What is found about a part in which something differs is none of this: see ``verification``.
"""

import struct
from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

import msgspec

from audit.rules.columns import Columns, agree
from audit.rules.details import MARK, Claim, claims
from audit.rules.tiles import TILE_HASHES
from audit.rules.tree import HASH_BYTES, complete_hash, leaf_hashes

RANGE: Final = 4 * TILE_HASHES
"""How many indexes are read at a time: enough to be worth a question."""

BETWEEN: Final = b"\n"
"""Stands between two bodies, and in none: it is written in JSON only escaped."""

_ID_BYTES: Final = 16


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """A row of the checkpoint table."""

    size: int
    root: bytes
    note: str
    link: bytes


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored about the indexes of one tile, from ``first`` up to ``end``, in the order of the indexes.

    ``indexes`` are joined as signed 64-bit integers, ``leaf_hashes`` as they are; ``columns`` are None where there is
    no index. ``ids`` and ``bodies``, joined by ``BETWEEN``, are those of the entries from the lowest id in ``columns``
    to the highest, by id. ``tiles`` is what there is at the tile's place; ``checkpoints`` are those over more than
    ``first`` entries, up to ``end``. ``is_whole``: no value is missing that must be there; ``found`` is how many
    bodies are there.
    """

    first: int
    end: int
    is_whole: bool
    found: int
    indexes: bytes
    leaf_hashes: bytes
    columns: Columns | None
    ids: bytes
    bodies: bytes
    tiles: Sequence[bytes]
    checkpoints: Sequence[StoredCheckpoint]


class Sealing(msgspec.Struct, frozen=True):
    """An entry that commits to sealed details."""

    index: int
    entry: UUID
    claims: Sequence[Claim]


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A tile in which all agrees, with its root if it is full."""

    first: int
    leaf_hashes: bytes
    root: bytes | None
    checkpoints: Sequence[StoredCheckpoint]
    sealing: Sequence[Sealing]

    @property
    def count(self) -> int:
        """How many entries it has."""
        return len(self.leaf_hashes) // HASH_BYTES


def sound(stored: Stored) -> Sound | None:
    """Return the tile if its entries, its index with what is searched, and its hashes agree; None otherwise.

    Every body is hashed (RFC 6962 section 2.1); whether the hashes are those that were signed, only a root can tell.
    """
    columns = stored.columns
    bodies = None if columns is None else _by_index(stored, columns.entry)
    if (
        columns is None
        or bodies is None
        or not stored.is_whole
        or stored.indexes != _count_on(stored.first, len(bodies))
    ):
        return None
    hashes = cast("list[bytes]", leaf_hashes(bodies))
    joined = b"".join(hashes)
    lines = stored.bodies if columns.entry == stored.ids else BETWEEN.join(bodies)
    if joined != stored.leaf_hashes or [joined] != stored.tiles or not agree(lines, len(bodies), columns):
        return None
    entries = columns.entry
    sealing = [
        Sealing(stored.first + place, UUID(bytes=entries[place * _ID_BYTES :][:_ID_BYTES]), claims(body))
        for place, body in enumerate(bodies if MARK in stored.bodies else ())
        if MARK in body
    ]
    root = complete_hash(hashes) if len(hashes) == TILE_HASHES else None
    return Sound(first=stored.first, leaf_hashes=joined, root=root, checkpoints=stored.checkpoints, sealing=sealing)


def _by_index(stored: Stored, entries: bytes) -> Sequence[bytes] | None:
    """Return the bodies in the order of the indexes; None if some are not there, or one holds a line break."""
    bodies = stored.bodies.split(BETWEEN)
    count = stored.end - stored.first
    if len(entries) != count * _ID_BYTES or len(stored.ids) != len(bodies) * _ID_BYTES or stored.found != len(bodies):
        return None
    if entries == stored.ids:
        return bodies
    found = dict(zip(_split_ids(stored.ids), bodies, strict=True))
    if len(found) != len(bodies):
        return None
    try:
        return [found[each] for each in _split_ids(entries)]
    except KeyError:
        return None


def _count_on(first: int, count: int) -> bytes:
    """Return ``count`` indexes from a multiple of 256 on, joined: they differ in their last bytes alone."""
    joined = bytearray(struct.pack(">q", first) * count)
    joined[7::8] = bytes(range(count))
    return bytes(joined)


def _split_ids(joined: bytes) -> list[bytes]:
    return [joined[start : start + _ID_BYTES] for start in range(0, len(joined), _ID_BYTES)]
