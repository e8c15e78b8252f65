"""`laurel audit verify-...` and `verify.mjs` are asked the same on the command line, and give the same verdict."""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import laurel
from api.runtime import log_origin
from audit import Checkpoint, LogKey
from audit.rules.tree import EMPTY_ROOT
from kernel.keys import load_keys
from kernel.settings import load
from tests.audit.handmade import BODY, EXPORT_KEY, matchless, mirror, says, signed
from tests.audit.judging import NODE, VERIFIER, Files
from tests.audit.log import KEY
from tests.audit.test_verifiers import proof

OWN = LogKey("example.com/audit", bytes(32))
FORMER = LogKey(KEY.origin, bytes(32))
KEYS = ("--key", KEY.vkey)
EXPORT_KEYS = (*KEYS, "--export-key", EXPORT_KEY.vkey)
NOT_UTF8 = "\udcff"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def judged(home: Path) -> "Judge":
    return Judge(home)


class Judge:
    """Asks both verifiers, which must both find something in order or both not."""

    def __init__(self, home: Path) -> None:
        self._environment = {"LAUREL_HOME": str(home)}

    def python(self, kind: str, *words: str, **settings: str) -> tuple[int, str]:
        done = CliRunner().invoke(laurel, ["audit", f"verify-{kind}", *words], env=self._environment | settings)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def __call__(self, kind: str, *words: str) -> bool:
        status, said = self.python(kind, *words)
        if NODE is not None:
            done = subprocess.run([NODE, VERIFIER, kind, *words], capture_output=True, text=True, check=False)
            assert (done.returncode == 0) == (status == 0), (said, done.stdout, done.stderr)
            assert "    at " not in done.stderr, done.stderr
        assert said.startswith("In order: ") == (status == 0), said
        return status == 0


def put(folder: Path, files: Files) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return str(folder)


def replaced(path: Path) -> None:
    """Put a folder with something in it in the place of a file."""
    path.unlink()
    path.mkdir()
    (path / "anything").write_bytes(b"x")


def test_a_folder_in_place_of_a_file_is_not_an_empty_file(judged: Judge, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    for name in ("entries.jsonl", "checkpoint", "range.bin", "manifest"):
        words = (put(folder, matchless()), *EXPORT_KEYS)
        assert judged("export", *words)
        replaced(folder / name)
        assert not judged("export", *words)
    words = (put(folder, matchless()), *EXPORT_KEYS)
    (folder / "entries.jsonl").unlink()
    (folder / "entries.jsonl").symlink_to(tmp_path / "nothing")
    assert not judged("export", *words)


def test_a_folder_in_place_of_a_bundle_is_not_one_that_was_removed(judged: Judge, tmp_path: Path) -> None:
    words = (put(tmp_path / "mirror", mirror(300)), "--minimum", "256", *KEYS)
    bundles = tmp_path / "mirror" / "tile" / "entries"
    replaced(bundles / "000")
    assert not judged("mirror", *words)
    shutil.rmtree(bundles / "000")
    assert judged("mirror", *words)
    assert not judged("mirror", *words[:1], *KEYS)
    put(tmp_path / "mirror", mirror(256))
    shutil.rmtree(bundles)
    assert judged("mirror", *words)
    bundles.write_bytes(b"")
    assert not judged("mirror", *words)


def test_a_minimum_is_spelled_in_one_way_up_to_63_bits(judged: Judge, tmp_path: Path) -> None:
    folder = put(tmp_path / "mirror", mirror(5))
    for right in ("0", "256", str(2**53 + 1), str(2**63 - 1)):
        assert judged("mirror", folder, *KEYS, "--minimum", right)
    for wrong in (
        "",
        "-1",
        "+1",
        "01",
        "1.0",
        "1_0",
        " 1",
        "1\n",
        "\u0661",
        "x",
        str(2**63),
        "9" * 19,
        "9" * 20,
        "9" * 5_000,
    ):
        assert not judged("mirror", folder, *KEYS, f"--minimum={wrong}")


def test_a_manifest_that_is_nested_without_end_is_refused_and_no_crash(judged: Judge, tmp_path: Path) -> None:
    deep = says().replace('"filters":{', '"filters":{"aa":' + "[" * 3_000 + "]" * 3_000 + ",")
    assert judged("export", put(tmp_path / "right", signed(says())), *EXPORT_KEYS)
    assert not judged("export", put(tmp_path / "deep", signed(deep)), *EXPORT_KEYS)


def test_a_key_that_is_given_is_the_one_that_is_used(judged: Judge, tmp_path: Path) -> None:
    files, entry = (str(tmp_path / "proof"), str(tmp_path / "entry")), BODY
    Path(files[0]).write_bytes(proof(0, 2))
    Path(files[1]).write_bytes(entry)
    export = put(tmp_path / "export", signed(says()))
    assert judged("proof", *files, *KEYS)
    assert judged("export", export, *EXPORT_KEYS)
    for wrong in ("", " ", "x", OWN.vkey, KEY.vkey + "\n", NOT_UTF8 + KEY.vkey, KEY.vkey + NOT_UTF8, KEY.vkey[:-1]):
        assert not judged("proof", *files, "--key", wrong)
        assert not judged("export", export, *KEYS, "--export-key", wrong)
        status, said = judged.python("proof", *files, "--key", wrong)
        assert (status, said.count("\n")) == (1, 1)
    assert judged("proof", *files, "--key", OWN.vkey, *KEYS), "the last one counts"
    assert not judged("proof", *files, *KEYS, "--key", OWN.vkey)


def test_an_empty_key_is_not_the_one_of_the_installation(judged: Judge, home: Path, tmp_path: Path) -> None:
    settings = load({"LAUREL_HOME": str(home)})
    own = LogKey(log_origin(settings), load_keys(settings).audit_key)
    folder = put(
        tmp_path / "mirror", {"checkpoint": own.sign_note(Checkpoint(own.origin, 0, EMPTY_ROOT).text()).encode()}
    )
    assert judged.python("mirror", folder)[0] == 0
    assert judged.python("mirror", folder, "--key", "")[0] == 1


def test_former_keys_come_with_the_key_that_followed_them(judged: Judge, tmp_path: Path) -> None:
    checkpoint = mirror(5)["checkpoint"].decode().split("\n\n")[0] + "\n"
    files = mirror(5) | {"checkpoint": FORMER.sign_note(checkpoint).encode()}
    folder = put(tmp_path / "mirror", files)
    right = f"{FORMER.vkey} 5"
    assert judged("mirror", folder, *KEYS, "--former", right)
    assert judged("mirror", folder, *KEYS, "--former", right, "--former", f"{KEY.vkey} 4")
    assert not judged("mirror", folder, *KEYS)
    for wrong in ("", f"{FORMER.vkey} 4", f" {right}", f"{right} ", f"{right}\r", f"{right}\u2028", f"{OWN.vkey} 1"):
        assert not judged("mirror", folder, *KEYS, "--former", wrong)
    assert not judged("mirror", folder, *KEYS, "--former", right, "--former", f"{KEY.vkey} 5")
    assert judged.python("mirror", folder, "--former", right)[0] == 2
    other = f"{OWN.vkey} 5"
    whole = put(tmp_path / "whole", mirror(5))
    assert judged.python("mirror", whole, *KEYS, LAUREL_AUDIT_FORMER_KEYS=other)[0] == 0


def test_a_command_line_that_nobody_understands_finds_nothing_in_order(judged: Judge, tmp_path: Path) -> None:
    folder = put(tmp_path / "export", signed(says()))
    files = (
        put(tmp_path / "proof", {"proof": proof(0, 2), "entry": BODY}) + "/proof",
        str(tmp_path / "proof" / "entry"),
    )
    assert judged("export", *EXPORT_KEYS, folder)
    assert judged("export", folder, *KEYS, f"--export-key={EXPORT_KEY.vkey}")
    assert judged("proof", *KEYS, "--", *files)
    for words in (
        ("toString", folder, *KEYS), ("constructor", folder, *KEYS), ("__proto__", folder, *KEYS),
        ("Export", folder, *EXPORT_KEYS),
        ("export",), ("export", *EXPORT_KEYS), ("export", folder, folder, *EXPORT_KEYS), ("export", folder, "--key"),
        ("export", folder, *EXPORT_KEYS, "--minimum", "0"), ("export", folder, *EXPORT_KEYS, "--former"),
        ("export", f"{folder}/nothing", *EXPORT_KEYS), ("export", f"{folder}/manifest", *EXPORT_KEYS),
        ("export", folder, *EXPORT_KEYS, "--keys", KEY.vkey), ("export", folder, *EXPORT_KEYS, "-k"),
        ("proof", files[0], *KEYS), ("proof", *files, files[1], *KEYS), ("proof", *files, *EXPORT_KEYS),
        ("proof", folder, files[1], *KEYS),
        ("mirror", "/nonexistent", *KEYS), ("mirror", f"{folder}/manifest", *KEYS), ("mirror", "", *KEYS),
    ):  # fmt: skip
        assert not judged(*words), words


@pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")
def test_what_is_no_kind_of_thing_is_not_judged() -> None:
    assert NODE is not None
    for kind, status in (("bundle", 0), ("toString", 1), ("__proto__", 1)):
        line = f'{{"kind":"{kind}","data":""}}\n'
        done = subprocess.run([NODE, VERIFIER, "judge"], input=line, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (status, "accept\n" if status == 0 else "")
