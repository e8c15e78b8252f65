"""What a text, a locale or an address from outside must look like."""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
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


def is_safe_url(url: str) -> bool:
    """Tell whether what is sent to ``url`` can't be read on the way: TLS, or this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:  # no port, or no address between its brackets
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
