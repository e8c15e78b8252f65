"""``laurel import oulad`` as it is typed."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.importer.command import import_oulad
from tests.api.importer.wire_server import CLIENT, REVIEWER, World, serve

SAMPLE = Path(__file__).parents[3] / "samples" / "oulad"


def demonstration_file(folder: Path, url: str) -> Path:
    """Write what ``laurel demo`` writes."""
    file = folder / "demo.json"
    accounts = [{"role": "hcp", "email": "a@b.example", "password": "x"}, {"role": "medical_reviewer", **REVIEWER}]
    file.write_text(json.dumps({"url": url, "accounts": accounts, "learning_system": CLIENT}))
    return file


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(import_oulad, [str(argument) for argument in arguments])


def refused(result: Result) -> str:
    """Give the one line a refused command prints."""
    assert result.exit_code != 0
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert result.stdout == ""
    return lines[0]


def test_json_prints_one_report_and_nothing_else(tmp_path: Path) -> None:
    world = World()
    with serve(world) as url:
        file = demonstration_file(tmp_path, url)
        result = run(SAMPLE, "--presentation", "AAA/2013J", "--learners", "2", "--credentials", file, "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert set(report) == {
        "presentation", "learners", "content_items", "activities", "seconds", "activities_per_second"
    }  # fmt: skip
    assert report["activities"] == {"recorded": len(world.activities), "repeated": 0, "refused": {}}


def test_without_json_a_short_table_is_printed(tmp_path: Path) -> None:
    with serve(World()) as url:
        file = demonstration_file(tmp_path, "http://127.0.0.1:1")
        arguments = (SAMPLE, "--presentation", "AAA/2013J", "--learners", "2", "--credentials", file, "--url", url)
        result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    assert "activities recorded" in result.stdout
    assert "AAA/2013J" in result.stdout


def test_a_missing_folder_a_strange_presentation_and_a_missing_server_are_one_line_each(tmp_path: Path) -> None:
    with serve(World()) as url:
        file = demonstration_file(tmp_path, url)
        missing = run(tmp_path / "none", "--presentation", "AAA/2013J", "--credentials", file)
        strange = run(SAMPLE, "--presentation", "AAA", "--credentials", file)
        unknown = run(SAMPLE, "--presentation", "BBB/2013J", "--credentials", file)
    away = run(SAMPLE, "--presentation", "AAA/2013J", "--credentials", file)
    assert "there is no folder" in refused(missing)
    assert "for example AAA/2013J" in refused(strange)
    assert "no learner of BBB/2013J" in refused(unknown)
    assert "see that it runs and is ready" in refused(away)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no credentials file"),
        ("{", "malformed"),
        ("{}", "malformed"),
        (json.dumps({"learning_system": CLIENT}), "names no medical_reviewer"),
        (json.dumps({"learning_system": CLIENT, "medical_reviewer": REVIEWER, "url": "laurel"}), "not the address"),
    ],
)
def test_a_credentials_file_that_does_not_help_is_named(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "credentials.json"
    if content is not None:
        file.write_text(content)
    line = refused(run(SAMPLE, "--presentation", "AAA/2013J", "--credentials", file))
    assert said in line
    assert CLIENT["client_secret"] not in line


def test_a_file_of_ones_own_with_a_medical_reviewer_works(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    with serve(World()) as url:
        file.write_text(json.dumps({"url": url, "learning_system": CLIENT, "medical_reviewer": REVIEWER}))
        file.chmod(stat.S_IRUSR)
        result = run(SAMPLE, "--presentation", "AAA/2013J", "--learners", "1", "--credentials", file, "--json")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("option", ["--batch=0", "--batch=1001", "--concurrency=0", "--learners=0", "--patience=-1"])
def test_a_number_out_of_range_is_refused(option: str) -> None:
    result = run(SAMPLE, "--presentation", "AAA/2013J", option)
    assert result.exit_code == 2
    assert "is not in the range" in result.stderr
