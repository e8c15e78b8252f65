"""Cursors of lists: opaque to whoever holds one, and the place to go on from to us."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec

from kernel.errors import InvalidError

LONGEST: Final = 64


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item")
Row = TypeVar("Row", bound=_Identified)


class CursorError(InvalidError):
    """The cursor was not made by this list."""

    code = "cursor-invalid"
    remedy = "Take `next` from the page before, unchanged, or leave `cursor` out."


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list; ``next`` is an opaque cursor, or null on the last page."""

    items: list[Item]
    next: str | None = None


def page(found: Sequence[Row], limit: int) -> Page[Row]:
    """Return the first ``limit`` of what was found; if that is not all, the list goes on after the last."""
    return Page(list(found[:limit]), written(found[limit - 1].id) if len(found) > limit else None)


def written(last: UUID | int) -> str:
    """Return the cursor that goes on after ``last``."""
    text = str(last).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def read_id(cursor: str | None) -> UUID | None:
    """Return the id that a cursor stands for; no cursor is the first page.

    Raises:
        CursorError: it was never a cursor of ours.

    """
    if cursor is None:
        return None
    try:
        last = UUID(_text(cursor))
    except ValueError:
        raise _refused() from None
    if written(last) != cursor:  # another spelling of it was not given by us
        raise _refused()
    return last


def read_number(cursor: str | None) -> int | None:
    """Return the number that a cursor stands for; no cursor is the first page.

    Raises:
        CursorError: it was never a cursor of ours.

    """
    if cursor is None:
        return None
    text = _text(cursor)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - fits into a bigint
        raise _refused()
    if written(int(text)) != cursor:
        raise _refused()
    return int(text)


def _text(cursor: str) -> str:
    try:
        return urlsafe_b64decode(cursor[:LONGEST].encode("ascii") + b"==").decode("ascii")
    except ValueError:
        raise _refused() from None


def _refused() -> CursorError:
    return CursorError("The cursor is none that this list gave.", field="cursor")
