"""A session of PostgreSQL that says what it reads for, before it reads (``kernel/row_security.py``)."""

from datetime import datetime
from typing import Final

import asyncpg
from typing_extensions import override

DECLARE_ONCE: Final = "select set_config('laurel.purpose', $1, true), set_config('laurel.moment', $2, true)"
_DECLARE: Final = DECLARE_ONCE.replace("true", "false")
"""The same for a whole session."""


class PooledConnection(asyncpg.Connection):
    """A connection whose session is never changed, so that giving it back needs no round trip to reset it.

    What a transaction sets is set with ``set local``, locks are transaction locks, and nobody listens: house rules
    that a test holds against the code. The one exception is what a reading session declares, which is declared anew,
    before anything else, whenever the next reader's is another.
    """

    declared: tuple[str, str] | None = None

    async def declare(self, purpose: str, now: datetime | None) -> None:
        """Say what the reads that follow are for; the moment is exact to a minute, so that most need no round trip."""
        wanted = (purpose, "" if now is None else now.replace(second=0, microsecond=0).isoformat())
        if self.declared != wanted:
            self.declared = None  # unknown, should the next line be broken off
            await self.fetchrow(_DECLARE, *wanted)
            self.declared = wanted

    @override
    def get_reset_query(self) -> str:
        return ""
