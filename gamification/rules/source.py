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

MOST_CHARACTERS = 200_000
MOST_DEPTH = 20
MOST_NAME = 80

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"true": True, "false": False}
_CORE = "tag:yaml.org,2002:"

Scalar: TypeAlias = str | int | float | bool | None


class Leaf(msgspec.Struct, frozen=True):
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
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise _unreadable(
            line, f"isn't YAML ({error.problem})", "correct the line; quote text that holds : or #"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable(line, "holds a character that YAML doesn't allow", "remove it") from error
    except (ValueError, OverflowError) as error:  # PyYAML lets Python's own errors through for escapes and directives
        raise _unreadable(1, "has an escape or a directive with a number out of range", "write plain text") from error
    if node is None:
        raise _unreadable(1, "is empty", "write at least the fields that are required")
    return _Reader(problems).tree(node, "")


def _unreadable(line: int, fault: str, remedy: str) -> RuleSetError:
    return RuleSetError([Problem(line, "the text", fault, remedy)])


def _tag_of(node: yaml.Node) -> str:
    """Spell a tag so that a terminal only shows it."""
    return str(node.tag[:MOST_NAME].encode("unicode_escape").decode())


def _refuse_tricks(text: str) -> None:
    """Look at the events before anything is built: aliases and deep nesting must not cost memory or stack."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark = event.start_mark
        line = mark.line + 1 if mark is not None else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _unreadable(line, "has an anchor or an alias", "write the value out where it is used")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                raise _unreadable(
                    line, f"is nested more than {MOST_DEPTH} deep", "see the schema for what belongs where"
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Reader:
    """Walks YAML nodes once and notes every fault with its line and path."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def tree(self, node: yaml.Node, path: str) -> Tree:
        line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode) and node.tag == _CORE + "map":
            return self._fields(node, path, line)
        if isinstance(node, yaml.SequenceNode) and node.tag == _CORE + "seq":
            return Items(line, [self.tree(item, f"{path}[{index}]") for index, item in enumerate(node.value)])
        if isinstance(node, yaml.ScalarNode):
            return Leaf(line, self._scalar(node, path, line))
        self._fault(line, path, f"has the tag {_tag_of(node)}", "leave the tag out")
        return Leaf(line, None)

    def _fields(self, node: yaml.MappingNode, path: str, line: int) -> Fields:
        fields: dict[str, tuple[int, Tree]] = {}
        for name_node, value in node.value:
            at = name_node.start_mark.line + 1
            if not isinstance(name_node, yaml.ScalarNode) or name_node.tag != _CORE + "str":
                self._fault(at, path, "has a field name that isn't text", "write the name of a field")
                continue
            name = name_node.value[:MOST_NAME]
            if not name.isprintable():
                self._fault(at, path, f"has a field named {name!a}", "write the name of a field in plain letters")
                continue
            where = f"{path}.{name}" if path else name
            if name in fields:
                self._fault(at, where, f"is given twice (first on line {fields[name][0]})", "keep one of them")
                continue
            fields[name] = (at, self.tree(value, where))
        return Fields(line, fields)

    def _scalar(self, node: yaml.ScalarNode, path: str, line: int) -> Scalar:
        text, tag = node.value, node.tag.removeprefix(_CORE)
        if tag == "str":
            return str(text)
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
        }.get(tag, (f"has the tag {_tag_of(node)}", "leave the tag out"))
        self._fault(line, path, fault, remedy)
        return None

    def _fault(self, line: int, path: str, fault: str, remedy: str) -> None:
        self.problems.append(Problem(line, path or "the rule set", fault, remedy))
