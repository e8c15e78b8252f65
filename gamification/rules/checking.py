"""Checks a tree against a grammar's own types and notes every fault, not only the first.

The limits come from the annotations of the types (``grammar.py``, ``policy/pack.py``), so they are said once.
"""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from msgspec import inspect

from gamification.errors import Problem
from gamification.rules.source import Fields, Items, Leaf, Scalar, Tree

Plain: TypeAlias = dict[str, Any] | list[Any] | Scalar

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_type_info = lru_cache(inspect.type_info)
_SPELLED = {
    "^[a-z][a-z0-9-]*$": ("isn't a key", "use small letters a to z, digits and -, beginning with a letter"),
    "^[A-Z]{2}$": ("isn't a country", "use the two capital letters of ISO 3166"),
}
"""What to say where a text doesn't match the pattern of its field."""


def check(tree: Tree, kind: type, problems: list[Problem]) -> Plain:
    """Return the plain value of ``tree`` and add every way in which it isn't a ``kind`` to ``problems``."""
    return _Checker(problems).value(_type_info(kind), tree, "")


class _Checker:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def value(self, kind: inspect.Type, tree: Tree, path: str) -> Plain:  # noqa: PLR0911 - one arm per type
        """Check one value of any kind; a value that is noted as faulty already is passed over."""
        if isinstance(tree, Leaf) and tree.value is None:
            return None
        match _required(kind):
            case inspect.StructType() as structure:
                return self._structure(structure, tree, path)
            case inspect.UnionType() as union:
                return self._tagged(union, tree, path)
            case (inspect.DateTimeType() | inspect.DateType()) as time:
                return self._moment(tree, path) if isinstance(time, inspect.DateTimeType) else self._day(tree, path)
            case inspect.VarTupleType() as sequence:
                return self._sequence(sequence, tree, path)
            case inspect.EnumType(cls=members):
                allowed = [str(member.value) for member in members]
                known = isinstance(tree, Leaf) and tree.value in allowed
                return self._leaf(tree, path, known, "isn't one of the words allowed here", f"use {', '.join(allowed)}")
            case inspect.IntType() as limits:
                return self._integer(limits, tree, path)
            case inspect.FloatType() as limits:
                return self._number(limits, tree, path)
            case inspect.StrType() as limits:
                return self._text(limits, tree, path)
            case _:
                known = isinstance(tree, Leaf) and isinstance(tree.value, bool)
                return self._leaf(tree, path, known, "must be true or false", "write true or false without quotes")

    def _structure(self, structure: inspect.StructType, tree: Tree, path: str) -> Plain:
        known = {field.encode_name: field for field in structure.fields}
        if not isinstance(tree, Fields):
            return self._fault(tree.line, path, "must have fields", f"give {', '.join(known)}")
        plain: dict[str, Any] = {}
        for name, (line, value) in tree.fields.items():
            if name == structure.tag_field:
                plain[name] = structure.tag
            elif name in known:
                plain[name] = self.value(known[name].type, value, _join(path, name))
            else:
                self._fault(line, _join(path, name), "isn't a field here", f"use {', '.join(known)}")
        for name, field in known.items():
            if field.required and name not in tree.fields:
                self._fault(tree.line, _join(path, name), "is missing", "add it")
        return plain

    def _tagged(self, union: inspect.UnionType, tree: Tree, path: str) -> Plain:
        """Check one of several structures that tell themselves apart by the word in one field."""
        kinds = {str(kind.tag): kind for kind in union.types if isinstance(kind, inspect.StructType)}
        field = next(str(kind.tag_field) for kind in kinds.values())
        words = ", ".join(sorted(kinds))
        if not isinstance(tree, Fields) or field not in tree.fields:
            return self._fault(tree.line, _join(path, field), "is missing", f"say which it is: {words}")
        line, named = tree.fields[field]
        word = named.value if isinstance(named, Leaf) else None
        if word not in kinds:
            return self._fault(line, _join(path, field), "isn't one of the words allowed here", f"use {words}")
        return self._structure(kinds[str(word)], tree, path)

    def _day(self, tree: Tree, path: str) -> Plain:
        known = isinstance(tree, Leaf) and isinstance(tree.value, str) and _is_day(tree.value)
        return self._leaf(tree, path, known, "isn't a day", 'write it in quotes, such as "2026-01-31"')

    def _moment(self, tree: Tree, path: str) -> Plain:
        remedy = 'write it in quotes, with its offset from UTC: "2026-04-01T00:00:00Z"'
        if not isinstance(tree, Leaf) or not isinstance(tree.value, str):
            return self._fault(tree.line, path, "must be a time", remedy)
        try:
            moment = datetime.fromisoformat(tree.value)
        except ValueError:
            return self._fault(tree.line, path, "isn't a time", remedy)
        return self._leaf(tree, path, moment.tzinfo is not None, "has no offset from UTC", remedy)

    def _sequence(self, sequence: inspect.VarTupleType, tree: Tree, path: str) -> Plain:
        if not isinstance(tree, Items):
            return self._fault(tree.line, path, "must be a list", "write it as [a, b] or with one - per line")
        if len(tree.items) < (sequence.min_length or 0):
            self._fault(tree.line, path, "is empty", "name at least one or leave the field out")
        if sequence.max_length is not None and len(tree.items) > sequence.max_length:
            return self._fault(tree.line, path, f"has more than {sequence.max_length} entries", "give fewer")
        items = [self.value(sequence.item_type, item, f"{path}[{index}]") for index, item in enumerate(tree.items)]
        for index, item in enumerate(items):
            if isinstance(item, str) and item in items[:index]:
                self._fault(tree.items[index].line, f"{path}[{index}]", "is named twice", "name it once")
        return items

    def _integer(self, limits: inspect.IntType, tree: Tree, path: str) -> Plain:
        low, high = limits.ge or 0, limits.le or 0
        if not isinstance(tree, Leaf) or isinstance(tree.value, bool) or not isinstance(tree.value, int):
            return self._fault(tree.line, path, "must be a whole number", f"give one from {low} to {high}")
        bounds = f"must be at least {low}" if tree.value < low else f"must be at most {high}"
        return self._leaf(tree, path, low <= tree.value <= high, bounds, "give a whole number in the range")

    def _number(self, limits: inspect.FloatType, tree: Tree, path: str) -> Plain:
        low, high = limits.ge or 0.0, limits.le or 0.0
        remedy = f"give a number from {low:g} to {high:g}"
        if not isinstance(tree, Leaf) or isinstance(tree.value, bool) or not isinstance(tree.value, int | float):
            return self._fault(tree.line, path, "must be a number", remedy)
        return self._leaf(tree, path, low <= tree.value <= high, "is out of range", remedy)

    def _text(self, limits: inspect.StrType, tree: Tree, path: str) -> Plain:
        if not isinstance(tree, Leaf) or not isinstance(tree.value, str):
            return self._fault(tree.line, path, "must be text", "write text, in quotes if it looks like a number")
        text, longest = tree.value, limits.max_length or 0
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
            return self._fault(
                tree.line, path, "holds a control character", "write it on one line, folded text with >-"
            )
        if limits.pattern is not None and re.fullmatch(limits.pattern, text) is None:
            return self._fault(tree.line, path, *_SPELLED[limits.pattern])
        fits = (limits.min_length or 1) <= len(text.strip()) and len(text) <= longest
        return self._leaf(tree, path, fits, "has the wrong length", f"write 1 to {longest} characters")

    def _leaf(self, tree: Tree, path: str, fits: bool, fault: str, remedy: str) -> Plain:  # noqa: FBT001
        return tree.value if fits and isinstance(tree, Leaf) else self._fault(tree.line, path, fault, remedy)

    def _fault(self, line: int, path: str, fault: str, remedy: str) -> Plain:
        """Note a fault; None then stands for the value, so that nobody looks at it again."""
        self.problems.append(Problem(line, path or "the rule set", fault, remedy))
        return None


def _required(kind: inspect.Type) -> inspect.Type:
    """Return what an optional field holds when it is there."""
    if isinstance(kind, inspect.UnionType):
        kinds = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return kinds[0] if len(kinds) == 1 else inspect.UnionType(tuple(kinds))
    return kind


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
