"""`laurel audit witness` as an operator runs it: what it answered is there after `kill -9`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from audit.rules.cosignatures import CosignatureVerifier
from audit.rules.notes import parse_note
from audit.witness import hashed
from tests.audit.log import KEY
from tests.audit.witnessing import NAME, Tree

ROOT = Path(__file__).parents[2]
TREE = Tree(300)
COMMAND = (sys.executable, "-m", "api.cli", "audit", "witness", "--name", NAME, "--log", KEY.vkey)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """Run a witness until the block ends, which is a `kill -9` of all of it."""
    process = subprocess.Popen(
        [*COMMAND, "--folder", str(folder), "--port", str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "the witness does not start"
                time.sleep(0.05)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def submit(url: str, old: int, new: int) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=TREE.submission(old, new), trust_env=False)


@pytest.mark.slow
def test_a_killed_witness_knows_what_it_has_signed(tmp_path: Path) -> None:
    folder, port = tmp_path / "witness", free_port()
    shown = subprocess.run(
        [*COMMAND, "--folder", str(folder), "--show-keys"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    vkeys = shown.stdout.split()
    size = 0
    for _ in range(2):
        with running(folder, port) as url:
            if size:
                answer = submit(url, 0, 300)
                assert (answer.status_code, answer.text) == (409, f"{size}\n")
                assert answer.headers["content-type"] == "text/x.tlog.size"
            for new in range(size + 10, size + 60, 10):
                answer = submit(url, size, new)
                assert answer.status_code == 200, answer.text
                size = new
    with running(folder, port) as url:
        note = httpx.get(f"{url}/{hashed(KEY.origin)}/checkpoint", trust_env=False)
        assert note.text.splitlines()[1] == str(size)
        assert all(CosignatureVerifier(vkey).time_of(parse_note(note.text)) for vkey in vkeys)
        assert httpx.get(f"{url}/add-checkpoint", trust_env=False).status_code == 405
        assert httpx.get(f"{url}/{hashed('other')}/checkpoint", trust_env=False).status_code == 404
        assert httpx.post(f"{url}/add-checkpoint", content=b"x" * 200_000, trust_env=False).status_code == 413


def test_a_key_or_a_folder_that_can_not_be_used_is_one_line(tmp_path: Path) -> None:
    for arguments in (("--log", "nonsense", "--folder", str(tmp_path)), ("--folder", str(Path(__file__)))):
        done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
