"""Waiting for a connection: with patience in a line that moves, not for long in one that stands still.

Under load many wait for few connections, each of which comes free every few milliseconds: whoever waits gets one. When
nothing at all comes free, the pool is exhausted, and whoever waits on learns that only later.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Lent: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

MOST_SECONDS: Final = 5.0
"""How long anybody waits, however the line moves; also for a new connection, and for a broken one to be free again."""

LOOK_SECONDS: Final = 0.1
LATE_SECONDS: Final = 0.02
"""By how much a look may be late and still count: a busy loop holds up whoever would give a connection back."""
PATIENCE: Final = 6
"""After how many looks at which every connection was out and none had come or gone since a line stands still.

Looks and not seconds: while the loop itself is busy nothing moves and nobody looks.
"""


class WaitingLine:
    """Those who wait for a connection of one pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Begin with nobody."""
        self.pool = pool
        self._moves = self._seen = self._still = 0
        self._waiting: set[asyncio.Timeout] = set()
        self._staying: frozenset[asyncio.Timeout] = frozenset()
        self._looking, self._due = False, 0.0

    async def take(self) -> Lent:
        """Return a connection, which MUST be given back.

        Raises:
            TimeoutError: the pool is exhausted.

        """
        self._look_out()
        async with asyncio.timeout(None) as wait:
            self._waiting.add(wait)
            try:
                connection: Lent = await self.pool.acquire(timeout=MOST_SECONDS)
            finally:
                self._waiting.discard(wait)
        self._moves += 1
        return connection

    async def give(self, connection: Lent) -> None:
        """Give a connection back."""
        try:
            await self.pool.release(connection)
        finally:
            self._moves += 1

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Lent]:
        """Lend a connection for a block."""
        connection = await self.take()
        try:
            yield connection
        finally:
            await self.give(connection)

    def _look_out(self) -> None:
        if not self._looking:
            self._looking, self._still, self._seen = True, 0, self._moves
            self._staying = frozenset()
            self._look_again()

    def _look(self) -> None:
        """Send everybody away who was there at the last look, if the line has not moved for too long."""
        if not self._waiting:
            self._looking = False
            return
        pool, now = self.pool, asyncio.get_running_loop().time()
        is_out = pool.get_size() == pool.get_max_size() and not pool.get_idle_size()
        is_still = self._moves == self._seen and is_out and now - self._due <= LATE_SECONDS
        self._still, self._seen = self._still + 1 if is_still else 0, self._moves
        if self._still >= PATIENCE:
            leaving = self._staying & self._waiting
            self._waiting -= leaving  # once: going may take until after the next look
            for wait in leaving:
                wait.reschedule(now)
        self._staying = frozenset(self._waiting)
        self._look_again()

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + LOOK_SECONDS
        loop.call_at(self._due, self._look)
