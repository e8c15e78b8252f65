"""Whether the columns that are searched still say what the entries say.

The common case, all equal, is decided for hundreds of entries by one comparison for each column; only where one fails
are rows looked at one by one.
"""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from audit.errors import UNREADABLE_BY
from audit.rules.entries import Filed, file

SEPARATOR: Final = "\n"
"""Stands between two values of a column."""

ABSENT: Final = "\r"
"""Stands for a word that is not there."""

ABSENT_ID: Final = "ffffffff-ffff-ffff-ffff-ffffffffffff"
"""Stands for an id that is not there (RFC 9562 section 5.10: it is nobody's)."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched of some entries, column by column, each value in the order of the indexes.

    Words are joined by ``SEPARATOR``, as are times, which look as PostgreSQL shows them in UTC; ids are joined as their
    bytes. ``present`` is how many of the values that may be absent are there: none is thus ``ABSENT`` itself.
    """

    action: str
    actor: str
    at: str
    decision: str
    purpose: str
    resource: str
    route: str
    entry: bytes
    request: bytes
    subject: bytes
    present: int


class _Said(msgspec.Struct, gc=False, kw_only=True):
    """The searched part of an entry, in the order of RFC 8785, in which it is decoded fastest."""

    action: str
    actor: str
    at: str
    decision: str
    id: str
    purpose: str = ABSENT
    request: str = ABSENT_ID
    resource: str = ABSENT
    route: str
    subject: str = ABSENT_ID


# A control character stands in JSON only escaped: where nothing looks like one, no value holds a mark from above.
_ESCAPED_CONTROL = re.compile(rb"\\[nru]")

_ABSENT_ID = ABSENT_ID.encode()

_decode = msgspec.json.Decoder(_Said).decode
_decode_lines = msgspec.json.Decoder(_Said).decode_lines


def agree(bodies: bytes, count: int, columns: Columns) -> bool:
    """Tell whether ``columns`` say what the ``count`` entries say whose ``bodies`` stand in a line each.

    Of the columns that must be there each MUST have as many values: who joins them leaves out what is not.

    False also where an entry is broken, or writes something in an unusual way: then the joined values can't tell.
    Nearly all of it runs in compiled code.
    """
    if _ABSENT_ID in bodies or (b"\\" in bodies and _ESCAPED_CONTROL.search(bodies)):
        return False
    try:
        said = _decode_lines(bodies)
    except UNREADABLE_BY:
        return False
    values = dict(zip(_Said.__struct_fields__, zip(*map(msgspec.structs.astuple, said), strict=True), strict=True))
    present = sum(len(said) - values[name].count(absent) for name, absent in _OPTIONAL)
    return (
        len(said) == count
        and columns.present == present
        and all(SEPARATOR.join(values[name]) == getattr(columns, name) for name in _WORDS)
        and _shown(values["at"]) == columns.at
        and _bytes(values["id"]) == columns.entry
        and _bytes(values["request"]) == columns.request
        and _bytes(values["subject"]) == columns.subject
    )


_OPTIONAL: Final = (("purpose", ABSENT), ("resource", ABSENT), ("request", ABSENT_ID), ("subject", ABSENT_ID))
_WORDS: Final = ("action", "actor", "decision", "purpose", "resource", "route")
_ID_LENGTH: Final = len(ABSENT_ID)
_TIME_LENGTH: Final = len("2026-01-05T08:00:00.000000Z")
_T: Final = len("2026-01-05")


def _shown(times: Sequence[str]) -> str | None:
    """Return times as PostgreSQL shows them, without zeros at their ends; None if one is not as entries have it."""
    count = len(times)
    joined = SEPARATOR.join(times)
    one = _TIME_LENGTH + 1
    if len(joined) != one * count - 1 or joined[_T::one] != "T" * count or joined[one - 2 :: one] != "Z" * count:
        return None
    shown = joined.replace("T", " ").replace("Z", "+00")
    while "0+00" in shown:  # up to the point, which ends it
        shown = shown.replace("0+00", "+00")
    return shown.replace(".+00", "+00")


def _bytes(ids: Sequence[str]) -> bytes | None:
    """Return ids as their bytes; None if one is not written as RFC 9562 section 4 has it, in lower case."""
    count, joined = len(ids), "".join(ids)
    dashes = [joined[place::_ID_LENGTH] for place in (8, 13, 18, 23)]
    if len(joined) != _ID_LENGTH * count or dashes != ["-" * count] * len(dashes) or joined != joined.lower():
        return None
    try:
        return bytes.fromhex(joined.replace("-", ""))
    except ValueError:
        return None


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
