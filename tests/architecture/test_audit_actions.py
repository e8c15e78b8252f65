"""Invariant 14, last part: every audit action is in the vocabulary of a room."""

import ast
import importlib
import re
from enum import StrEnum

from tests.architecture.tree import LINE, ROOT, Module, modules, strings

GRAMMAR = re.compile(r"(?P<room>[a-z]+):[a-z][a-z_]*:[a-z][a-z_]*")
ROOMS = [room for room in LINE if (ROOT / room / "vocabulary.py").exists()]


def actions(room: str) -> dict[str, str]:
    """The members of a room's Action: name and value."""
    vocabulary = importlib.import_module(f"{room}.vocabulary")
    action: type[StrEnum] | None = getattr(vocabulary, "Action", None)
    return {member.name: member.value for member in action} if action else {}


def grammar_faults(room: str, words: dict[str, str]) -> list[str]:
    """Actions that are not spelled room:subject:verb, with the name of the room they live in."""
    spelled = {word: GRAMMAR.fullmatch(word) for word in words.values()}
    return [f"{room}: {word}" for word, match in spelled.items() if match is None or match["room"] != room]


def spelling_faults(module: Module) -> list[str]:
    """Actions written out as text instead of named from a vocabulary."""
    found = [(line, GRAMMAR.fullmatch(text)) for line, text in strings(module)]
    return [f"{module}:{line}: {match.group()}" for line, match in found if match and match["room"] in LINE]


def record_faults(module: Module, known: set[str]) -> list[str]:
    """Calls of `record` whose action is text, or a name that no Action has."""
    faults = []
    for node in ast.walk(module.syntax):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"):
            continue
        for word in ast.walk(node.args[0]) if node.args else ():
            literal = isinstance(word, ast.Constant) and isinstance(word.value, str)
            unknown = isinstance(word, ast.Attribute) and word.attr.isupper() and word.attr not in known
            if literal or unknown:
                faults.append(f"{module}:{node.lineno}: {ast.unparse(word)}")
    return faults


def every_action() -> dict[str, str]:
    return {name: value for room in ROOMS for name, value in actions(room).items()}


def test_every_audit_action_is_spelled_room_subject_verb() -> None:
    assert [fault for room in ROOMS for fault in grammar_faults(room, actions(room))] == []
    assert len(every_action()) > len(ROOMS)


def test_no_audit_action_is_written_out_beside_the_vocabulary() -> None:
    elsewhere = [module for module in modules(*LINE) if module.path.name != "vocabulary.py"]
    assert [fault for module in elsewhere for fault in spelling_faults(module)] == []


def test_every_recorded_action_is_in_the_vocabulary() -> None:
    known = set(every_action())
    assert [fault for module in modules(*LINE) for fault in record_faults(module, known)] == []


def test_every_audit_action_is_used_somewhere() -> None:
    elsewhere = [module for module in modules(*LINE) if module.path.name != "vocabulary.py"]
    used = {node.attr for module in elsewhere for node in ast.walk(module.syntax) if isinstance(node, ast.Attribute)}
    assert sorted(set(every_action()) - used) == []


def test_a_misspelt_an_unknown_and_a_written_out_action_are_faults() -> None:
    assert grammar_faults("consent", {"A": "consent:record:granted", "B": "granted", "C": "audit:entry:read"}) == [
        "consent: granted",
        "consent: audit:entry:read",
    ]
    text = 'uow.record(Action.KNOWN)\nuow.record(Action.WRONG)\nuow.record("consent:record:granted")'
    module = Module("consent/service.py", text)
    assert record_faults(module, {"KNOWN"}) == [
        "consent/service.py:2: Action.WRONG",
        "consent/service.py:3: 'consent:record:granted'",
    ]
    assert spelling_faults(module) == ["consent/service.py:3: consent:record:granted"]
