"""How many different numbers about people one reader is told in a day: the budget against holding them side by side.

What a reader was told is remembered in Valkey until the day is over, as fingerprints of the questions. Asking the same
again costs nothing: its answer says nothing new.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from kernel.cache import AWAY, Cache, CacheUnavailableError
from kernel.clock import Clock
from kernel.disclosure import MOST_TOLD
from kernel.errors import ConflictError, TooManyError

_DAY_SECONDS: Final = 86_400
_AWAY: Final = "Valkey does not answer, and without it nobody knows what was told before."

_SPEND: Final = """
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
_SEE: Final = """
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('SMEMBERS', KEYS[1])
"""
_TELL: Final = """
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1]) then return 0 end
for place = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[place]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""


class ToldEnoughError(TooManyError):
    """The reader was told as many different numbers about people as one may be told in a day."""

    code = "disclosure-budget-spent"
    remedy = "Ask something that you asked today again, or go on tomorrow (UTC)."


class TooCloseError(ConflictError):
    """Held against what the reader was told today, this number would tell of fewer than ten people."""

    code = "disclosure-too-close"
    remedy = "Ask what you asked today again, or something that differs from it by at least ten people."


class Telling:
    """The budgets of all readers."""

    def __init__(self, cache: Cache, clock: Clock, most: int = MOST_TOLD) -> None:
        """Allow ``most`` different questions per reader and day (UTC)."""
        self._cache = cache
        self._see = cache.client.register_script(_SEE)
        self._spend = cache.client.register_script(_SPEND)
        self._tell = cache.client.register_script(_TELL)
        self._clock, self._most = clock, most

    async def seen(self, reader: UUID, topic: str, what: str) -> frozenset[str]:
        """Remember for today that ``reader`` is shown ``what`` of ``topic``, and return everything shown of it before.

        Of two that are asked for at once, each is told of the other.

        Raises:
            CacheUnavailableError: nobody knows what was told before, so nothing is.

        """
        now = self._clock.now()
        key = f"seen:{reader}:{topic}:{now:%Y-%m-%d}"
        try:
            found = await self._see(keys=[key], args=[what, _left(now)])
        except AWAY as error:
            raise CacheUnavailableError(_AWAY) from error
        return frozenset(each.decode() for each in found) - {what}

    async def unsee(self, reader: UUID, topic: str, what: str) -> None:
        """Forget that ``what`` was shown: it was refused."""
        now = self._clock.now()
        try:
            await self._cache.client.srem(f"seen:{reader}:{topic}:{now:%Y-%m-%d}", what)
        except AWAY as error:
            raise CacheUnavailableError(_AWAY) from error

    async def told(self, reader: UUID) -> list[bytes]:
        """Return what ``reader`` was told today, in the order of ``tell``.

        Raises:
            CacheUnavailableError: nobody knows.

        """
        try:
            found = await self._cache.client.lrange(f"figures:{reader}:{self._clock.now():%Y-%m-%d}", 0, -1)
        except AWAY as error:
            raise CacheUnavailableError(_AWAY) from error
        return cast("list[bytes]", found)

    async def tell(self, reader: UUID, known: int, new: Sequence[bytes]) -> bool:
        """Remember for today what ``reader`` is told, unless more than ``known`` was told meanwhile: then False.

        Raises:
            CacheUnavailableError: it can't be remembered, so it must not be told.

        """
        now = self._clock.now()
        try:
            args: list[int | bytes] = [known, _left(now), *new]
            return bool(await self._tell(keys=[f"figures:{reader}:{now:%Y-%m-%d}"], args=args))
        except AWAY as error:
            raise CacheUnavailableError(_AWAY) from error

    async def spend(self, reader: UUID, question: str) -> None:
        """Let ``reader`` be told the answer to ``question``, which MUST name everything that the answer depends on.

        Raises:
            ToldEnoughError: it would be one different answer too many.
            CacheUnavailableError: nobody knows what was told before, so nothing is.

        """
        now = self._clock.now()
        left = _left(now)
        fingerprint = hashlib.sha256(question.encode()).digest()
        try:
            may = await self._spend(keys=[f"told:{reader}:{now:%Y-%m-%d}"], args=[fingerprint, self._most, left])
        except AWAY as error:
            raise CacheUnavailableError(_AWAY) from error
        if not may:
            message = f"You were told {self._most} different numbers about people today."
            raise ToldEnoughError(message, retry_after_seconds=left)


def _left(now: datetime) -> int:
    return _DAY_SECONDS - int(now.timestamp()) % _DAY_SECONDS
