"""How long a page may be."""

from typing import Final

from content.errors import InvalidListingError

LIMIT: Final = 50
LIMIT_MOST: Final = 200


def checked(limit: int) -> int:
    """Return ``limit`` where it is one.

    Raises:
        InvalidListingError: it is below 1 or above 200.

    """
    if not 1 <= limit <= LIMIT_MOST:
        raise InvalidListingError(f"A page holds from 1 to {LIMIT_MOST} items.", field="limit")
    return limit
