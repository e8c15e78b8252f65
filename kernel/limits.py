"""Counting what went wrong per minute, to slow down guessing; stricter, never looser, when Valkey is away."""

from collections.abc import Sequence
from typing import Final

from kernel.cache import AWAY, Cache
from kernel.clock import Clock

STRICTER: Final = 10
SECONDS: Final = 120


class Limits:
    """Counters that live for a minute, shared by all workers through Valkey."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        """Use ``cache``; this process counts for itself as well, for when Valkey is away."""
        self._cache = cache
        self._clock = clock
        self._own: dict[str, int] = {}
        self._minute = 0

    async def exceeded(self, limits: Sequence[tuple[str, int]]) -> bool:
        """Tell whether any of these ``(name, limit)`` was reached within this minute."""
        names = self._names([name for name, _ in limits])
        try:
            found = await self._cache.client.mget(names)
            return any(int(count or 0) >= limit for count, (_, limit) in zip(found, limits, strict=True))
        except AWAY:
            own = (self._own.get(name, 0) for name in names)
            return any(count >= max(1, limit // STRICTER) for count, (_, limit) in zip(own, limits, strict=True))

    async def count(self, names: Sequence[str]) -> None:
        """Count one more of each."""
        full = self._names(names)
        for name in full:
            self._own[name] = self._own.get(name, 0) + 1
        try:
            async with self._cache.client.pipeline(transaction=False) as pipeline:
                for name in full:
                    _ = pipeline.incr(name), pipeline.expire(name, SECONDS)
                await pipeline.execute()
        except AWAY:
            return  # counted in this process, which allows less while Valkey is away

    def _names(self, names: Sequence[str]) -> list[str]:
        minute = int(self._clock.now().timestamp()) // 60
        if minute != self._minute:
            self._own, self._minute = {}, minute
        return [f"limit:{name}:{minute}" for name in names]
