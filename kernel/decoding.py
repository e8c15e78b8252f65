"""Saying where a JSON body is wrong."""

import re
from typing import Final

import msgspec

_PATH: Final = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`(?P<path>\$.*)`)?$", re.DOTALL)
_NAMED: Final = re.compile(r"field `(?P<name>[^`]{1,100})`")
LONGEST: Final = 200


def located(error: Exception) -> tuple[str, str]:
    """Return the field's path and what is wrong with it, from an error of msgspec."""
    match = _PATH.match(str(error))
    what, path = (match["what"], match["path"] or "$") if match else ("can't be read", "$")
    field = path.removeprefix("$").removeprefix(".").replace("[...]", "")
    named = _NAMED.search(what)
    if named:
        field = f"{field}.{named['name']}" if field else named["name"]
    return field or "body", what[:LONGEST] if isinstance(error, msgspec.DecodeError) else "can't be read"
