"""No code of policy is dead: the page says where somebody meets each, and by which test, and the test is there."""

import ast
import re
from functools import cache

from gamification.rules.policy import RULES, Reason
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "law.md").read_text()
CODE = re.compile(r"^\| `([a-z-]+)` \| ([C0-9, ]+) \| [^|]+ \| `([^`:]+)::(\w+)` \|$", re.MULTILINE)
KEPT = re.compile(r"^\| ([C0-9, ]+) \| [^|]+ \| [^|]+ \| `([^`:]+)::(\w+)` \|$", re.MULTILINE)
PATHS = ("tests/api/", "tests/system/")


@cache
def defined_in(file: str) -> frozenset[str]:
    """Return the tests that a file defines; none where there is no such file."""
    path = ROOT / file
    defined = ast.walk(ast.parse(path.read_text())) if path.is_file() else ()
    return frozenset(each.name for each in defined if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_code_of_policy_is_met_on_a_real_path_and_the_test_of_it_is_there() -> None:
    lines = {code: (rules, file, test) for code, rules, file, test in CODE.findall(PAGE)}
    assert set(lines) == {reason.value for reason in Reason}
    for code, (rules, file, test) in lines.items():
        assert set(rules.split(", ")) <= set(RULES), code
        assert file.startswith(PATHS), f"{code} is met by no caller in {file}"
        assert test in defined_in(file), f"there is no {test} in {file}"
        assert f'"{code}"' in (ROOT / file).read_text(), f"{file} never looks for {code}"


def test_what_needs_no_check_names_what_keeps_it_so_and_the_test_of_it() -> None:
    lines = KEPT.findall(PAGE)
    assert len(lines) == len(PAGE.split("## What needs no check")[1].strip().splitlines()) - 4
    for rules, file, test in lines:
        assert set(rules.split(", ")) <= set(RULES)
        assert test in defined_in(file), f"there is no {test} in {file}"


def test_each_of_the_22_rules_is_checked_or_kept_by_what_is_there() -> None:
    """Also rules that are a duty of the whole: C2 to C7 by what is claimed, C22 by what is erased."""
    said = {rule for _, rules, *_ in CODE.findall(PAGE) for rule in rules.split(", ")}
    said |= {rule for rules, *_ in KEPT.findall(PAGE) for rule in rules.split(", ")}
    assert said == set(RULES)
