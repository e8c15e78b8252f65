"""What is installed: exact versions with hashes, from any index, under licences that bind nobody who uses Laurel."""

import ast
import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import LINE, ROOT, modules

PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; .+)? \\$")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(text: str) -> dict[str, str]:
    """Name and exact version of each package; ValueError for a line that is neither a pin nor part of one."""
    found = {}
    for line in text.splitlines():
        match = PIN.match(line)
        if match:
            found[match[1]] = match[2]
        elif line and not re.match(r"^ +--hash=sha256:[0-9a-f]{64}( \\)?$|^ *#", line):
            raise ValueError(line)
    return found


def lock(name: str) -> dict[str, str]:
    return pins((ROOT / "requirements" / f"{name}.txt").read_text())


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def is_copyleft(package: metadata.PackageMetadata) -> bool:
    """Whether a package's licence is of the GPL family; of a choice of licences, the other one is taken."""
    licences = [*(package.get_all("License-Expression") or []), *(package.get_all("Classifier") or [])]
    bound = [text for text in licences if re.search(r"\bA?GPL|General Public License", text)]
    return bool(bound) and not any(" OR " in text for text in bound)


def test_every_lock_pins_exact_versions_with_hashes_and_names_no_index() -> None:
    assert {name: len(lock(name)) > 0 for name in ("runtime", "development", "lock")} == {
        "runtime": True,
        "development": True,
        "lock": True,
    }


def test_the_locks_follow_pyproject() -> None:
    assert names(PROJECT["project"]["dependencies"]) - set(lock("runtime")) == set()
    assert names(PROJECT["dependency-groups"]["development"]) - set(lock("development")) == set()


def test_tests_run_on_the_versions_that_production_runs_on() -> None:
    development = lock("development")
    assert {name: development.get(name) for name in lock("runtime")} == lock("runtime")


def test_no_runtime_package_is_under_the_gpl_and_the_one_of_the_tests_is() -> None:
    installed = {str(canonicalize_name(found.metadata["Name"])): found.metadata for found in metadata.distributions()}
    runtime = {name: installed[name] for name in lock("runtime") if name in installed}
    assert [name for name, package in runtime.items() if is_copyleft(package)] == []
    assert len(runtime) > len(PROJECT["project"]["dependencies"])
    assert is_copyleft(installed["pymerkle"])


def test_the_rooms_import_only_packages_that_pyproject_declares() -> None:
    declared = names(PROJECT["project"]["dependencies"])
    owners = metadata.packages_distributions()
    used = {
        (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else alias.name.partition(".")[0]
        for module in modules(*LINE)
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    foreign = {
        top for top in used if top in owners and not {canonicalize_name(name) for name in owners[top]} & declared
    }
    assert foreign == set()
    assert {"msgspec", "piccolo"} <= used


@pytest.mark.parametrize("line", ["litestar>=2", "-e .", "litestar==2.25.0", "    --hash=md5:abc"])
def test_a_lock_line_without_an_exact_version_and_hash_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        pins(f"{line}\n")
