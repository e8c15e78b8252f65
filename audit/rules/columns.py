"""Whether the columns that are searched still say what the entries say.

The common case, all equal, is decided for hundreds of entries by one comparison of text; only where it fails are rows
looked at one by one.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final
from uuid import UUID

import msgspec

from audit.errors import UNREADABLE_BY
from audit.rules.entries import Filed, file

SEPARATOR: Final = "\n"
"""Stands between the values."""

ABSENT: Final = "\r"
"""Stands for a value that is not there."""


class _Said(msgspec.Struct, gc=False, kw_only=True):
    """The searched part of an entry, in the order of RFC 8785, in which it is decoded fastest."""

    action: str
    actor: str
    at: str
    decision: str
    id: str
    outcome: str
    purpose: str = ABSENT
    request: str = ABSENT
    resource: str = ABSENT
    route: str
    subject: str = ABSENT


COLUMNS: Final = _Said.__struct_fields__
"""What is compared: the entry's id, and what it is searched by."""

# A control character stands in JSON only escaped: where nothing looks like one, no value holds a mark from above.
_ESCAPED_CONTROL = re.compile(rb"\\[nru]")

_decode = msgspec.json.Decoder(_Said).decode
_decode_all = msgspec.json.Decoder(list[_Said]).decode


def agree(bodies: Sequence[bytes], columns: str, present: int) -> bool:
    """Tell whether ``columns`` says what the entries say: each of ``COLUMNS``, entry by entry, with ``SEPARATOR``.

    ``present`` is how many values of columns that may be absent are there: a value that is ``ABSENT`` itself is thus
    not taken for none. False also where an entry is broken, or the joined text can't tell. Nearly all of it runs in
    compiled code.
    """
    text = b"[" + b",".join(bodies) + b"]"
    if b"\\" in text and _ESCAPED_CONTROL.search(text):
        return False
    try:
        said = _decode_all(text)
    except UNREADABLE_BY:
        return False
    values = SEPARATOR.join(chain.from_iterable(map(msgspec.structs.astuple, said)))
    absent = _OPTIONAL * len(bodies) - present
    return len(said) == len(bodies) and values == columns and values.count(ABSENT) == absent


_OPTIONAL: Final = sum(default is ABSENT for default in _Said.__struct_defaults__)


def differing(identifier: UUID, body: bytes, stored: Filed) -> list[str]:
    """Return the names of the columns that differ from the entry."""
    filed = file(identifier, body)
    return [name for name in Filed.__struct_fields__ if getattr(filed, name) != getattr(stored, name)]


def says_it_is(identifier: UUID, body: bytes) -> bool:
    """Tell whether an entry's body carries the id under which it is stored."""
    try:
        return _decode(body).id == str(identifier)
    except UNREADABLE_BY:
        return False
