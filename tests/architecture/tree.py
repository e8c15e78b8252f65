"""The tree as the architecture tests see it: which files there are, and what they say."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from typing_extensions import override

ROOT: Final = Path(__file__).parents[2]
LINE: Final = (
    "console",
    "api",
    "journeys",
    "gamification",
    "engagement",
    "content",
    "consent",
    "access",
    "people",
    "audit",
    "kernel",
)
"""The rooms in import order, top to bottom."""

CODE: Final = (*LINE, "benchmarks", "migrations", "samples", "tests", "asgi.py", "piccolo_conf.py")
GENERATED: Final = {"__pycache__", "mutants", "results", "site", "shared"}
"""Folders that are made, not written; a folder or file whose name starts with a dot is left out too, but for .ci."""


class Module:
    """One Python file: its path from the root, its text and its syntax tree."""

    def __init__(self, path: str, text: str) -> None:
        self.path = PurePosixPath(path)
        self.text = text
        self.syntax = ast.parse(text)

    @property
    def room(self) -> str:
        return self.path.parts[0]

    @override
    def __repr__(self) -> str:
        return str(self.path)


def files() -> Iterator[Path]:
    """Every file that was written by hand or generated into the tree, not what a run leaves behind."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if hidden or path.name in GENERATED or path.is_symlink():
                continue
            if path.is_dir():
                waiting.append(path)
            else:
                yield path


def modules(*tops: str) -> list[Module]:
    """The Python files below some top-level folders; of all of them if none is named."""
    chosen = set(tops or CODE)
    found = [path.relative_to(ROOT) for path in files() if path.suffix == ".py"]
    return [Module(path.as_posix(), (ROOT / path).read_text()) for path in found if path.parts[0] in chosen]


def docstrings(syntax: ast.AST) -> set[ast.AST]:
    """The string nodes that stand alone as a statement: prose, not data."""
    return {
        node.value for node in ast.walk(syntax) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def strings(module: Module) -> Iterator[tuple[int, str]]:
    """The line and text of every string a module works with; of an f-string, the fixed text with `{}` in its gaps."""
    prose = docstrings(module.syntax)
    inside = {part for node in ast.walk(module.syntax) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose | inside:
            yield node.lineno, node.value
