"""Documentation that cannot rot: links lead somewhere, named files exist, commands are the ones there are."""

import ast
import re
import subprocess
import textwrap

from tests.architecture.tree import ROOT, files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|\bsrc(?:set)?=\"([^\"]+)\"")
NAMED_FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|yaml|toml|txt|json|svg)|(?:[\w.-]+/){2,})`")
EXCERPT = re.compile(r"^<!-- from (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEPS = 9
"""Of the tutorial, from words to test: each shows code."""
MADE_BY_A_RUN = (".laurel/", ".venv/", "benchmarks/results/")


def pages() -> dict[str, str]:
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in files() if path.suffix == ".md"}


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def link_faults(page: str, text: str, known: dict[str, str]) -> list[str]:
    """Relative links of a page that lead to no file, or to no heading of the page they name."""
    faults = []
    for match in LINK.finditer(FENCE.sub("", text)):
        link = next(group for group in match.groups() if group)
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists():
            faults.append(f"{page}: {link}: no such file")
        elif anchor and anchor not in anchors(known.get(target.resolve().relative_to(ROOT).as_posix(), text)):
            faults.append(f"{page}: {link}: no such heading")
    return faults


def file_faults(page: str, text: str) -> list[str]:
    """Files and folders that a page names in code type and that are not there."""
    named = NAMED_FILE.findall(FENCE.sub("", text))
    return [
        f"{page}: {name}"
        for name in named
        if not name.startswith(MADE_BY_A_RUN)
        and not (ROOT / name).exists()
        and not ((ROOT / page).parent / name).exists()
    ]


def code_faults(page: str, text: str) -> list[str]:
    """Python examples that do not parse."""
    faults = []
    for language, code in FENCE.findall(text):
        if language == "python":
            try:
                ast.parse(textwrap.dedent(code))
            except SyntaxError as error:
                faults.append(f"{page}: {error}")
    return faults


def excerpt_faults(page: str, text: str) -> list[str]:
    """Excerpts (a code block below `from FILE` in a comment) that do not stand in their file, letter by letter."""
    return [
        f"{page}: {name} has no {code.strip().splitlines()[0]}"
        for name, code in EXCERPT.findall(text)
        if not (ROOT / name).exists() or code not in (ROOT / name).read_text()
    ]


def make_targets() -> dict[str, str]:
    command = ["make", "--no-print-directory", "help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^ *make (\w+) +(.+)$", said.stdout, re.MULTILINE))


def test_every_link_leads_somewhere() -> None:
    known = pages()
    assert [fault for page, text in known.items() for fault in link_faults(page, text, known)] == []


def test_every_file_that_a_page_names_exists() -> None:
    assert [fault for page, text in pages().items() for fault in file_faults(page, text)] == []


def test_every_excerpt_stands_in_the_file_it_is_from() -> None:
    assert [fault for page, text in pages().items() for fault in excerpt_faults(page, text)] == []
    assert len(EXCERPT.findall(pages()["docs/tutorial-first-feature.md"])) >= STEPS


def test_every_example_that_is_no_excerpt_parses() -> None:
    free = {page: EXCERPT.sub("", text) for page, text in pages().items()}
    assert [fault for page, text in free.items() for fault in code_faults(page, text)] == []


def test_the_readme_names_every_make_target_that_ci_and_newcomers_need() -> None:
    readme = pages()["README.md"]
    targets = make_targets()
    assert {"demo", "test", "check", "bench", "docs", "clean"} <= set(targets)
    assert [target for target in targets if f"make {target}" not in readme and target != "help"] == []
    called = re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert called == ["check", "audit", "test"]


def test_every_decision_stands_in_the_index_under_a_number_of_its_own() -> None:
    decisions = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    index = (ROOT / "docs" / "decisions" / "README.md").read_text()
    assert [name for name in decisions if f"({name})" not in index] == []
    numbers = [name[:4] for name in decisions]
    assert numbers == sorted(set(numbers)), "branches that are written at the same time take numbers ahead"


def test_a_dead_link_a_missing_file_and_a_broken_example_are_faults() -> None:
    text = "[a](gone.md) [b](README.md#no-such) [c](README.md) `api/gone.py` `api/` \n```python\ndef\n```\n"
    known = {"README.md": "# Laurel\n"}
    assert link_faults("README.md", text, known) == [
        "README.md: gone.md: no such file",
        "README.md: README.md#no-such: no such heading",
    ]
    assert link_faults("README.md", "[d](README.md#laurel)", known) == []
    assert file_faults("README.md", text) == ["README.md: api/gone.py"]
    assert len(code_faults("README.md", text)) == 1
    quoted = "<!-- from Makefile -->\n```\n{}\n```\n"
    assert excerpt_faults("README.md", quoted.format("demo: nothing")) == ["README.md: Makefile has no demo: nothing"]
    assert excerpt_faults("README.md", quoted.format(".DEFAULT_GOAL := help")) == []
