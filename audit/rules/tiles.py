"""The tree cut into tiles (c2sp.org/tlog-tiles): 256 neighbouring hashes of one level are stored and served as one.

Level 0 holds the leaf hashes; a hash of level n + 1 is the root over the 256 hashes of a full tile of level n.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from audit.rules.tree import HASH_BYTES, CompactRange, complete_hash, join

TILE_HEIGHT: Final = 8
TILE_HASHES: Final = 1 << TILE_HEIGHT
TILE_BYTES: Final = TILE_HASHES * HASH_BYTES

_NUMBER_BITS = 48


class Tile(NamedTuple):
    """Where a tile stands: ``number`` counts from the left within its level."""

    level: int
    number: int

    @property
    def place(self) -> int:
        """One integer for both, ordered by level and then by number: the tile's key in the database."""
        return (self.level << _NUMBER_BITS) | self.number

    @classmethod
    def at(cls, place: int) -> "Tile":
        """Return the tile whose ``place`` this is."""
        return cls(place >> _NUMBER_BITS, place & ((1 << _NUMBER_BITS) - 1))

    def path(self, width: int = TILE_HASHES) -> str:
        """Return the path of the tile under a log's prefix (c2sp.org/tlog-tiles, Merkle tree).

        The number is written in groups of three digits, all but the last after an ``x``; a partial tile says its width.
        """
        digits = f"{self.number:03d}"
        groups = [digits[max(end - 3, 0) : end].rjust(3, "0") for end in range(len(digits), 0, -3)][::-1]
        number = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
        return f"tile/{self.level}/{number}" + ("" if width == TILE_HASHES else f".p/{width}")


class Subtree(NamedTuple):
    """A complete subtree over 2 ** ``height`` leaves, the ``number``-th of its height from the left."""

    height: int
    number: int

    @property
    def tile(self) -> Tile:
        """The one tile that holds the hashes under it which are stored."""
        level, depth = divmod(self.height, TILE_HEIGHT)
        return Tile(level, (self.number << depth) // TILE_HASHES)


def layout(size: int) -> dict[Tile, int]:
    """Return every tile of a tree of ``size`` leaves with the number of its hashes (c2sp.org/tlog-tiles).

    A level with nothing to hold has no tile, and no tile is empty.
    """
    tiles: dict[Tile, int] = {}
    level = 0
    while size:
        full, rest = divmod(size, TILE_HASHES)
        tiles |= {Tile(level, number): TILE_HASHES for number in range(full)}
        if rest:
            tiles[Tile(level, full)] = rest
        level, size = level + 1, full
    return tiles


def tile_counts(size: int) -> list[int]:
    """Return how many tiles each level of a tree of ``size`` leaves has, from level 0 on."""
    counts = []
    while size:
        counts.append(-(-size // TILE_HASHES))
        size //= TILE_HASHES
    return counts


def edge(size: int) -> dict[Tile, int]:
    """Return the partial tiles of a tree of ``size`` leaves and their widths: floor(size / 256^level) mod 256."""
    tiles: dict[Tile, int] = {}
    level = 0
    while size:
        size, rest = divmod(size, TILE_HASHES)
        if rest:
            tiles[Tile(level, size)] = rest
        level += 1
    return tiles


def split(data: bytes) -> list[bytes]:
    """Return the hashes that a tile's bytes hold (c2sp.org/tlog-tiles: concatenated, 32 bytes each)."""
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def grow(size: int, tiles: Mapping[Tile, bytes], leaf_hashes: Sequence[bytes]) -> dict[Tile, bytes]:
    """Return the tiles that change when ``leaf_hashes`` are appended to a tree of ``size`` leaves.

    ``tiles`` holds at least the partial tiles of the tree as it is (``edge``). C2SP makes a tile's bytes a prefix of
    the wider tile that follows it, so a partial tile is replaced by its longer self until it is full.
    """
    changed: dict[Tile, bytes] = {}
    level, hashes = 0, list(leaf_hashes)
    while hashes:
        number, width = divmod(size >> (TILE_HEIGHT * level), TILE_HASHES)
        data = tiles[Tile(level, number)][: width * HASH_BYTES] if width else b""
        data += b"".join(hashes)
        hashes = []
        for start in range(0, len(data), TILE_BYTES):
            piece = data[start : start + TILE_BYTES]
            changed[Tile(level, number + start // TILE_BYTES)] = piece
            if len(piece) == TILE_BYTES:
                hashes.append(complete_hash(split(piece)))
        level += 1
    return changed


def compact_range(size: int, tiles: Mapping[Tile, bytes]) -> CompactRange:
    """Return what extends a tree of ``size`` leaves, read from its partial tiles (``edge``), which may be wider.

    Raises:
        KeyError: a tile is missing.
        ValueError: a tile is narrower than the tree is large.

    """
    result = CompactRange()
    widths = edge(size)
    for tile, width in sorted(widths.items(), reverse=True):
        hashes = split(tiles[tile])[:width]
        if len(hashes) != width or len(hashes[-1]) != HASH_BYTES:
            raise ValueError(f"{tile.path(width)} is cut short.")
        result.extend(hashes, TILE_HEIGHT * tile.level)
    return result


def subtrees(start: int, end: int) -> list[Subtree]:
    """Return the complete subtrees that cover the leaves ``start`` to ``end - 1``, from left to right.

    The list is the shortest there is: the largest subtree that fits comes first (RFC 6962 section 2.1).
    """
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        found.append(Subtree(height, start >> height))
        start += 1 << height
    return found


def subtree_hash(subtree: Subtree, tiles: Mapping[Tile, bytes]) -> bytes:
    """Return the hash of a complete subtree from the one tile that holds what is under it (c2sp.org/tlog-tiles)."""
    depth = subtree.height % TILE_HEIGHT
    first = (subtree.number << depth) % TILE_HASHES
    return complete_hash(split(tiles[subtree.tile])[first : first + (1 << depth)])


def range_hash(start: int, end: int, tiles: Mapping[Tile, bytes]) -> bytes:
    """Return MTH(D[start:end]) of RFC 6962 section 2.1 for a range that is a subtree of a larger tree."""
    return join(subtree_hash(subtree, tiles) for subtree in reversed(subtrees(start, end)))
