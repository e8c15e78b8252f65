"""What a text or a locale from outside must look like."""

import re
import unicodedata
from typing import Final

_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def is_locale(text: str) -> bool:
    """Tell whether ``text`` is a language, or a language and a country: ``fr`` or ``fr-CH``."""
    return _LOCALE.fullmatch(text) is not None


def is_readable(text: str, most: int, *, lines: bool = False) -> bool:
    """Tell whether ``text`` has 1 to ``most`` characters, not all of them spaces, and each can be read.

    Control characters (PostgreSQL stores no NUL) and lone surrogates (they have no UTF-8) are refused; line feeds pass
    where ``lines`` says so.
    """
    if not text.strip() or len(text) > most:
        return False
    return all(unicodedata.category(letter) not in {"Cc", "Cs"} or (lines and letter == "\n") for letter in text)
