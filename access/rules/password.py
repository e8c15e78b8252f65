"""What a password must look like: long enough, and nothing else (NIST SP 800-63B section 3.1.1.2)."""

import unicodedata
from typing import Final

from access.errors import InvalidAccountError

SHORTEST: Final = 12
LONGEST: Final = 128
"""In characters; an upper end because hashing a book would be work for nothing."""


def check(password: str) -> None:
    """Accept ``password`` for an account.

    Raises:
        InvalidAccountError: it is shorter than 12 or longer than 128 characters.

    """
    if not SHORTEST <= len(unicodedata.normalize("NFKC", password)) <= LONGEST:
        raise InvalidAccountError(f"The field password must have {SHORTEST} to {LONGEST} characters.", field="password")


def octets(password: str) -> bytes:
    """Return the bytes that are hashed: two keyboards may spell the same character differently."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
