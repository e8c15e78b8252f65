"""YAML text to a tree that remembers its lines: the smallest safe part of YAML, with everything surprising refused.

No tags, anchors, aliases, merges, dates, octal or sexagesimal numbers, ``yes`` for true, nor a key given twice: each of
them reads differently from what its author meant, and an alias can blow a few lines up to gigabytes.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec
import yaml

from gamification.errors import Problem, RuleSetError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it, as its wheels are: it takes a tenth of the time."""

MOST_CHARACTERS = 100_000
MOST_DEPTH = 20
MOST_NAME = 80

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"true": True, "false": False}
_CORE = "tag:yaml.org,2002:"
_RESOLVER = yaml.resolver.Resolver()
_NODES = {
    yaml.ScalarEvent: yaml.ScalarNode,
    yaml.SequenceStartEvent: yaml.SequenceNode,
    yaml.MappingStartEvent: yaml.MappingNode,
}

Scalar: TypeAlias = str | int | float | bool | None


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """A value and its line, counted from 1; None is a value whose fault is noted already."""

    line: int
    value: Scalar


class Items(msgspec.Struct, frozen=True):
    """A list and the line where it begins."""

    line: int
    items: list["Tree"]


class Fields(msgspec.Struct, frozen=True):
    """A mapping: each field with the line of its name."""

    line: int
    fields: dict[str, tuple[int, "Tree"]]


Tree: TypeAlias = Leaf | Items | Fields


def line_of(tree: Tree, place: Iterable[str | int]) -> int:
    """Return the line of ``place``, or of what should hold it where it isn't written."""
    line = tree.line
    for step in place:
        if isinstance(tree, Fields) and step in tree.fields:
            line, tree = tree.fields[str(step)]
        elif isinstance(tree, Items) and isinstance(step, int):
            tree = tree.items[step]
            line = tree.line
        else:
            break
    return line


def read(text: str, problems: list[Problem]) -> Tree:
    """Return the tree of ``text`` and add what is wrong with single values to ``problems``.

    Raise ``RuleSetError`` where no tree can be had at all.
    """
    if len(text) > MOST_CHARACTERS:
        raise _unreadable(1, f"has more than {MOST_CHARACTERS} characters", "split it into several rule sets")
    try:
        tree = _Reader(text, problems).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise _unreadable(
            min(line, len(text.splitlines()) or 1),  # the end of a text is said to be the beginning of one line more
            f"isn't YAML ({error.problem})",
            "correct the line; quote text that holds : or #",
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise _unreadable(line, "holds a character that YAML doesn't allow", "remove it") from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise _unreadable(line, "holds half of a character", "remove it") from error
    except (ValueError, OverflowError) as error:  # PyYAML lets Python's own errors through for escapes and directives
        raise _unreadable(1, "has an escape or a directive with a number out of range", "write plain text") from error
    if tree is None:
        raise _unreadable(1, "is empty", "write at least the fields that are required")
    return tree


def _unreadable(line: int, fault: str, remedy: str) -> RuleSetError:
    return RuleSetError([Problem(line, "the text", fault, remedy)])


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _tag_of(event: yaml.Event) -> str:
    """Return the tag that a value is given, or that its spelling gives it; those of YAML's core are cut short."""
    tag = getattr(event, "tag", None)
    if tag is None or tag == "!":
        value = event.value if isinstance(event, yaml.ScalarEvent) else None
        implicit = getattr(event, "implicit", None)
        tag = _RESOLVER.resolve(_NODES[type(event)], value, implicit)  # type: ignore[no-untyped-call]
    return str(tag).removeprefix(_CORE)


def _shown(tag: str) -> str:
    """Spell a tag so that a terminal only shows it."""
    return tag[:MOST_NAME].encode("unicode_escape").decode()


class _Reader:
    """Takes YAML's events one by one, so that no trick costs memory or stack, and notes every fault with its line."""

    def __init__(self, text: str, problems: list[Problem]) -> None:
        self.problems = problems
        self._events = yaml.parse(text, Loader=LOADER)
        self._depth = 0

    def document(self) -> Tree | None:
        """Return the only document, None where there is none at all."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        tree = self._tree(self._next(), "")
        self._next()
        if not isinstance(following := self._next(), yaml.StreamEndEvent):
            raise _unreadable(_line(following), "has another document", "keep one of them")
        return tree

    def _next(self) -> yaml.Event:
        event: yaml.Event = next(self._events)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _unreadable(_line(event), "has an anchor or an alias", "write the value out where it is used")
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            if self._depth > MOST_DEPTH:
                deep = f"is nested more than {MOST_DEPTH} deep"
                raise _unreadable(_line(event), deep, "see the schema for what belongs where")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
        return event

    def _pass_over(self, event: yaml.Event) -> None:
        """Leave out the value that begins with ``event``, whatever is in it."""
        around = self._depth - isinstance(event, yaml.CollectionStartEvent)
        while self._depth > around:
            self._next()

    def _tree(self, event: yaml.Event, path: str) -> Tree:
        line, tag = _line(event), _tag_of(event)
        if isinstance(event, yaml.ScalarEvent):
            return Leaf(line, self._scalar(event.value, tag, path, line))
        if isinstance(event, yaml.MappingStartEvent) and tag == "map":
            return self._fields(path, line)
        if isinstance(event, yaml.SequenceStartEvent) and tag == "seq":
            items: list[Tree] = []
            while not isinstance(item := self._next(), yaml.SequenceEndEvent):
                items.append(self._tree(item, f"{path}[{len(items)}]"))
            return Items(line, items)
        self._pass_over(event)
        self._fault(line, path, f"has the tag {_shown(tag)}", "leave the tag out")
        return Leaf(line, None)

    def _fields(self, path: str, line: int) -> Fields:
        fields: dict[str, tuple[int, Tree]] = {}
        while not isinstance(named := self._next(), yaml.MappingEndEvent):
            at = _line(named)
            self._pass_over(named)
            value = self._next()
            if not isinstance(named, yaml.ScalarEvent) or _tag_of(named) != "str":
                self._pass_over(value)
                self._fault(at, path, "has a field name that isn't text", "write the name of a field")
                continue
            name = named.value[:MOST_NAME]
            if not name.isprintable():
                self._pass_over(value)
                self._fault(at, path, f"has a field named {name!a}", "write the name of a field in plain letters")
                continue
            where = f"{path}.{name}" if path else name
            if name in fields:
                self._pass_over(value)
                self._fault(at, where, f"is given twice (first on line {fields[name][0]})", "keep one of them")
                continue
            fields[name] = (at, self._tree(value, where))
        return Fields(line, fields)

    def _scalar(self, text: str, tag: str, path: str, line: int) -> Scalar:
        if tag == "str":
            return text
        if tag == "int" and _INTEGER.fullmatch(text):
            return int(text)
        if tag == "float" and _NUMBER.fullmatch(text):
            return float(text)
        if tag == "bool" and text in _WORDS:
            return _WORDS[text]
        fault, remedy = {
            "int": ("isn't a plain whole number", "write decimal digits only, at most 18, or quote it as text"),
            "float": ("isn't a plain number", "write decimal digits with one point, such as 0.8"),
            "bool": ("isn't true or false", "write true or false, or quote it as text"),
            "null": ("has no value", "give a value or leave the field out"),
            "timestamp": ("is a date", "quote it as text"),
        }.get(tag, (f"has the tag {_shown(tag)}", "leave the tag out"))
        self._fault(line, path, fault, remedy)
        return None

    def _fault(self, line: int, path: str, fault: str, remedy: str) -> None:
        self.problems.append(Problem(line, path or "the rule set", fault, remedy))
