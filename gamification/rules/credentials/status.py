"""A Bitstring Status List (W3C): one bit per badge, in a list so long that looking one up says nothing."""

import base64
import gzip
import zlib
from collections.abc import Iterable
from typing import Final

BITS: Final = 131_072
"""16 KiB, the least that the standard allows: whoever fetches the list doesn't say which badge it is about."""

_GZIP: Final = 16 + zlib.MAX_WBITS


def encode(revoked: Iterable[int], bits: int = BITS) -> str:
    """Return the list in which exactly these indices are set; index 0 is the leftmost bit of the first byte."""
    content = bytearray(bits // 8)
    for index in revoked:
        content[index // 8] |= 0x80 >> (index % 8)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(content), mtime=0)).rstrip(b"=").decode()


def is_set(encoded: str, index: int) -> bool | None:
    """Tell whether ``index`` is set; None where the list can't be read or is too short for it."""
    try:
        packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-(len(encoded) - 1) % 4))
        content = zlib.decompressobj(_GZIP).decompress(packed, BITS)  # a list of ours has an eighth of this
    except (ValueError, zlib.error):
        return None
    if len(content) * 8 < BITS or not 0 <= index < len(content) * 8:
        return None
    return bool(content[index // 8] & (0x80 >> (index % 8)))
