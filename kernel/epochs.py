"""Epochs: how every worker learns that what it remembers about somebody is out of date.

An epoch is a random mark per key in Valkey. A worker that remembers something of an account (its session, its roles,
its consents) remembers under which mark, and reads the mark again with every request. Whoever changes what the mark
guards moves it twice: to ``moving`` before COMMIT, when nobody may remember anything, and to a fresh mark afterwards.
So there is no moment at which an old answer goes with a valid mark, also when the process dies in between: the mark
``moving`` runs out by itself and the next reader makes a fresh one.

Marks are random and never counted, so that a restarted or emptied Valkey can't bring an old mark back.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID, uuid4

from kernel.cache import AWAY, Cache, CacheUnavailableError
from kernel.unit_of_work import UnitOfWork

MOVING: Final = "moving"
MOVING_SECONDS: Final = 60
"""Longer than any transaction can last (statement and idle timeouts in ``kernel.database``)."""

FRESH_SECONDS: Final = 86_400
TRIES: Final = 3
REMEMBERED_SECONDS: Final = 1.0
"""For how long something may be remembered whose mark is moved by ``move_or_wait``."""

READ_SCRIPT: Final = """
local answer = {}
local epochs = tonumber(ARGV[2])
for i = 1, epochs do
  local mark = redis.call('GET', KEYS[i])
  if not mark then
    mark = ARGV[1] .. i
    redis.call('SET', KEYS[i], mark, 'EX', ARGV[3])
  end
  answer[i] = mark
end
for i = epochs + 1, #KEYS do
  local count = redis.call('INCR', KEYS[i])
  if count == 1 then redis.call('EXPIRE', KEYS[i], 120) end
  answer[i] = count
end
return answer
"""
"""Reads (or makes) the marks of some keys and counts some requests, atomically and in one round trip."""


class Epochs:
    """Reads and moves marks."""

    def __init__(self, cache: Cache) -> None:
        """Use ``cache``; its ``generation`` is part of every mark that this process compares."""
        self._cache = cache
        self._read = cache.client.register_script(READ_SCRIPT)

    async def read(self, keys: Sequence[UUID], counters: Sequence[str] = ()) -> tuple[list[str | None], list[int]]:
        """Return the mark of every key (None while it moves) and the new count of every counter (one minute long).

        Raises:
            CacheUnavailableError: remember nothing, read the database.

        """
        names = [f"epoch:{key}" for key in keys] + [f"count:{counter}" for counter in counters]
        try:
            found = await self._read(keys=names, args=[uuid4().hex, len(keys), FRESH_SECONDS])
        except AWAY as error:
            message = "Valkey does not answer."
            raise CacheUnavailableError(message) from error
        marks = [mark.decode() for mark in found[: len(keys)]]
        return [None if mark == MOVING else mark for mark in marks], list(found[len(keys) :])

    async def _set(self, keys: Sequence[UUID], mark: str, seconds: int) -> None:
        try:
            async with self._cache.client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    _ = pipeline.set(f"epoch:{key}", mark, ex=seconds)
                await pipeline.execute()
        except AWAY as error:
            message = "Valkey does not answer, and without it other workers can't be told of this change."
            raise CacheUnavailableError(message) from error

    def move(self, uow: UnitOfWork, *keys: UUID) -> None:
        """Make everything that any worker remembers about ``keys`` invalid, together with this transaction.

        The transaction fails when Valkey is away: a change that others would not see must not be acknowledged. Nor is
        one whose second move fails: a Valkey that was emptied in between has lost the first, and somebody may have
        made a mark for what was true before COMMIT.
        """

        async def moving() -> None:
            await self._set(keys, MOVING, MOVING_SECONDS)

        async def moved() -> None:
            for _ in range(TRIES - 1):
                with suppress(CacheUnavailableError):  # a connection that broke meanwhile is replaced by the next try
                    return await self._set(keys, uuid4().hex, FRESH_SECONDS)
            return await self._set(keys, uuid4().hex, FRESH_SECONDS)

        uow.before_commit(moving)
        uow.after_commit(moved)

    def move_or_wait(self, uow: UnitOfWork, *keys: UUID) -> None:
        """Like ``move``, for what nobody remembers for longer than ``REMEMBERED_SECONDS``.

        With Valkey away the transaction commits all the same, and its answer waits until every memory has run out: who
        must be kept out is kept out within a second, whatever else is broken.
        """
        missed = False

        async def moving() -> None:
            nonlocal missed
            try:
                await self._set(keys, MOVING, MOVING_SECONDS)
            except CacheUnavailableError:
                missed = True

        async def moved() -> None:
            committed = asyncio.get_running_loop().time()
            try:
                await self._set(keys, uuid4().hex, FRESH_SECONDS)
            except CacheUnavailableError:
                pass
            else:
                if not missed:
                    return
            await asyncio.sleep(committed + REMEMBERED_SECONDS - asyncio.get_running_loop().time())

        uow.before_commit(moving)
        uow.after_commit(moved)


_epochs: list[Epochs] = []


def use(epochs: Epochs) -> None:
    """Set the process's epochs; called once by whoever composes the program."""
    _epochs[:] = [epochs]


def move(uow: UnitOfWork, *keys: UUID) -> None:
    """Move the marks of ``keys`` with the transaction of ``uow``; see ``Epochs.move``."""
    _epochs[0].move(uow, *keys)


def move_or_wait(uow: UnitOfWork, *keys: UUID) -> None:
    """Move the marks of ``keys`` with the transaction of ``uow``; see ``Epochs.move_or_wait``."""
    _epochs[0].move_or_wait(uow, *keys)
