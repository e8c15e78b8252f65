"""Ranges of the log in which everything agrees: decided by a few comparisons of long byte strings.

What is found about a range in which something differs is none of this: see ``verification``.
"""

import struct
from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

import msgspec

from audit.rules.columns import agree
from audit.rules.details import MARK, Claim, claims
from audit.rules.tiles import TILE_BYTES, TILE_HASHES, Tile
from audit.rules.tree import HASH_BYTES, complete_hash, leaf_hashes

RANGE: Final = 4 * TILE_HASHES
"""How many indexes are read at a time: few enough to stay near the processor, enough to be worth a question."""

_ID_BYTES: Final = 16


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """A row of the checkpoint table."""

    size: int
    root: bytes
    note: str
    link: bytes


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored about the indexes from ``first``, a multiple of 256, up to ``end``, in the order of the indexes.

    ``indexes`` are joined as signed 64-bit integers, ``leaf_hashes`` and ``entries`` (ids) as they are; ``columns`` and
    ``present`` are what ``agree`` takes. ``ids`` and ``bodies`` are those of the entries between the lowest and the
    highest of ``entries``, by id. ``tiles`` are those of level 0, ``places`` say where they stand.
    """

    first: int
    end: int
    indexes: bytes
    leaf_hashes: bytes
    entries: bytes
    columns: str
    present: int
    ids: bytes
    bodies: Sequence[bytes]
    places: Sequence[int]
    tiles: Sequence[bytes]
    checkpoints: Sequence[StoredCheckpoint]


class Sealing(msgspec.Struct, frozen=True):
    """An entry that commits to sealed details."""

    index: int
    entry: UUID
    claims: Sequence[Claim]


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A range in which all agrees, with the roots over its full tiles."""

    first: int
    leaf_hashes: bytes
    roots: Sequence[bytes]
    checkpoints: Sequence[StoredCheckpoint]
    sealing: Sequence[Sealing]

    @property
    def count(self) -> int:
        """How many entries it has."""
        return len(self.leaf_hashes) // HASH_BYTES


def sound(stored: Stored) -> Sound | None:
    """Return the range if its entries, its index with what is searched, and its tiles agree; None otherwise.

    Every body is hashed (RFC 6962 section 2.1); whether the hashes are those that were signed, only a root can tell.
    """
    bodies = _by_index(stored)
    if bodies is None or stored.indexes != struct.pack(f">{len(bodies)}q", *range(stored.first, stored.end)):
        return None
    hashes = cast("list[bytes]", leaf_hashes(bodies))
    joined = b"".join(hashes)
    tiles = [joined[start : start + TILE_BYTES] for start in range(0, len(joined), TILE_BYTES)]
    first_place = Tile(0, stored.first // TILE_HASHES).place
    if (
        joined != stored.leaf_hashes
        or tiles != stored.tiles
        or stored.places != list(range(first_place, first_place + len(tiles)))
        or not agree(bodies, stored.columns, stored.present)
    ):
        return None
    starts = range(0, len(hashes) - TILE_HASHES + 1, TILE_HASHES)
    roots = [complete_hash(hashes[start : start + TILE_HASHES]) for start in starts]
    entries = stored.entries
    sealing = [
        Sealing(stored.first + place, UUID(bytes=entries[place * _ID_BYTES :][:_ID_BYTES]), claims(body))
        for place, body in enumerate(bodies)
        if MARK in body
    ]
    return Sound(first=stored.first, leaf_hashes=joined, roots=roots, checkpoints=stored.checkpoints, sealing=sealing)


def _by_index(stored: Stored) -> Sequence[bytes] | None:
    """Return the bodies in the order of the indexes; None if some are not there."""
    if stored.end - stored.first != len(stored.entries) // _ID_BYTES:
        return None
    if stored.entries == stored.ids:
        return stored.bodies
    found = dict(zip(_split_ids(stored.ids), stored.bodies, strict=True))
    try:
        return [found[each] for each in _split_ids(stored.entries)]
    except KeyError:
        return None


def _split_ids(joined: bytes) -> list[bytes]:
    return [joined[start : start + _ID_BYTES] for start in range(0, len(joined), _ID_BYTES)]
