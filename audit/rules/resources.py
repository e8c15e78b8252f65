"""What a log serves below its prefix (c2sp.org/tlog-tiles): tiles of hashes, and bundles of the entries under them."""

import re
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from audit.rules.tiles import TILE_HASHES, TILE_HEIGHT, Tile

MOST_LEVEL: Final = 63

_PATH = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LENGTH = struct.Struct(">H")


class Resource(NamedTuple):
    """A tile, or, where ``level`` is None, the bundle of entries under a tile of level 0; ``width`` of its items."""

    level: int | None
    number: int
    width: int

    @property
    def tile(self) -> Tile:
        """The tile, or the one that holds the hashes of the bundle's entries."""
        return Tile(self.level or 0, self.number)

    @property
    def path(self) -> str:
        """Where it is served, below ``tile/``."""
        path = self.tile.path(self.width).removeprefix("tile/")
        return path if self.level is not None else "entries" + path[1:]

    @property
    def first(self) -> int:
        """The index of a bundle's first entry."""
        return self.number * TILE_HASHES


def parse_path(path: str) -> Resource:
    """Return what a path below ``tile/`` names, spelled in the one way that c2sp.org/tlog-tiles allows.

    Raises:
        ValueError: it is spelled otherwise.

    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError("This is no path of a tile.")
    kind, groups, partial = match.groups()
    level = None if kind == "entries" else int(kind)
    resource = Resource(level, int(groups.replace("x", "").replace("/", "")), int(partial or TILE_HASHES))
    if (level or 0) > MOST_LEVEL or resource.width > TILE_HASHES or resource.path != path:
        raise ValueError("This is no path of a tile.")
    return resource


def is_in(resource: Resource, size: int) -> bool:
    """Tell whether a log of ``size`` entries has the resource, also as the beginning of what is wider by now."""
    hashes = size >> (TILE_HEIGHT * (resource.level or 0))
    return resource.number * TILE_HASHES + resource.width <= hashes


def is_below(resource: Resource, minimum: int) -> bool:
    """Tell whether a bundle ends at or below the minimum index (c2sp.org/tlog-tiles, Pruning); no tile of hashes does.

    A partial bundle ends where the full one does that replaced it.
    """
    return resource.level is None and resource.first + TILE_HASHES <= minimum


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries one after the other, each behind its length (c2sp.org/tlog-tiles, Log entries)."""
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def read_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        ValueError: the bytes end within an entry.

    """
    entries, place = [], 0
    while place < len(data):
        start = place + _LENGTH.size
        if start > len(data):
            raise ValueError("The bundle ends within a length.")
        place = start + _LENGTH.unpack_from(data, place)[0]
        if place > len(data):
            raise ValueError("The bundle ends within an entry.")
        entries.append(data[start:place])
    return entries
