"""What may happen once: who comes first, among all workers through Valkey, and in this process whatever happens."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from kernel.cache import AWAY, Cache
from kernel.clock import Clock

MOST_NAMES: Final = 100_000
"""How many names one process remembers at the most; the oldest go first."""


class Once:
    """Remembers names for a while."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        """Use ``cache``; this process remembers for itself as well, for when Valkey is away."""
        self._cache = cache
        self._clock = clock
        self._own: OrderedDict[str, datetime] = OrderedDict()
        self._generation = 0
        self._joined = clock.now()

    async def claim(self, name: str, seconds: int) -> bool | None:
        """Tell whether ``name`` comes for the first time within ``seconds``; None: first here, others can't be asked.

        Of any number at once exactly one is first.
        """
        if not self._first_here(name, seconds):
            return False
        try:
            first = bool(await self._cache.client.set(f"once:{name}", "1", nx=True, ex=seconds))
        except AWAY:
            return None
        if self._generation != self._cache.generation:
            self._generation, self._joined = self._cache.generation, self._clock.now()
        return first

    def joined_within(self, seconds: int) -> bool:
        """Tell whether Valkey is asked on a new connection: what was claimed while it was away, it does not know."""
        return self._clock.now() - self._joined < timedelta(seconds=seconds)

    def _first_here(self, name: str, seconds: int) -> bool:
        now = self._clock.now()
        known = self._own.get(name)
        if known is not None and known > now:
            return False
        self._own[name] = now + timedelta(seconds=seconds)
        self._own.move_to_end(name)
        if len(self._own) > MOST_NAMES:
            self._own.popitem(last=False)
        return True
