"""Words that must not stand anywhere in the tree: where packages come from, folders of one machine, unfinished work."""

import re

import pytest

from tests.architecture.tree import ROOT, files

DATA = {".csv", ".parquet", ".png", ".zst", ".gz"}
LARGEST = 2_000_000
"""Bytes; sample data above this is no text that anybody wrote."""

# Each pattern is put together from halves, so that this file does not find itself.
FORBIDDEN = {
    "where packages come from": "|".join(
        (
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "registry" + r"\.npmjs",
            r"^\s*-" + r"-(extra-)?index-url",
            r"^\s*-" + "-find-links",
        )
    ),
    "a folder of one machine": r"(?<![\w./*-])/" + r"(root|work|opt|Users|home)/[\w.]+",
    "unfinished work": r"\b(" + "TO" + "DO|FIX" + r"ME|X" + r"XX)\b",
    "an embarrassed test": r"\bpytest\.(skip|x" + r"fail)\b|\bNot" + r"ImplementedError\b",
}
LOCKS = {"uv.lock", "poetry.lock", "Pipfile.lock"}
"""Lock files that write an index address into the tree; requirements/*.txt do not."""


def faults(name: str, text: str) -> list[str]:
    found = [f"{name}: a lock file that names an index"] if name.rpartition("/")[2] in LOCKS else []
    for reason, pattern in FORBIDDEN.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: {reason}: {match.group().strip()}")
    return found


def texts() -> list[tuple[str, str]]:
    """Every text file that is no data."""
    written = [path for path in files() if path.suffix not in DATA and path.stat().st_size < LARGEST]
    return [(path.relative_to(ROOT).as_posix(), path.read_text()) for path in written]


def test_no_forbidden_word_stands_in_the_tree() -> None:
    assert [fault for name, text in texts() for fault in faults(name, text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "see https://py" + "pi.org/project/x",
        "-" + "-index-url https://example.com/simple",
        'open("/' + 'home/ada/laurel.txt")',
        "# TO" + "DO: later",
        "raise Not" + "ImplementedError",
    ],
)
def test_a_forbidden_word_is_found(text: str) -> None:
    assert len(faults("docs/page.md", f"fine\n{text}\n")) == 1


def test_an_ordinary_sentence_is_not_found() -> None:
    assert faults("docs/page.md", "The root of the work; GET /v1/me/home; https://example.com/wo" + "rk/done\n") == []
