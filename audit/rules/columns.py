"""Whether the columns that are searched still say what the entries say.

The common case, all equal, is decided for a thousand entries by one comparison of text for each column; only where it
fails are rows looked at one by one.
"""

import re
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final
from uuid import UUID

import msgspec

from audit.rules.entries import Filed, file

SEPARATOR: Final = "\n"
"""Stands between the values of a column."""

ABSENT: Final = "\r"
"""Stands for a value that is not there."""


class _Said(msgspec.Struct, gc=False):
    """The searched part of an entry."""

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


COLUMNS: Final = _Said.__struct_fields__
"""What is compared: the entry's id, and what it is searched by."""

# A control character stands in JSON only escaped: where nothing looks like one, no value holds a mark from above.
_ESCAPED_CONTROL = re.compile(rb"\\[nru]")

_BLOCK = 256
"""How many entries are decoded at a time: what is decoded then stays in the processor's cache."""

_VALUES = {name: attrgetter(name) for name in COLUMNS}

_decode = msgspec.json.Decoder(_Said).decode
_decode_all = msgspec.json.Decoder(list[_Said]).decode


def agree(bodies: Sequence[bytes | None], columns: Mapping[str, str]) -> bool:
    """Tell whether each of ``COLUMNS``, joined with ``SEPARATOR``, says what the entries say.

    False also where an entry is missing or broken, or the joined text can't tell. Nearly all of it runs in compiled
    code: this is the most expensive step of a verification.
    """
    if None in bodies:
        return False
    texts: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for start in range(0, len(bodies), _BLOCK):
        block = bodies[start : start + _BLOCK]
        text = b"[" + b",".join(filter(None, block)) + b"]"
        if b"\\" in text and _ESCAPED_CONTROL.search(text):
            return False
        try:
            said = _decode_all(text)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        if len(said) != len(block):
            return False
        for name, values in _VALUES.items():
            texts[name].append(SEPARATOR.join(map(values, said)))
    return all(SEPARATOR.join(texts[name]) == columns[name] for name in COLUMNS)


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
