"""The `laurel` command as an operator meets it: help, one-line failures, JSON, and two checkouts side by side."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.cli import laurel
from kernel import embedded
from tests.architecture.tree import files
from tests.system.guests import staff
from tests.system.house import ROOT, Done, House, account, built, email_of, ground
from tests.system.loading import SAMPLE

NOWHERE = {"LAUREL_DATABASE_URL": "postgresql://laurel:x@127.0.0.1:1/laurel", "LAUREL_REDIS_URL": "redis://127.0.0.1:1"}
PRODUCTION = {"LAUREL_MODE": "production"}
USAGE = 2
"""Exit status of a command that was typed wrongly; click then also says how it is to be typed."""

SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "an unknown one": ({"LAUREL_PROT": "1"}, "LAUREL_PROT: there is no such setting"),
    "a bad number": ({"LAUREL_PORT": "http"}, "LAUREL_PORT: must be a whole number"),
    "a bad URL": ({"LAUREL_DATABASE_URL": "sqlite://x"}, "LAUREL_DATABASE_URL: must be a URL"),
    "one URL of two": ({"LAUREL_DATABASE_URL": "postgresql://x/y"}, "give both, or neither"),
    "a missing file": ({"LAUREL_TOKEN_KEY_FILE": "/nothing"}, "LAUREL_TOKEN_KEY_FILE: can't read"),
    "a short secret": ({"LAUREL_TOKEN_KEY": "c2hvcnQ="}, "LAUREL_TOKEN_KEY: must be 32 bytes"),
    "production without servers": (PRODUCTION, "LAUREL_DATABASE_URL: is needed in production"),
    "production without secrets": (PRODUCTION | NOWHERE, "LAUREL_TOKEN_KEY: is needed in production"),
}
NEW = ("access", "create-account", *account("administrator"))
FAILURES: dict[str, tuple[tuple[str | Path, ...], dict[str, str], str]] = {
    "an address of somebody else": (("serve", "--host", "192.0.2.1"), {}, "can't listen on 192.0.2.1"),
    "serve without its database": (("serve",), NOWHERE, "database can't answer"),
    "worker without its database": (("worker",), NOWHERE, "database can't answer"),
    "verify without its database": (("audit", "verify"), NOWHERE, "database can't answer"),
    "rules that are no rules": (("import", "rules", ROOT / "README.md"), {}, "isn't YAML"),
    "rules that are no text": (("import", "rules", SAMPLE / "courses.parquet"), {}, "can't be read as UTF-8 text"),
    "a folder without notices": (("import", "notices", SAMPLE / "studentVle_ds"), {}, "has no Markdown file"),
    "notices for no purpose": (("import", "notices", ROOT), {}, "README.md"),
    "an account nowhere": ((*NEW, "--zone", "Mars/Olympus"), {}, "zone"),
    "an account with a short password": ((*NEW, "--password", "secret"), {}, "password"),
    "a key that is none": (
        ("audit", "verify", "--key", "laurel"),
        {},
        "does not belong to its name and key",
    ),
    "a checkpoint that is none": (("audit", "verify", "--against", ROOT / "README.md"), {}, "can't be used"),
    "an import from nowhere": (
        ("import", "oulad", "/nothing", "--presentation", "AAA/2013J", "--credentials", ROOT / "README.md"),
        {},
        "/README.md is malformed",
    ),
    "a file that is not there": (("import", "rules", "nothing.yaml"), {}, "'nothing.yaml' does not exist"),
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with built() as made:
        yield made


def commands(command: click.Command, *words: str) -> Iterator[tuple[str, ...]]:
    """Every command and subcommand there is."""
    yield words
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, *words, name)


def assert_one_line(done: Done, said: str) -> None:
    """It failed, and told why in one line that a person can act on."""
    assert done.code != 0, done.out
    lines = done.err.strip().splitlines()
    if done.code == USAGE:
        assert lines[0].startswith("Usage: laurel")
    else:
        assert len(lines) == 1, done.err
    assert lines[-1].startswith("Error: ")
    assert said in lines[-1]
    assert done.out == ""


@pytest.mark.parametrize("words", list(commands(laurel)), ids=" ".join)
def test_every_command_explains_itself_and_asks_for_nothing(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(laurel, [*words, "--help"], prog_name="laurel", env={"LAUREL_PORT": "none"})
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(("Usage: laurel", *words)))
    assert re.search(r"\n\n  [A-Z].+?[.:]", result.stdout, re.DOTALL), "it does not say what it does"


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_that_cannot_be_used_stops_the_start_in_one_line(what: str, tmp_path: Path) -> None:
    settings, said = SETTINGS[what]
    for command in ("serve", "migrate"):
        result = CliRunner().invoke(laurel, [command], env={"LAUREL_HOME": str(tmp_path)} | settings)
        assert_one_line(Done(result.exit_code, result.stdout, result.stderr), said)
    assert list(tmp_path.iterdir()) == []


def test_whatever_is_wrong_is_told_in_one_line(house: House) -> None:
    with embedded.start(house.home), ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda each: house.run(*each[0], seconds=60, settings=each[1]), FAILURES.values()))
    for (_, _, said), each in zip(FAILURES.values(), done, strict=True):
        assert_one_line(each, said)


def test_a_database_that_refuses_or_was_never_migrated_is_told_in_one_line(house: House) -> None:
    with embedded.start(house.home) as running:
        strange = re.sub(r":[^:@]*@", ":guess@", running.database_url)
        missing = running.database_url.replace("/laurel?", "/nothing?")
        empty = running.database_url.replace("/laurel?", "/postgres?")
        for words, url, said in (
            (("serve",), strange, "InvalidPasswordError"),
            (("worker",), missing, "InvalidCatalogNameError"),
            (("serve",), empty, "laurel migrate"),
            (("audit", "verify"), empty, "no log in this database"),
        ):
            urls = {"LAUREL_DATABASE_URL": url, "LAUREL_REDIS_URL": running.redis_url}
            assert_one_line(house.run(*words, settings=urls), said)


def test_a_port_that_somebody_else_has_is_told_before_anything_is_done(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.port)):
        for words in (("serve",), ("demo", "--stop-when-loaded")):
            assert_one_line(house.run(*words), f"can't listen on 127.0.0.1:{house.port}: Address already in use")
    assert not (house.home / "demo.json").exists()


def test_whatever_reports_as_json_prints_json_and_nothing_else(house: House) -> None:
    assert len(json.loads(house.said("access", "matrix", "--json"))) > 20
    assert json.loads(house.said("openapi"))["openapi"].startswith("3.1")
    with house.serve():
        house.furnish()
        words = ("--presentation", "AAA/2013J", "--learners", "1", "--credentials", house.credentials)
        report = house.report("import", "oulad", SAMPLE, *words)
        assert (report["learners"], report["activities"]["refused"]) == (1, {})
        away = house.run("import", "oulad", SAMPLE, *words, "--url", "http://127.0.0.1:1")
        assert_one_line(away, "no answer (ConnectError) from http://127.0.0.1:1")
        with staff(house, "compliance_officer") as officer:
            assert officer.get("/v1/me")["email"] == email_of("compliance_officer")
        assert_one_line(house.run("access", "create-account", *account("compliance_officer")), "registered already")
    assert house.report("audit", "verify")["ok"] is True


def test_two_checkouts_side_by_side_share_nothing() -> None:
    """Each with its own default home, in a folder with a space in its name."""
    with ground("laurel side by side ") as folder:
        first, second = (checkout(folder / name) for name in ("a", "b c"))
        with first.serve() as serving, second.serve():
            for each in (first, second):
                each.said("access", "create-account", *account(f"admin-of-{each.checkout.name[0]}", "administrator"))
            machines = {each.value("select system_identifier from pg_control_system()") for each in (first, second)}
            keys, others = ({key.read_bytes() for key in (each.home / "keys").iterdir()} for each in (first, second))
            assert (len(machines), len(keys), keys & others) == (2, len(others), set())
            with staff(first, "admin-of-a") as ours, staff(second, "admin-of-b") as theirs:
                assert ours.ask("GET", "/v1/me").status == theirs.ask("GET", "/v1/me").status == 200
                assert theirs.ask("GET", "/v1/me", token=ours.token).status == 401
                assert theirs.ask("POST", "/v1/sessions", ours.credentials, token="").status == 401
                serving.stop()
                assert theirs.ask("GET", "/v1/me").status == 200, "the other one goes on"


def checkout(folder: Path) -> House:
    """A copy of this tree, served from where it lies, with everything that it makes inside of it."""
    for file in files():
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    return House(folder / ".laurel", folder)
