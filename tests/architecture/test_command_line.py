"""The command line is what the pages say: the same commands, and the reference pages as they would be written now."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import laurel
from tests.architecture.tree import ROOT


def said(*words: str) -> str:
    """What `laurel` prints."""
    result = CliRunner().invoke(laurel, words, prog_name="laurel")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_readme_lists_every_command_of_laurel_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text()
    listed = set(re.findall(r"^\| `laurel ([a-z]+)` \|", readme, re.MULTILINE))
    assert listed == set(laurel.commands)
    assert {"demo", "serve", "worker", "migrate", "import", "audit", "access", "openapi"} <= listed


def test_every_command_explains_itself() -> None:
    for command in sorted(laurel.commands):
        assert f"Usage: laurel {command}" in said(command, "--help")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("routes.md", ("access", "matrix", "--markdown")),
        ("access-matrix.md", ("access", "matrix", "--page")),
        ("openapi.json", ("openapi",)),
        ("processing-activities.md", ("consent", "register")),
    ],
)
def test_the_reference_pages_are_as_make_docs_would_write_them_now(page: str, words: tuple[str, ...]) -> None:
    is_current = said(*words) == (ROOT / "docs" / "reference" / page).read_text()
    assert is_current, f"docs/reference/{page} is out of date: run `make docs`"


def test_laurel_works_from_any_folder_and_a_wrong_command_fails(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise RuntimeError")
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    done = {
        word: subprocess.run([ROOT / "bin" / "laurel", word], cwd=tmp_path, capture_output=True, text=True, check=False)
        for word in ("--version", "juggle")
    }
    assert (done["--version"].returncode, done["--version"].stdout) == (0, f"laurel, version {stated}\n")
    assert done["juggle"].returncode != 0
    assert "juggle" in done["juggle"].stderr
