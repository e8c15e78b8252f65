"""The two verifiers side by side: what one accepts the other must accept, and nothing else."""

import base64
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from audit.rules.exports import ExportError, check_export
from audit.rules.keyring import KeyRing, read_former_key
from audit.rules.notes import LogVerifier, NoteError
from audit.rules.offline import MirrorError, check_mirror, check_proof
from audit.rules.resources import parse_path, read_bundle
from tests.audit.log import KEY

VERIFIER: Final = Path(__file__).parents[2] / "audit" / "verifier" / "verify.mjs"
NODE: Final = shutil.which("node")

Case = dict[str, Any]
Files = dict[str, bytes]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def node(cases: Sequence[Case]) -> list[str]:
    """Return what the verifier in JavaScript says to each."""
    assert NODE is not None
    lines = "".join(f"{json.dumps(case)}\n" for case in cases)
    done = subprocess.run([NODE, VERIFIER, "judge"], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split()


def python(cases: Sequence[Case]) -> list[str]:
    """Return what the verifier in Python says to each."""
    return [_judged(case) for case in cases]


def _judged(case: Case) -> str:
    data = base64.b64decode(case.get("data", ""))
    try:
        JUDGED[case["kind"]](case, data)
    except UnicodeError:
        return "crash"  # a text that is none is refused like any other
    except (NoteError, MirrorError, ExportError, ValueError):
        return "refuse"
    return "accept"


def _ring(case: Case) -> KeyRing:
    return KeyRing(case["key"], map(read_former_key, case.get("former", [])))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise NoteError("It is no text.") from None


def _read(case: Case) -> Callable[[str], bytes | None]:
    files = {name: base64.b64decode(data) for name, data in case["files"].items()}
    return files.get


JUDGED: Final[dict[str, Callable[[Case, bytes], object]]] = {
    "note": lambda case, data: LogVerifier(case["key"]).open(_text(data)),
    "checkpoint": lambda case, data: _ring(case).open(_text(data)),
    "key": lambda _, data: LogVerifier(_text(data)),
    "path": lambda _, data: parse_path(_text(data)),
    "bundle": lambda _, data: read_bundle(data),
    "proof": lambda case, data: check_proof(data, base64.b64decode(case["entry"]), _ring(case)),
    "mirror": lambda case, _: check_mirror(_read(case), KeyRing(case["key"]), case.get("minimum", 0)),
    "export": lambda case, _: check_export(list(case["files"]), _read(case), KeyRing(case["key"]), case["exportKey"]),
}


def said(case: Case) -> str:
    """Return what both verifiers say, which must be the same."""
    (ours,) = python([case])
    if NODE is not None:
        assert node([case]) == [ours]
    return ours


def compared(cases: Sequence[Case]) -> Counter[str]:
    """Return how often both verifiers say what to which kind of case, which must be the same for each."""
    ours, theirs = python(cases), node(cases)
    assert len(ours) == len(theirs) == len(cases)
    differing = [(case, one, other) for case, one, other in zip(cases, ours, theirs, strict=True) if one != other]
    assert differing == []
    return Counter(f"{case['kind']} {one}" for case, one in zip(cases, ours, strict=True))


def case_of(kind: str, files: Files, **more: object) -> Case:
    return {"kind": kind, "key": KEY.vkey, "files": {name: encoded(data) for name, data in files.items()}, **more}
