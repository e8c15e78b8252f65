"""What PostgreSQL and Valkey have in common: a socket to knock at, a process id written down, and a log."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from kernel.embedded.errors import EmbeddedServersError

LOG_LINES: Final = 3
_PAUSE_SECONDS: Final = 0.02
_KNOCK_SECONDS: Final = 1.0


class Server(Protocol):
    """One embedded server. Whoever calls ``start`` or ``stop`` holds the lock of the servers' folder."""

    @property
    def name(self) -> str:
        """What it is called in messages and in what ``supervise`` returns."""

    def is_up(self) -> bool:
        """Tell whether somebody listens at its socket."""

    def start(self) -> None:
        """Make sure that it runs and answers; keep one that does."""

    def stop(self) -> None:
        """End it, if it runs."""


def listens(path: Path) -> bool:
    """Tell whether a process listens at the socket ``path``; one that is too busy to answer does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        knock.settimeout(_KNOCK_SECONDS)
        try:
            knock.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except (BlockingIOError, TimeoutError):
            return True
    return True


def written_pid(path: Path) -> int | None:
    """Return the process id in the first line of ``path``, if there is one."""
    try:
        first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isascii() and first.isdigit() and int(first) > 1 else None


def carries(pid: int, mark: str) -> bool:
    """Tell whether process ``pid`` runs and has ``mark`` on its command line, so that it is one of ours."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return False
        command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
        line = subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603 - a constant and a number
    return os.fsencode(mark) in line


def exists(pid: int) -> bool:
    """Tell whether there is a process ``pid``, anybody's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait(until: Callable[[], bool], seconds: float) -> bool:
    """Wait for ``until`` to come true; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def fresh_log(path: Path) -> None:
    """Begin a new log, so that it can't grow for ever, and keep the last one: it may tell why the server ended."""
    if path.exists():
        path.replace(path.with_suffix(".previous.log"))


def failed(what: str, log: Path, output: str = "") -> EmbeddedServersError:
    """Return the one line that says what did not work: the last words of the server, and where there are more."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    lines = [line.strip() for line in (text or output).splitlines() if line.strip()]
    return EmbeddedServersError(f"{what} ({log}): {' | '.join(lines[-LOG_LINES:]) or 'it said nothing'}")
