"""What the log says of itself when the content of old entries is removed: which indexes, exactly.

A removal is an entry like any other, signed with the rest. What is missing and in none of them was taken by somebody.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from audit.errors import UNREADABLE_BY
from audit.rules.tiles import TILE_HASHES
from audit.vocabulary import Action

_BYTE: Final = 8


class Removal(msgspec.Struct, frozen=True):
    """Which indexes: a bit for each from ``first_index`` on, which is a multiple of 256, in base64.

    The bit of an index is in byte ``(index - first_index) // 8``, lowest first.
    """

    first_index: int
    removed: str


class _Said(msgspec.Struct, frozen=True):
    action: str
    detail: Removal


_decode = msgspec.json.Decoder(_Said).decode


def removal(indexes: Sequence[int]) -> Removal:
    """Return what the entry about these indexes, which grow, says of them."""
    first = indexes[0] // TILE_HASHES * TILE_HASHES
    bits = bytearray((indexes[-1] - first) // _BYTE + 1)
    for index in indexes:
        place, bit = divmod(index - first, _BYTE)
        bits[place] |= 1 << bit
    return Removal(first, base64.b64encode(bits).decode())


class Removed:
    """The indexes of which entries say that their content was removed."""

    def __init__(self, bodies: Iterable[bytes] = (), size: int = 0) -> None:
        """Take entries of a log of this size; one that says nothing of the kind counts for nothing.

        Memory is taken for what they say and not for the size, which is whatever the highest index says.
        """
        self._size = size
        self._tiles: dict[int, int] = {}
        for body in bodies:
            self._add(body)

    def __contains__(self, index: int) -> bool:
        """Tell whether an index is among them."""
        number, place = divmod(index, TILE_HASHES)
        return bool(self._tiles.get(number, 0) >> place & 1)

    def any(self, first: int, end: int) -> bool:
        """Tell whether an index of one of the tiles from ``first``, where one begins, up to ``end`` is."""
        return any(number in self._tiles for number in range(first // TILE_HASHES, -(-end // TILE_HASHES)))

    @property
    def end(self) -> int:
        """The end of the last tile that lost something, 0 if none did: the highest minimum index there can be."""
        return (max(self._tiles) + 1) * TILE_HASHES if self._tiles else 0

    def _add(self, body: bytes) -> None:
        try:
            said = _decode(body)
            bits = base64.b64decode(said.detail.removed, validate=True)
        except (*UNREADABLE_BY, ValueError):
            return
        first = said.detail.first_index
        if said.action != Action.ENTRIES_REMOVED or first % TILE_HASHES or first < 0:
            return
        if first // _BYTE + len(bits) > -(-self._size // _BYTE):
            return  # nobody can have removed what the log does not have
        width = TILE_HASHES // _BYTE
        for number, start in enumerate(range(0, len(bits), width), first // TILE_HASHES):
            found = int.from_bytes(bits[start : start + width], "little")
            if found:
                self._tiles[number] = self._tiles.get(number, 0) | found
