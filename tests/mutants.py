"""`make mutants`: change what decides, piece by piece, and see that a test notices each change.

What survives and may is in docs/reference/mutation-waivers.yaml, by function and by the line that the change makes,
with the reason why nobody could tell the difference. A survivor that is not there fails, and so does a waiver that
nothing needs.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import yaml

ROOT: Final = Path(__file__).parents[1]
WAIVERS: Final = ROOT / "docs" / "reference" / "mutation-waivers.yaml"
SURVIVED: Final = re.compile(r"^\s*(\S+): (?:survived|no tests|timeout|suspicious)\s*$", re.MULTILINE)
FUNCTION: Final = re.compile(r"^(.*)\.x(?:ǁ(\w+)ǁ|_)(\w+)__mutmut_\d+$")


class Change(NamedTuple):
    """A change that no test noticed: the function, and the line as the change makes it."""

    function: str
    line: str


def changed(name: str, diff: str) -> Change:
    """Return what a mutant of this name did, from its unified diff."""
    found = FUNCTION.match(name)
    assert found is not None, name
    module, owner, function = found.groups()
    lines = [line[1:].strip() for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    return Change(".".join(filter(None, (module, owner, function))), " ".join(lines))


def verdict(survivors: Iterable[Change], waived: Iterable[Change]) -> list[str]:
    """Return a line for every survivor that is not waived and every waiver that nothing needs."""
    found, known = set(survivors), set(waived)
    return [
        *(f"SURVIVED  {each.function}: {each.line}" for each in sorted(found - known)),
        *(f"NOT NEEDED  {each.function}: {each.line}" for each in sorted(known - found)),
    ]


def waivers() -> list[Change]:
    """Read the waivers; each has a reason."""
    entries = yaml.safe_load(WAIVERS.read_text(encoding="utf-8")) or []
    assert all(str(entry["because"]).strip() for entry in entries)
    return [Change(entry["function"], entry["line"]) for entry in entries]


def _mutmut(*words: str) -> str:
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def main() -> int:
    """Run all mutants, which takes minutes; 1 when one survived that may not, or a waiver is needed no more."""
    if "--results" not in sys.argv:
        shutil.rmtree(ROOT / "mutants", ignore_errors=True)  # what is remembered there knows nothing of newer tests
        subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=ROOT, check=False)
    survivors = [changed(name, _mutmut("show", name)) for name in SURVIVED.findall(_mutmut("results"))]
    lines = verdict(survivors, waivers())
    for line in lines:
        print(line)  # noqa: T201 - a command line
    print(f"{len(survivors)} changes survived, {len(waivers())} are waived.")  # noqa: T201 - likewise
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
