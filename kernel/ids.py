"""Identifiers: sorted by the time they were made (UUID version 7), or saying nothing at all (version 4; RFC 9562)."""

import secrets
from datetime import datetime
from threading import Lock
from uuid import UUID

_RANDOM_BITS = 62
_SEQUENCE_BITS = 12
_SEQUENCE_END = 1 << _SEQUENCE_BITS

_lock = Lock()
_last = (0, 0)


def uuid7(at: datetime) -> UUID:
    """Return a new identifier for the instant ``at``.

    Identifiers made in one process never go backwards, also when the clock does: the sequence in ``rand_a`` counts on
    (RFC 9562 section 6.2, method 1), so that index pages fill in order.
    """
    global _last  # noqa: PLW0603 - the order within a process is process-wide state
    milliseconds = int(at.timestamp() * 1000)
    with _lock:
        last_milliseconds, sequence = _last
        if milliseconds > last_milliseconds:
            sequence = secrets.randbits(_SEQUENCE_BITS - 2)
        else:
            milliseconds, sequence = last_milliseconds, sequence + 1
            if sequence == _SEQUENCE_END:
                milliseconds, sequence = milliseconds + 1, 0
        _last = (milliseconds, sequence)
    high = (milliseconds << 16) | 0x7000 | sequence
    low = (0b10 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    return UUID(int=(high << 64) | low)


def opaque_id() -> UUID:
    """Return an identifier that says nothing, not even when it was made: for what leaves the house for good."""
    return UUID(bytes=secrets.token_bytes(16), version=4)
