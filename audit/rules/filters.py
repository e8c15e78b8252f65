"""What can be asked of the log: filters and indexes that PostgreSQL can take, whatever somebody types."""

import re
from datetime import UTC, datetime
from typing import Final

from audit.rules.entries import timestamp
from audit.values import EntryFilter
from kernel.errors import InvalidError

LAST_INDEX: Final = 2**53 - 1
"""The highest index that every reader of JSON takes for the same number; no log gets there."""

_FIRST_YEAR, _LAST_YEAR = 2, 9998
_WORD = re.compile(r"[ -~]{1,400}")


def check(filters: EntryFilter) -> None:
    """Refuse filters that no entry can match.

    Raises:
        InvalidError: names the field.

    """
    for name in filters.__struct_fields__:
        value = getattr(filters, name)
        if isinstance(value, str) and not _WORD.fullmatch(value):
            raise InvalidError("A filter is 1 to 400 printable ASCII characters.", field=name)
        if isinstance(value, datetime) and (value.tzinfo is None or not _FIRST_YEAR <= value.year <= _LAST_YEAR):
            raise InvalidError("A time has an offset from UTC and lies in the years 2 to 9998.", field=name)


def possible(index: int) -> int:
    """Return the index within what PostgreSQL and JSON can hold; there are no entries beyond either end."""
    return min(max(index, -1), LAST_INDEX)


def told(filters: EntryFilter, *, matched: bool) -> dict[str, str]:
    """Return the filters for the log. A word that matched nothing may be a name somebody typed: it is not repeated."""
    return {
        name: timestamp(value.astimezone(UTC)) if isinstance(value, datetime) else str(value) if matched else ""
        for name in filters.__struct_fields__
        if (value := getattr(filters, name)) is not None
    }
