"""Text that PostgreSQL can't store is refused at the door, with the field that holds it."""

from typing import Any

import msgspec
from litestar import Request

from kernel.errors import InvalidError

_ESCAPED = b"\\u0000"


async def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """Refuse a body or a query that holds a NUL character, naming the field.

    Raises:
        InvalidError: with the path of the first such field.

    """
    for name, value in request.query_params.multi_items():
        if "\0" in value or "\0" in name:
            message = "A query parameter holds a NUL character."
            raise InvalidError(message, field=name.replace("\0", ""))
    if request.method in {"GET", "OPTIONS"} or int(request.headers.get("content-length") or 1) == 0:
        return
    body = await request.body()
    if _ESCAPED not in body and b"\0" not in body:
        return
    try:
        found = _first_nul(msgspec.json.decode(body), "")
    except (msgspec.DecodeError, RecursionError):
        return  # not JSON at all: the handler's own decoding says so
    if found is not None:
        message = "Text must not contain NUL characters."
        raise InvalidError(message, field=found or "body")


def _first_nul(value: Any, path: str) -> str | None:
    if isinstance(value, str):
        return path if "\0" in value else None
    if isinstance(value, dict):
        for name, each in value.items():
            if "\0" in name:
                return path or "body"
            found = _first_nul(each, f"{path}.{name}" if path else name)
            if found is not None:
                return found
    if isinstance(value, list):
        for index, each in enumerate(value):
            found = _first_nul(each, f"{path}[{index}]")
            if found is not None:
                return found
    return None
