"""The table of OWASP ASVS 5.0: every id has tests that there are, a reason why it does not apply, or is openly open."""

import ast
import re
from functools import cache
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT

TABLE: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "reference" / "asvs.yaml").read_text())
SHOWN = 200
"""So many ids are shown by tests; the number only grows."""


@cache
def functions(path: str) -> frozenset[str]:
    """Return the names of the test functions of a file; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    found = ast.walk(ast.parse(file.read_text()))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def faults(identifier: str, entry: dict[str, Any]) -> list[str]:
    said = entry.keys() & {"tests", "because", "status"}
    wrong = [] if re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{1,2}", identifier) else [f"{identifier}: no id of the ASVS"]
    if len(said) != 1 or entry.get("level") not in {1, 2, 3} or entry.get("status", "open") != "open":
        wrong.append(f"{identifier}: says not exactly one of tests, because and status: open, and its level")
    if "tests" in entry and not entry["tests"]:
        wrong.append(f"{identifier}: no test")
    for test in entry.get("tests", ()):
        path, _, name = test.partition("::")
        if not name.startswith("test_") or name not in functions(path):
            wrong.append(f"{identifier}: there is no test {test}")
    return wrong


def test_every_test_that_the_table_names_is_there() -> None:
    assert [fault for identifier, entry in TABLE.items() for fault in faults(identifier, entry)] == []


def test_what_is_shown_stays_shown() -> None:
    assert len([entry for entry in TABLE.values() if "tests" in entry]) >= SHOWN


@pytest.mark.parametrize(
    "entry",
    [
        {"level": 1, "tests": ["tests/architecture/test_asvs.py::test_nothing_of_this_name"]},
        {"level": 1, "tests": ["tests/nowhere.py::test_x"]},
        {"level": 1, "tests": []},
        {"level": 1},
        {"level": 4, "status": "open"},
        {"level": 1, "status": "done"},
    ],
)
def test_an_id_without_a_test_that_there_is_is_a_fault(entry: dict[str, Any]) -> None:
    assert faults("6.2.1", entry)
    assert not faults(
        "6.2.1", {"level": 1, "tests": ["tests/architecture/test_asvs.py::test_what_is_shown_stays_shown"]}
    )
