"""A file is split at 300 lines and a function at 40: what fits on a screen can be read."""

import ast

from tests.architecture.tree import Module, modules

FILE_LINES = 300
FUNCTION_LINES = 40
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
"""Names that say nothing about what is inside."""


def file_faults(module: Module) -> list[str]:
    lines = len(module.text.splitlines())
    return [f"{module}: {lines} lines"] if lines > FILE_LINES else []


def function_faults(module: Module) -> list[str]:
    """Functions that are too long; a docstring does not count, since explaining costs nothing."""
    faults = []
    for node in ast.walk(module.syntax):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if ast.get_docstring(node) is not None:
            lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
        if lines > FUNCTION_LINES:
            faults.append(f"{module}:{node.lineno}: {node.name} has {lines} lines")
    return faults


def test_no_file_is_longer_than_300_lines() -> None:
    written = [module for module in modules() if module.room != "migrations"]
    assert [fault for module in written for fault in file_faults(module)] == []


def test_no_function_is_longer_than_40_lines() -> None:
    written = [module for module in modules() if module.room not in {"migrations", "tests"}]
    assert [fault for module in written for fault in function_faults(module)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(module) for module in modules() if NAMELESS & {*module.path.parts, module.path.stem}] == []


def test_a_long_file_and_a_long_function_are_faults_and_their_limits_are_not() -> None:
    assert file_faults(Module("api/a.py", "\n" * FILE_LINES)) == []
    assert file_faults(Module("api/a.py", "\n" * (FILE_LINES + 1))) == ["api/a.py: 301 lines"]
    at_limit = 'def long():\n    """Doc.\n\n    More.\n    """\n' + "    pass\n" * (FUNCTION_LINES - 1)
    assert function_faults(Module("api/a.py", at_limit)) == []
    assert function_faults(Module("api/a.py", at_limit + "    pass\n")) == ["api/a.py:1: long has 41 lines"]
