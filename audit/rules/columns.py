"""Whether the columns that are searched still say what the entries say.

The common case, all equal, is decided for thousands of entries by one comparison of text; only where it fails are
rows looked at one by one.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from audit.rules.entries import Filed, file

ABSENT: Final = "\x01"
"""Stands for an absent field: canonical JSON can't hold it unescaped, and no field is this text."""

BETWEEN: Final = "\x1f"
AFTER: Final = "\x1e"


class _Line(msgspec.Struct):
    """The searched part of an entry as text, in the order in which ``lines`` and the verifier's query put it."""

    id: str
    at: str
    actor: str
    action: str
    decision: str
    outcome: str
    route: str
    subject: str = ABSENT
    request: str = ABSENT
    purpose: str = ABSENT
    resource: str = ABSENT


_decode = msgspec.json.Decoder(_Line).decode
_decode_all = msgspec.json.Decoder(list[_Line]).decode


def lines(first: int, bodies: Sequence[bytes | None]) -> str | None:
    """Return what the columns of entries ``first``, ``first + 1`` ... should say; None if a body is no entry."""
    try:
        said = _decode_all(b"[" + b",".join(filter(None, bodies)) + b"]")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return AFTER.join(
        [
            f"{index}\x1f{s.id}\x1f{s.at}\x1f{s.actor}\x1f{s.action}\x1f{s.decision}\x1f{s.outcome}"
            f"\x1f{s.route}\x1f{s.subject}\x1f{s.request}\x1f{s.purpose}\x1f{s.resource}"
            for index, s in enumerate(said, first)
        ]
    )


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
