"""Argon2id as a program of its own: a line of JSON in, one out, until nobody writes any more.

``passwords`` starts it. It imports nothing of Laurel, so that it is there at once and small; and it steps back behind
whoever answers requests, which no thread of theirs could: it would hold the interpreter's lock while it waits its turn.
"""

import json
import os
import signal
import sys
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

LESS_URGENT: Final = 10
"""How much nicer (nice(2)) it is than who started it: whoever reads must not wait for it."""

HASHER: Final = PasswordHasher(memory_cost=12_288, time_cost=3, parallelism=1)
"""Of the sets that OWASP's Password Storage Cheat Sheet calls equal; ASVS 5.0 approves it, too (appendix C)."""


def verify(password: bytes, stored: str | None) -> tuple[bool, str | None]:
    """Tell whether ``stored`` is a hash of ``password``, and give a new one if its parameters are older.

    Without ``stored`` the same work is done and the answer is no: time must not tell who has an account.
    """
    if stored is None:
        HASHER.hash(password)
        return False, None
    try:
        HASHER.verify(stored, password)
    except (VerificationError, ValueError):  # the latter where what is stored is no hash at all
        return False, None
    return True, HASHER.hash(password) if HASHER.check_needs_rehash(stored) else None


def answer(line: str) -> str:
    """Answer ``{"password": hexadecimal}`` with its hash, and with ``"stored"`` beside it what ``verify`` says."""
    asked = json.loads(line)
    password = bytes.fromhex(asked["password"])
    return json.dumps(verify(password, asked["stored"]) if "stored" in asked else HASHER.hash(password))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who asked may be gone: that is no error to tell
    os.nice(LESS_URGENT)
    for line in sys.stdin:
        sys.stdout.write(f"{answer(line)}\n")
        sys.stdout.flush()
