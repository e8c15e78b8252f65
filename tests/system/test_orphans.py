"""A worker process does not outlive whoever started it: it would keep the port and answer for a server that is gone."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.settings import CHECKOUT
from tests.system.house import until

WORKER = """
import os, pathlib, time
from kernel.starter import die_with_starter
def work(folder):
    place = pathlib.Path(folder)
    (place / "pid").write_text(str(os.getpid()))
    while not (place / "loaded").exists():
        time.sleep(0.01)
    die_with_starter()
    (place / "watched").touch()
    time.sleep(120)
"""
STARTER = """
import multiprocessing, sys
from starting import work
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    multiprocessing.Process(target=work, args=(sys.argv[1],)).start()
"""


@contextmanager
def started(folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Start a process that starts a worker, which loads until the file ``loaded`` is there."""
    (folder / "starting.py").write_text(WORKER)
    (folder / "main.py").write_text(STARTER)
    environment = os.environ | {"PYTHONPATH": f"{CHECKOUT}{os.pathsep}{folder}"}
    with subprocess.Popen([sys.executable, str(folder / "main.py"), str(folder)], env=environment) as starter:
        worker = 0
        try:
            until(lambda: (folder / "pid").exists() and bool((folder / "pid").read_text()), 60, "no worker starts")
            worker = int((folder / "pid").read_text())
            yield starter, worker
        finally:
            starter.kill()
            if worker:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)


def lives(process: int) -> bool:
    """Tell whether a process is there and not only waits to be asked how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("when", ["while it loads", "when it serves"])
def test_a_worker_ends_with_whoever_started_it(tmp_path: Path, when: str) -> None:
    with started(tmp_path) as (starter, worker):
        if when == "when it serves":
            (tmp_path / "loaded").touch()
            until((tmp_path / "watched").exists, 60, "the worker does not come to watch")
            time.sleep(1.5)  # three looks at its parent
            assert lives(worker), "its parent lives, and so does it"
        starter.kill()
        starter.wait()
        (tmp_path / "loaded").touch()
        until(lambda: not lives(worker), 60, "the worker lives on")
