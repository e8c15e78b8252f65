"""Passwords are hashed by other processes: 12 MiB and 17 ms for each of many must not fill memory or delay answers."""

import asyncio
import atexit
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import BoundedSemaphore
from typing import Any, Final

from access import hashing
from access.errors import PasswordsBusyError
from access.rules.password import octets
from kernel.settings import DEFAULT_WORKERS

PROCESSES: Final = max(1, (os.cpu_count() or 1) // DEFAULT_WORKERS)
"""What hashes for each process that answers: together they fill the cores once, and each takes 12 MiB and its own."""
WAITING: Final = 32
"""How many wait for each; a longer queue would on slow cores answer after the client has given up."""


class Passwords:
    """Hashes and verifies, a bounded number at a time."""

    def __init__(self, processes: int = PROCESSES, waiting: int = WAITING * PROCESSES) -> None:
        """Start nothing yet: it is started with the first password."""
        self._pool = ThreadPoolExecutor(processes, thread_name_prefix="password")
        self._places = BoundedSemaphore(processes + waiting)
        self._processes = processes
        self._idle = SimpleQueue[_Process]()
        for _ in range(processes):
            self._idle.put(_Process())

    async def hash(self, password: str) -> str:
        """Return a salted hash in PHC format.

        Raises:
            PasswordsBusyError: too many wait already.

        """
        hashed: str = await self._ask({"password": octets(password).hex()})
        return hashed

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Tell whether ``stored`` is a hash of ``password``, and give a new hash if ``stored`` has older parameters.

        Without ``stored`` the same work is done and the answer is no: time must not tell who has an account.

        Raises:
            PasswordsBusyError: too many wait already.

        """
        right, rehashed = await self._ask({"password": octets(password).hex(), "stored": stored})
        return right, rehashed

    def close(self) -> None:
        """Wait until nothing works and end it; the next password starts it anew."""
        idle = [self._idle.get() for _ in range(self._processes)]
        for process in idle:
            process.end()
            self._idle.put(process)

    async def _ask(self, question: dict[str, Any]) -> Any:
        if not self._places.acquire(blocking=False):
            raise PasswordsBusyError("Too many passwords are being checked at the moment.")
        future = self._pool.submit(self._asked, json.dumps(question))
        # When the work ends, not when somebody stops waiting for it: an abandoned request still occupies its place.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def _asked(self, line: str) -> Any:
        process = self._idle.get()
        try:
            return json.loads(process.answer(line))
        finally:
            self._idle.put(process)


class _Process:
    """One process that hashes: started when it is needed, and again should it have ended."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[str] | None = None

    def answer(self, line: str) -> str:
        """Return what it answers to a line.

        Raises:
            PasswordsBusyError: it ended, twice in a row: most likely the machine has no memory for it.

        """
        for _ in range(2):
            try:
                if self._running is None:
                    self._running = _started()
                return _exchange(self._running, line)
            except OSError:
                self.end()
        raise PasswordsBusyError("Passwords can't be checked at the moment.")

    def end(self) -> None:
        """End it, if it runs."""
        if self._running is not None:
            self._running.kill()
            self._running.communicate()
            self._running = None


def _started() -> "subprocess.Popen[str]":
    """Start the program without our settings, since their keys are not for it, and out of reach of our Ctrl-C.

    It ends when this process does, however that ends: nobody writes to it any more.
    """
    return subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-P", hashing.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={},
        start_new_session=True,
    )


def _exchange(running: "subprocess.Popen[str]", line: str) -> str:
    assert running.stdin is not None and running.stdout is not None  # noqa: PT018, S101 - both are pipes
    running.stdin.write(f"{line}\n")
    running.stdin.flush()
    answered = running.stdout.readline()
    if not answered.endswith("\n"):
        raise BrokenPipeError
    return answered


PASSWORDS: Final = Passwords()
"""The process's one pool."""

atexit.register(PASSWORDS.close)
