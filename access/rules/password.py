"""What a password must look like: long enough, and none that a guesser tries first (NIST SP 800-63B, 3.1.1.2)."""

import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from access.errors import InvalidAccountError

SHORTEST: Final = 12
LONGEST: Final = 128
"""In characters; an upper end because hashing a book would be work for nothing."""
LONGEST_TYPED: Final = 1_000
"""In characters before they are composed, of which several can make one."""
TAIL: Final = 6
"""So many digits or signs behind a common password are what people put there to please a rule: ``sunshine2024!``."""
UNIT: Final = 4
"""A pattern of up to so many characters, repeated, is no password: ``abcabcabcabc``."""
OWN: Final = ("laurel",)
"""Words that everybody here thinks of."""
SHORTEST_OWN: Final = 3
LEFT: Final = 8
"""Beside somebody's own name or address there must be so many more characters."""


def check(password: str, common: AbstractSet[str], own: Iterable[str] = ()) -> None:
    """Accept ``password`` for an account.

    ``common`` are passwords that were stolen and published, in lower case; ``own`` are words that a guesser knows of
    its owner, such as the name and the e-mail address. There is no rule of which characters to take.

    Raises:
        InvalidAccountError: it is shorter than 12 or longer than 128 characters, or easily guessed.

    """
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise InvalidAccountError(f"The field password must have {SHORTEST} to {LONGEST} characters.", field="password")
    folded = plain.casefold()
    if is_common(folded, common):
        message = "The field password is, or is made of, passwords that were stolen elsewhere and published."
        raise InvalidAccountError(message, field="password")
    left = folded
    for word in _words(own):
        left = left.replace(word, "")
    if left != folded and len(left) < LEFT:
        message = "The field password holds little more than a name that others know, yours or this service's."
        raise InvalidAccountError(message, field="password")


def is_common(folded: str, common: AbstractSet[str]) -> bool:
    """Tell whether a password is a common one, two of them, one with a tail, or a pattern that repeats itself."""
    if any(folded[:at] in common and _adds_nothing(folded[at:], common) for at in range(1, len(folded) + 1)):
        return True
    units = (folded[:size] for size in range(1, len(folded) // 2 + 1) if len(folded) % size == 0)
    return any(unit * (len(folded) // len(unit)) == folded and (len(unit) <= UNIT or unit in common) for unit in units)


def _adds_nothing(rest: str, common: AbstractSet[str]) -> bool:
    return rest in common or (len(rest) <= TAIL and not any(map(str.isalpha, rest)))


def octets(password: str) -> bytes:
    """Return the bytes that are hashed: two keyboards may spell the same character differently."""
    return _plain(password).encode("utf-8", "surrogatepass")


def _plain(password: str) -> str:
    """Return the normal form; what is too long to be anybody's stays as it is: the work grows with the square of it."""
    return password if len(password) > LONGEST_TYPED else unicodedata.normalize("NFKC", password)


def _words(own: Iterable[str]) -> list[str]:
    parts = [part for text in own for part in text.casefold().replace("@", " ").replace(".", " ").split()]
    return sorted((part for part in (*OWN, *parts) if len(part) >= SHORTEST_OWN), key=len, reverse=True)
