"""Saying where a JSON body is wrong."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect

_PATH: Final = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`(?P<path>\$.*)`)?$", re.DOTALL)
_NAMED: Final = re.compile(r"field `(?P<name>[^`]{1,100})`")
_STEP: Final = re.compile(r"\.(?P<name>[^.\[]+)|\[[^\]]*\]")
LONGEST: Final = 200


def located(error: Exception, shape: Any = None) -> tuple[str, str]:
    """Return the field's path and what is wrong with it, from an error of msgspec.

    With the ``shape`` that was asked for, a word that is none of a list is answered with the list.
    """
    match = _PATH.match(str(error))
    what, path = (match["what"], match["path"] or "$") if match else ("can't be read", "$")
    field = path.removeprefix("$").removeprefix(".").replace("[...]", "")
    named = _NAMED.search(what)
    if named:
        field = f"{field}.{named['name']}" if field else named["name"]
    if not isinstance(error, msgspec.DecodeError):
        return field or "body", "can't be read"
    listed = sorted({str(word) for word in _words(shape, path)}) if what.startswith("Invalid enum value") else []
    return field or "body", what[:LONGEST] + (f"; it is one of {', '.join(listed)}" if listed else "")


def _words(shape: Any, path: str) -> Iterator[object]:
    """Return the words that may stand at a path of a shape."""
    found = [] if shape is None else [inspect.type_info(shape)]
    for step in _STEP.finditer(path):
        found = [below for each in found for below in _below(each, step["name"])]
    for each in found:
        for kind in _kinds(each):
            if isinstance(kind, inspect.EnumType):
                yield from (member.value for member in kind.cls)
            elif isinstance(kind, inspect.LiteralType):
                yield from kind.values


def _below(info: inspect.Type, name: str | None) -> Iterator[inspect.Type]:
    """Return what may stand in a field of a type, or, without a name, in its places."""
    for kind in _kinds(info):
        if isinstance(kind, inspect.StructType) and name is not None:
            yield from (field.type for field in kind.fields if field.encode_name == name)
        elif isinstance(kind, inspect.CollectionType) and name is None:
            yield kind.item_type
        elif isinstance(kind, inspect.DictType) and name is None:
            yield kind.value_type


def _kinds(info: inspect.Type) -> Iterator[inspect.Type]:
    """Return what a type may be, without what is only said about it."""
    if isinstance(info, inspect.Metadata):
        yield from _kinds(info.type)
    elif isinstance(info, inspect.UnionType):
        for each in info.types:
            yield from _kinds(each)
    else:
        yield info
