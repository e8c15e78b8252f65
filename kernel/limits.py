"""Limits: how often something may happen within a time; stricter, never looser, when Valkey is away.

An attempt is counted before it is made, together with all its limits or not at all: of any number of attempts at the
same moment no more pass than may. Who counts failures alone gives back what a success has taken.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from kernel.cache import AWAY, Cache
from kernel.clock import Clock

STRICTER: Final = 10
"""By how much limits shrink when they can only be counted in this process."""
MOST_NAMES: Final = 100_000
"""How many names one process counts for itself at the most; beyond that it forgets all of them at once."""

TAKE_SCRIPT: Final = """
local counts = {}
for i = 1, #KEYS do
  counts[i] = tonumber(redis.call('GET', KEYS[i]) or 0)
  if counts[i] >= tonumber(ARGV[i * 2 - 1]) then return {i, counts[i]} end
end
local tightest, least = 1, nil
for i = 1, #KEYS do
  local count = redis.call('INCR', KEYS[i])
  if count == 1 then redis.call('EXPIRE', KEYS[i], ARGV[i * 2] * 2) end
  local left = tonumber(ARGV[i * 2 - 1]) - count
  if not least or left < least then tightest, least = i, left end
end
return {-tightest, tonumber(ARGV[tightest * 2 - 1]) - least}
"""
"""Counts one more under every key, or under none if one is used up. Answers the key that decided, negative if all went
well, and its count."""

GIVE_BACK_SCRIPT: Final = """
for i = 1, #KEYS do
  if tonumber(redis.call('GET', KEYS[i]) or 0) > 0 then redis.call('DECR', KEYS[i]) end
end
"""
"""Counts one less under every key, never less than none: the next window must not begin with more than it may."""


class Limit(NamedTuple):
    """At most ``most`` times within ``seconds``, which are counted from whole multiples of them."""

    name: str
    most: int
    seconds: int = 60


class Quota(NamedTuple):
    """What is left of the tightest of some limits; ``resets_in`` is in seconds."""

    allowed: bool
    limit: Limit
    left: int
    resets_in: int


class Counted(NamedTuple):
    """What was counted ``at`` a moment, in seconds since 1970; whoever finds that it was no failure gives it back."""

    limits: Sequence[Limit]
    at: int


class Limits:
    """Counters shared by all workers through Valkey."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        """Use ``cache``; this process counts for itself as well, for when Valkey is away."""
        self._clock = clock
        self._take = cache.client.register_script(TAKE_SCRIPT)
        self._give_back = cache.client.register_script(GIVE_BACK_SCRIPT)
        self._own: dict[str, tuple[int, int]] = {}

    def now(self) -> int:
        """Return the moment in whole seconds since 1970, by which windows are told apart."""
        return int(self._clock.now().timestamp())

    async def take(self, limits: Sequence[Limit], at: int | None = None) -> Quota:
        """Count one more of each ``at`` a moment (now), or of none where one is used up; answer what decides."""
        at = self.now() if at is None else at
        keys = [_key(limit, at) for limit in limits]
        own = self._count(limits, at)
        try:
            numbers = [number for limit in limits for number in (limit.most, limit.seconds)]
            decider, count = await self._take(keys=keys, args=numbers)
        except AWAY:
            return self._alone(limits, own, at)
        limit = limits[abs(decider) - 1]
        return Quota(decider < 0, limit, max(0, limit.most - count), _resets_in(limit, at))

    async def give_back(self, counted: Counted) -> None:
        """Take back what was counted, where it was counted: it was no failure, and the next window is others'."""
        for limit in counted.limits:
            window, count = self._own.get(limit.name, (0, 0))
            if window == _window(limit, counted.at):
                self._own[limit.name] = (window, max(0, count - 1))
        try:
            await self._give_back(keys=[_key(limit, counted.at) for limit in counted.limits])
        except AWAY:
            return  # it runs out by itself

    def _alone(self, limits: Sequence[Limit], own: Sequence[int], at: int) -> Quota:
        left = [max(1, limit.most // STRICTER) - own[place] for place, limit in enumerate(limits)]
        tightest = min(range(len(limits)), key=left.__getitem__)
        limit = limits[tightest]
        return Quota(left[tightest] >= 0, limit, max(0, left[tightest]), _resets_in(limit, at))

    def _count(self, limits: Sequence[Limit], at: int) -> list[int]:
        """Count in this process and return the counts of now: while Valkey is asked, all may be forgotten."""
        if len(self._own) > MOST_NAMES:
            self._own.clear()
        for limit in limits:
            window, count = self._own.get(limit.name, (0, 0))
            now = _window(limit, at)
            self._own[limit.name] = (now, count + 1 if window == now else 1)
        return [self._own[limit.name][1] for limit in limits]


def _window(limit: Limit, at: int) -> int:
    return at // limit.seconds


def _resets_in(limit: Limit, at: int) -> int:
    return limit.seconds - at % limit.seconds


def _key(limit: Limit, at: int) -> str:
    return f"limit:{limit.name}:{limit.seconds}:{_window(limit, at)}"
