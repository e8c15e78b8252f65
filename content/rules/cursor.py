"""Cursors: opaque to whoever holds one, and the last id of a page to us."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from uuid import UUID

from content.errors import InvalidListingError

LIMIT: Final = 50
LIMIT_MOST: Final = 200

_BYTES: Final = 16


def written(last: UUID) -> str:
    """Return the cursor that continues after ``last``."""
    return urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def read(cursor: str | None) -> UUID | None:
    """Return the id a cursor stands for; no cursor is the first page.

    Raises:
        InvalidListingError: this text was never a cursor of ours.

    """
    if cursor is None:
        return None
    try:
        last = UUID(bytes=urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except ValueError:
        last = None
    if last is None or written(last) != cursor:
        raise InvalidListingError("The cursor is none that this list gave.", field="cursor")
    return last


def checked(limit: int) -> int:
    """Return ``limit`` where it is one.

    Raises:
        InvalidListingError: it is below 1 or above 200.

    """
    if not 1 <= limit <= LIMIT_MOST:
        raise InvalidListingError(f"A page holds from 1 to {LIMIT_MOST} items.", field="limit")
    return limit
