"""Shapes that several routes share."""

from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

Item = TypeVar("Item")
# Bounds of query parameters stand in QueryParameter: Litestar passes over those that stand in msgspec.Meta.
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Words = Annotated[str | None, QueryParameter(min_length=1, max_length=200)]
# What is brought into its normal form before anything else has measured it: how long that takes grows with the square.
Email = Annotated[str, msgspec.Meta(max_length=254)]
Password = Annotated[str, msgspec.Meta(max_length=1_000)]
Code = Annotated[str, msgspec.Meta(max_length=200)]


class Listing(msgspec.Struct, Generic[Item], frozen=True):
    """A page of a list; ``next`` is the cursor of the page that follows, or null."""

    items: list[Item]
    next: str | None = None


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request's body: takes no field that it doesn't know."""
