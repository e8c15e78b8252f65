"""The list of packages is that of the lock, byte for byte; and a check that could not be made is never called one."""

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest

from tests.architecture.tree import ROOT


def script(name: str) -> ModuleType:
    """Load a script of requirements/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"requirements_{name}", ROOT / "requirements" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SBOM, WEAKNESSES = script("sbom"), script("weaknesses")
LOCK = (ROOT / "requirements" / "runtime.txt").read_text()
LISTED = (ROOT / "docs" / "reference" / "sbom.cdx.json").read_text()


def test_the_list_of_packages_is_the_one_that_the_lock_gives() -> None:
    assert SBOM.document(LOCK) == LISTED, "run `make docs`"


def test_every_package_of_the_lock_is_listed_with_the_hashes_of_its_files() -> None:
    listed = {each["name"]: each for each in json.loads(LISTED)["components"]}
    pinned = [line.split("==") for line in LOCK.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(listed) == len({name.partition("[")[0] for name, *_ in pinned}) > 20
    for name, rest in pinned:
        component = listed[name.partition("[")[0]]
        assert component["version"] == rest.split()[0]
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
    hashes = {each["content"] for component in listed.values() for each in component["hashes"]}
    assert hashes == {part.rpartition(":")[2].split()[0] for part in LOCK.split("--hash=")[1:]}


def test_the_list_is_cyclonedx_and_says_nothing_of_when_or_where_it_was_made() -> None:
    document = json.loads(LISTED)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert "serialNumber" not in document
    assert "timestamp" not in document.get("metadata", {})


@pytest.mark.parametrize(
    ("report", "line", "well"),
    [
        (None, "NOT CHECKED", True),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, "NOT CHECKED", True),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, "1 of 1 packages checked, 0 known", True),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}]}, "a 1: CVE-1", False),
    ],
)
def test_what_was_not_checked_is_said_not_to_be_and_a_weakness_fails(
    report: dict[str, Any] | None, line: str, *, well: bool
) -> None:
    said, fine = WEAKNESSES.told("runtime.txt", report)
    assert line in said
    assert fine is well
