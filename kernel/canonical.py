"""RFC 8785: the one JSON text of a value, so that hashing it means the same to everyone.

Most of what Laurel hashes holds plain text, small integers and ASCII keys; for that msgspec's encoder already writes
exactly what the RFC asks for. Anything else takes the exact path below, which is slower and in Python.
"""

import math
from typing import Final, TypeGuard
from uuid import UUID

import msgspec

SAFE_INTEGER: Final = 2**53 - 1
"""The largest integer that a double holds without doubt (RFC 7493 section 2.2, which RFC 8785 builds on)."""

_DECIMAL_UP_TO: Final = 21
_DECIMAL_DOWN_TO: Final = -6

_encode = msgspec.json.Encoder(order="sorted").encode


class NotCanonicalError(ValueError):
    """The value has no RFC 8785 form: NaN, infinity, an unsafe integer, a lone surrogate or a foreign type."""


def canonical(value: object) -> bytes:
    """Return the RFC 8785 text of ``value`` in UTF-8.

    Takes None, bool, int, float, str, list, tuple and dict with str keys, and one thing more: a UUID becomes its
    lower-case text with hyphens (RFC 9562 section 4). A datetime is refused: its text is the caller's decision.

    Raises:
        NotCanonicalError: ``value``, or something in it, has no canonical form.

    """
    try:
        return _encode(value) if _is_plain(value) else _exact(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("Text with a lone surrogate has no UTF-8 form.") from error


def _is_plain(value: object) -> bool:
    """Tell whether msgspec writes ``value`` as the RFC does; msgspec orders keys by code point, the RFC by UTF-16."""
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is UUID:
        return True
    if kind is int:
        return _is_safe(value)
    if isinstance(value, dict):
        return all(type(key) is str and key.isascii() for key in value) and all(map(_is_plain, value.values()))
    return isinstance(value, list | tuple) and all(map(_is_plain, value))


def _is_safe(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and -SAFE_INTEGER <= value <= SAFE_INTEGER


def _exact(value: object) -> str:
    match value:
        case None | bool() | UUID():
            return _encode(value).decode()
        case str():
            return _encode(str.__str__(value)).decode()
        case int() if _is_safe(value):
            return str(int(value))
        case int():
            raise NotCanonicalError("An integer beyond 2**53 - 1 is not the same number to every reader.")
        case float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(map(_exact, value))}]"
        case dict():
            return f"{{{','.join(f'{_exact(key)}:{_exact(value[key])}' for key in _ordered(value))}}}"
        case _:
            raise NotCanonicalError(f"A {type(value).__name__} has no canonical form.")


def _ordered(value: dict[object, object]) -> list[str]:
    """Return the keys by UTF-16 code units (RFC 8785 section 3.2.3): above U+FFFF sorts before U+E000."""
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        raise NotCanonicalError("The keys of an object must be text.")
    return sorted(keys, key=lambda key: key.encode("utf-16-be"))


def _number(value: float) -> str:
    """Return ECMAScript's Number::toString (ECMA-262 section 6.1.6.1.20), which RFC 8785 section 3.2.2.3 adopts.

    Python's ``repr`` finds the same shortest digits; only the notation differs.
    """
    if not math.isfinite(value):
        raise NotCanonicalError("NaN and infinity have no JSON form.")
    if value == 0:
        return "0"  # also for minus zero
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = whole + fraction
    significant = padded.lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(padded) - len(significant))
    return sign + _notation(significant.rstrip("0"), point)


def _notation(digits: str, point: int) -> str:
    """Place the decimal point after ``point`` of ``digits``, or write an exponent where ECMAScript does."""
    if len(digits) <= point <= _DECIMAL_UP_TO:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _DECIMAL_UP_TO:
        return f"{digits[:point]}.{digits[point:]}"
    if _DECIMAL_DOWN_TO < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"
