"""`laurel audit` on files: export, mirror and their checks, as an operator and an auditor run them."""

import base64
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import audit
from access import Role
from tests.api.house import House
from tests.audit.judging import NODE, VERIFIER

ROOT = Path(__file__).parents[2]


def laurel(home: Path, house: House, *words: str) -> subprocess.CompletedProcess[str]:
    urls = house.runtime.settings
    keys = home / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    (keys / "audit_key.bin").write_bytes(b"a" * 32)
    environment = os.environ | {
        "LAUREL_HOME": str(home),
        "LAUREL_DATABASE_URL": urls.database_url or "",
        "LAUREL_REDIS_URL": urls.redis_url or "",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "audit", *words],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def agreed(mirror: Path, key: str) -> bool:
    """Tell whether the verifier in JavaScript finds a mirror in order, where there is Node.js to ask."""
    if NODE is None:
        return True
    done = subprocess.run([NODE, VERIFIER, "mirror", mirror, "--key", key], capture_output=True, check=False)
    return done.returncode == 0


def plainly(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
async def test_what_an_operator_exports_an_auditor_verifies_and_a_changed_file_is_named(
    house: House, tmp_path: Path
) -> None:
    await (await house.hcp()).read("/v1/me")
    await house.settled()
    key = house.runtime.log_key.vkey
    shown = laurel(tmp_path, house, "key")
    assert shown.stdout.strip() == key, shown.stderr
    archive, folder, mirror = tmp_path / "e.zip", tmp_path / "export", tmp_path / "mirror"
    exported = laurel(tmp_path, house, "export", str(archive))
    assert exported.returncode == 0, exported.stderr
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    verified = laurel(tmp_path, house, "verify-export", str(folder))
    assert (verified.returncode, "complete" in verified.stdout) == (0, True), verified.stderr
    mirrored = laurel(tmp_path, house, "mirror", str(mirror))
    assert mirrored.returncode == 0, mirrored.stderr
    assert laurel(tmp_path, house, "verify-mirror", str(mirror)).returncode == 0
    assert agreed(mirror, key)
    (mirror / "checkpoint").write_text((mirror / "checkpoint").read_text().replace("\n", "\n0", 1))
    csv = folder / "entries.csv"
    csv.write_bytes(csv.read_bytes() + b"x")
    for command, path, what in (("verify-export", folder, "entries.csv"), ("verify-mirror", mirror, "size")):
        refused = laurel(tmp_path, house, command, str(path))
        assert (refused.returncode, what in refused.stdout) == (1, True), refused.stdout
        assert "Traceback" not in refused.stderr


@pytest.mark.slow
async def test_a_proof_in_a_file_is_judged_and_whoever_reads_by_program_is_told_as_much(
    house: House, tmp_path: Path
) -> None:
    officer = await house.staff(Role.COMPLIANCE_OFFICER)
    await house.settled()
    proof, entry = tmp_path / "proof", tmp_path / "entry"
    proof.write_bytes((await officer.get("/v1/audit/entries/2/tlog-proof")).content)
    entry.write_bytes(base64.b64decode((await officer.read("/v1/audit/entries/2/proof"))["entry"]))
    words = ("verify-proof", str(proof), str(entry))
    plain, told = laurel(tmp_path, house, *words), laurel(tmp_path, house, *words, "--json")
    assert (plain.returncode, plain.stdout[:9]) == (0, "In order:"), plain.stderr
    said = json.loads(told.stdout)
    assert (said["ok"], said["origin"]) == (True, house.runtime.log_key.origin)
    assert said["root"] in plain.stdout
    entry.write_bytes(entry.read_bytes() + b" ")
    plain, told = laurel(tmp_path, house, *words), laurel(tmp_path, house, *words, "--json")
    assert (plain.returncode, told.returncode) == (1, 1)
    said = json.loads(told.stdout)
    assert plain.stdout == f"NOT IN ORDER: {said['fault']}\n"
    assert said["ok"] is False
    unusable = laurel(tmp_path, house, *words, "--key", "nothing")
    assert (unusable.returncode, unusable.stdout) == (1, "")
    assert unusable.stderr.startswith("Error: --key can't be used:")
    assert unusable.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "place"),
    [(("export",), "none"), (("mirror",), "file"), (("proof", "file"), "none"), (("proof", "file"), "folder")],
)
async def test_what_is_not_there_is_nothing_that_either_verifier_judges(
    house: House, tmp_path: Path, words: tuple[str, ...], place: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    name, *before = words
    paths = [str(tmp_path / each) for each in (*before, place)]
    refused = laurel(tmp_path, house, f"verify-{name}", *paths)
    assert (refused.returncode, refused.stdout) == (2, "")
    if NODE is not None:
        command = [NODE, str(VERIFIER), name, *paths, "--key", house.runtime.log_key.vkey]
        done = plainly(command)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["export", "mirror"])
async def test_a_place_that_cannot_be_written_to_is_named(house: House, tmp_path: Path, command: str) -> None:
    await (await house.hcp()).read("/v1/me")
    await house.settled()
    (tmp_path / "file").write_bytes(b"")
    place = tmp_path / "file" / "below"
    refused = laurel(tmp_path, house, command, str(place))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"{place} can't be written: Not a directory." in refused.stderr
    assert laurel(tmp_path, house, command, str(tmp_path / "new")).returncode == 0, "the control"


@pytest.mark.slow
async def test_what_others_keep_is_neither_replaced_nor_spoilt(house: House, tmp_path: Path) -> None:
    await (await house.hcp()).read("/v1/me")
    await house.settled()
    pipe, folder, empty = tmp_path / "pipe", tmp_path / "export", tmp_path / "empty"
    os.mkfifo(pipe)
    for each in (folder, empty):
        each.mkdir()
    (folder / "manifest").write_bytes(b"of an export")
    refused = laurel(tmp_path, house, "export", str(pipe))
    assert (refused.returncode, pipe.is_fifo()) == (1, True)
    assert "it is no file" in refused.stderr
    refused = laurel(tmp_path, house, "mirror", str(folder))
    assert (refused.returncode, [each.name for each in folder.iterdir()]) == (2, ["manifest"])
    for kind, sentence in (("mirror", "no mirror"), ("export", "no unpacked export")):
        judged = laurel(tmp_path, house, f"verify-{kind}", str(empty))
        assert (judged.returncode, sentence in judged.stdout) == (1, True), judged.stdout
    assert laurel(tmp_path, house, "mirror", str(empty)).returncode == 0, "the control"
    shown = laurel(tmp_path, house, "key", "--export").stdout.strip()
    assert shown == audit.export_key(house.runtime.log_key).vkey != house.runtime.log_key.vkey
