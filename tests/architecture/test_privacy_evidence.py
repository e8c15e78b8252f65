"""The page for the data protection officer names tests and files that exist."""

import re
from pathlib import Path

from kernel.settings import CHECKOUT

PAGE = (CHECKOUT / "docs" / "privacy-evidence.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| .+ \| `([^`]+)` \| `(tests/[\w/]+\.py)::(test_\w+)` \|$", re.MULTILINE)


def missing(page: str) -> list[str]:
    """Return what the lines of a page name and is not there."""
    wrong = []
    for place, file, test in LINE.findall(page):
        path: Path = CHECKOUT / file
        if not path.is_file() or f"def {test}(" not in path.read_text(encoding="utf-8"):
            wrong.append(f"{file}::{test}")
        if not (CHECKOUT / place).exists():
            wrong.append(place)
    return wrong


def test_every_promise_names_a_place_and_a_test_that_exist() -> None:
    promises = [
        line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
    ]
    assert len(LINE.findall(PAGE)) == len(promises) > 35
    assert missing(PAGE) == []
    assert missing("| x | `no/such.py` | `tests/kernel/test_mail.py::test_nothing` |") == [
        "tests/kernel/test_mail.py::test_nothing",
        "no/such.py",
    ]
