"""Whether the columns that are searched still say what the entries say.

The common case, all equal, is decided for thousands of entries by one comparison of text; only where it fails are
rows looked at one by one.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from audit.rules.entries import Filed, file


class _Line(msgspec.Struct, gc=False):
    """The searched part of an entry, in the order in which the verifier's query writes it."""

    id: str
    at: str
    actor: str
    action: str
    decision: str
    outcome: str
    route: str
    subject: str | None = None
    request: str | None = None
    purpose: str | None = None
    resource: str | None = None


_decode = msgspec.json.Decoder(_Line).decode
_decode_all = msgspec.json.Decoder(list[_Line]).decode
_encode = msgspec.json.Encoder().encode


def lines(bodies: Sequence[bytes | None]) -> bytes | None:
    """Return what the columns of these entries should say, as one JSON array; None if one is missing or broken.

    Both halves run in compiled code: this is the most expensive step of a verification after hashing.
    """
    if None in bodies:
        return None
    try:
        return _encode(_decode_all(b"[" + b",".join(filter(None, bodies)) + b"]"))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def differing(identifier: UUID, body: bytes, stored: Filed) -> list[str]:
    """Return the names of the columns that differ from the entry."""
    filed = file(identifier, body)
    return [name for name in Filed.__struct_fields__ if getattr(filed, name) != getattr(stored, name)]


def says_it_is(identifier: UUID, body: bytes) -> bool:
    """Tell whether an entry's body carries the id under which it is stored."""
    try:
        return _decode(body).id == str(identifier)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
