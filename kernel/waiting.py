"""Waiting for a connection: with patience in a line that moves, not for long in one that stands still.

Under load many wait for few connections, each of which comes free every few milliseconds: whoever waits gets one. When
nothing at all comes free, the pool is exhausted, and whoever waits on learns that only later.

A connection goes from hand to hand here. Given back to asyncpg's pool each time, it would cost a task, timers and a
proxy, which together take longer than what is then asked; the pool makes connections, and mends what went wrong.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Lent: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Turn: TypeAlias = "asyncio.Future[Lent | None]"
"""What somebody waits for: a connection, or the place for a new one (None)."""

MOST_SECONDS: Final = 5.0
"""How long anybody waits, however the line moves; also for a new connection, and for a broken one to be free again."""

LOOK_SECONDS: Final = 0.1
LATE_SECONDS: Final = 0.02
"""By how much a look may be late and still count: a busy loop holds up whoever would give a connection back."""
PATIENCE: Final = 6
"""After how many looks at which every connection was out and none had come or gone since a line stands still.

Looks and not seconds: while the loop itself is busy nothing moves and nobody looks.
"""

USES: Final = 1_000
"""After how many uses of a line a connection goes back to the pool, which replaces what was used for very long."""

REST_SECONDS: Final = 300.0
"""How long a connection may lie unused and still be trusted: a firewall drops what is silent without a word."""


class WaitingLine:
    """Those who wait for a connection of one pool, and the connections that wait for them."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, rest_seconds: float = REST_SECONDS) -> None:
        """Begin with nobody and nothing. Nobody else MUST use ``pool``."""
        self._pool, self._rest_seconds = pool, rest_seconds
        self._free: list[tuple[Lent, float]] = []
        """Each with the time at which it was given back; the last is taken first."""
        self._uses = 0
        self._places = pool.get_max_size()
        """How many connections may still be made."""
        self._making = 0
        self._moves = self._seen = self._still = 0
        self._waiting: dict[Turn, float] = {}
        """Who waits, first come first, each with the time at which they go away."""
        self._staying: frozenset[Turn] = frozenset()
        self._looking, self._due = False, 0.0

    async def take(self) -> Lent:
        """Return a connection, which MUST be given back.

        Raises:
            TimeoutError: the pool is exhausted.

        """
        while self._free:
            connection, since = self._free.pop()
            if asyncio.get_running_loop().time() - since > self._rest_seconds:
                _end(connection)
            if not _is_broken(connection):
                self._moves += 1
                return connection
            await self.give(connection, clean=False)
        if not self._places:
            return await self._wait()
        self._places -= 1
        return await self._make()

    async def give(self, connection: Lent, *, clean: bool = True) -> None:
        """Give a connection back; one is ``clean`` if nothing went wrong in whatever it was used for."""
        self._moves += 1
        self._uses += 1
        if clean and self._uses % USES and not _is_broken(connection):
            if not self._hand_on(connection):
                self._free.append((connection, asyncio.get_running_loop().time()))
            return
        try:
            await self._pool.release(connection)
        finally:
            self._give_place()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Lent]:
        """Lend a connection for a block."""
        connection = await self.take()
        is_clean = False
        try:
            yield connection
            is_clean = True
        finally:
            await self.give(connection, clean=is_clean)

    async def _make(self) -> Lent:
        """Return a connection of the pool, whose place was taken before."""
        self._making += 1
        try:
            connection: Lent = await self._pool.acquire(timeout=MOST_SECONDS)
        except BaseException:
            self._give_place()
            raise
        finally:
            self._making -= 1
            self._moves += 1
        return connection

    async def _wait(self) -> Lent:
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._waiting[turn] = loop.time() + MOST_SECONDS
        self._look_out()
        try:
            connection = await turn
        except BaseException:
            self._waiting.pop(turn, None)
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # gone just when the turn came
                found = turn.result()
                if found is None:
                    self._give_place()
                else:
                    await self.give(found)
            raise
        return connection or await self._make()

    def _hand_on(self, connection: "Lent | None") -> bool:
        """Give whoever has waited longest a connection, or the place for one; tell whether somebody waited."""
        while self._waiting:
            turn = next(iter(self._waiting))
            del self._waiting[turn]
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _give_place(self) -> None:
        if not self._hand_on(None):
            self._places += 1

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
        now = asyncio.get_running_loop().time()
        is_still = self._moves == self._seen and not self._making and now - self._due <= LATE_SECONDS
        self._still, self._seen = self._still + 1 if is_still else 0, self._moves
        leaving = {turn for turn, until in self._waiting.items() if until <= now}
        if self._still >= PATIENCE:
            leaving |= self._staying & self._waiting.keys()
        for turn in leaving:
            del self._waiting[turn]
            if not turn.done():
                turn.set_exception(TimeoutError())
        self._staying = frozenset(self._waiting)
        self._look_again()

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + LOOK_SECONDS
        loop.call_at(self._due, self._look)


def _end(connection: Lent) -> None:
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


def _is_broken(connection: Lent) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the server broke it off, and the pool has taken it back already
        return True
