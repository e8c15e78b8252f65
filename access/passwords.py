"""Argon2id in a pool of its own: 46 MiB and 80 ms a time must neither fill the memory nor stop the event loop."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from access.errors import PasswordsBusyError
from access.rules.password import octets
from kernel.settings import DEFAULT_WORKERS

THREADS: Final = max(1, (os.cpu_count() or 1) // DEFAULT_WORKERS)
"""What hashing may take at once in each process: together they fill the cores once, and each takes 46 MiB."""
WAITING: Final = 32
"""How many wait for each thread; a longer queue would answer after the client has given up (32 x 80 ms = 2.6 s)."""
LESS_URGENT: Final = 10
"""How much nicer (nice(2)) a thread that hashes is than those that answer: whoever reads must not wait for it."""

HASHER: Final = PasswordHasher(memory_cost=47_104, time_cost=1, parallelism=1)
"""The first of the parameter sets that OWASP's Password Storage Cheat Sheet recommends for Argon2id."""

_Answer = TypeVar("_Answer")


class Passwords:
    """Hashes and verifies, a bounded number at a time."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING * THREADS) -> None:
        """Start no thread yet; threads are started with the first password."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password", initializer=_step_back)
        self._places = BoundedSemaphore(threads + waiting)

    async def hash(self, password: str) -> str:
        """Return a salted hash in PHC format.

        Raises:
            PasswordsBusyError: too many wait already.

        """
        return await self._run(lambda: HASHER.hash(octets(password)))

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Tell whether ``stored`` is a hash of ``password``, and give a new hash if ``stored`` has older parameters.

        Without ``stored`` the same work is done and the answer is no: time must not tell who has an account.

        Raises:
            PasswordsBusyError: too many wait already.

        """
        return await self._run(lambda: _verify(octets(password), stored))

    async def _run(self, work: Callable[[], _Answer]) -> _Answer:
        if not self._places.acquire(blocking=False):
            raise PasswordsBusyError("Too many passwords are being checked at the moment.")
        future = self._pool.submit(work)
        # When the work ends, not when somebody stops waiting for it: an abandoned request still occupies its place.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _step_back() -> None:
    """Make this thread less urgent than others; only Linux gives each thread a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + LESS_URGENT)


def _verify(password: bytes, stored: str | None) -> tuple[bool, str | None]:
    if stored is None:
        HASHER.hash(password)
        return False, None
    try:
        HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False, None
    return True, HASHER.hash(password) if HASHER.check_needs_rehash(stored) else None


PASSWORDS: Final = Passwords()
"""The process's one pool."""
