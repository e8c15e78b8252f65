"""Shapes that several routes share."""

from typing import Annotated, Generic, TypeVar

import msgspec

Item = TypeVar("Item")
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Listing(msgspec.Struct, Generic[Item], frozen=True):
    """A page of a list; ``next`` is the cursor of the page that follows, or null."""

    items: list[Item]
    next: str | None = None


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request's body: takes no field that it doesn't know."""
