"""Text that can't be stored is refused at the door, with the field that holds it.

PostgreSQL stores no NUL; half of a character (a surrogate without its other half, what is left when a client cuts a
text anywhere) has no UTF-8. JSON can spell both.
"""

import json
import re
from collections.abc import Set as AbstractSet
from typing import Any, Final

from litestar import Request

from kernel.errors import InvalidError

DEEPEST: Final = 64
"""How deep a JSON body may be nested: deeper than anything that Laurel takes."""
NESTED: Final = f"is nested deeper than {DEEPEST} levels"
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
"""A text, or what has begun as one and never ends: were that no match, each quote in it would be tried once more."""
_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_OTHERS: Final = bytes(set(range(256)) - set(b"[]{}"))

LONGEST: Final = 60
"""How much of an unknown name is repeated, in characters."""

PAGING: Final = frozenset({"limit", "cursor"})
"""Passed over where a list has but one page: a client that asks every list alike is told all that there is."""

NUL: Final = "must not contain NUL characters"
HALF: Final = "holds half of a character (a surrogate without its other half)"

_SUSPECT: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def check_query(request: Request[Any, Any, Any], known: AbstractSet[str] | None) -> None:
    """Refuse a query that holds a NUL character, or what is not ``known``, naming the parameter.

    A filter with a slip in its name would otherwise be none, and everything be taken for what was found.

    Raises:
        InvalidError: with the name of the first such parameter.

    """
    for name, value in request.query_params.multi_items():
        if "\0" in value or "\0" in name:
            raise InvalidError(f"A query parameter {NUL}.", field=name.replace("\0", "") or "query")
        if known is not None and name not in known | PAGING:
            listed = f"only {', '.join(sorted(known))}" if known else "none"
            raise InvalidError(
                f"The query parameter {name[:LONGEST]!r} is not known; this path takes {listed}.", field=name[:LONGEST]
            )


def too_deep(body: bytes) -> bool:
    """Tell whether a JSON body is nested too deep, without recursion: each replacement takes the innermost level away.

    What is no JSON may get either answer; whoever decodes it says so.
    """
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    left = _STRING.sub(b"", body).translate(_BRACKETS, _OTHERS)
    for _ in range(DEEPEST):
        if not left:
            return False
        left = left.replace(b"[]", b"")
    return bool(left)


def unstorable(body: bytes) -> tuple[str, str] | None:
    """Return the path of the first text in a JSON body that can't be stored, and why, or None."""
    if _SUSPECT.search(body) is None:
        return None
    try:
        return _found(json.loads(body), "")
    except (ValueError, RecursionError):
        return None  # not JSON at all: whoever decodes it says so


def _found(value: object, path: str) -> tuple[str, str] | None:
    if isinstance(value, str):
        match = _UNSTORABLE.search(value)
        return None if match is None else (path or "body", NUL if match[0] == "\0" else HALF)
    if isinstance(value, list):
        return next((found for index, each in enumerate(value) if (found := _found(each, f"{path}[{index}]"))), None)
    if isinstance(value, dict):
        for name, each in value.items():
            found = _found(name, path) or _found(each, f"{path}.{name}" if path else name)
            if found:
                return found
    return None
