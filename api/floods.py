"""What keeps the trail from drowning: floods of refusals are counted, and writes are refused while it can't keep up.

Whoever sends requests without signing in could otherwise fill the log as fast as they can send. The first refusals of a
minute are entries like any other; those beyond are counted, durably, before they are answered, and become one entry per
network, route and minute when the minute is over.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

import audit
from api.passage import Passage
from api.vocabulary import Action
from kernel.batching import Batcher
from kernel.clock import Clock
from kernel.errors import UnavailableError
from kernel.facts import Origin
from kernel.ids import uuid7
from kernel.unit_of_work import Work

ONE_BY_ONE: Final = 100
"""How many refusals of one network on one route and in one minute each get an entry, in each process."""

MOST_KEYS: Final = 10_000
"""How many networks and routes a process tells apart in a minute; beyond, everything is a flood."""

ALARM: Final = 4_096
REFUSE: Final = 50_000
"""How many entries may wait for their index before an alarm, and before writes are refused."""

LOOK_SECONDS: Final = 1.0
ALARM_SECONDS: Final = 60.0
ORIGIN: Final = Origin(request=UUID(int=0), actor="system:trail", role="system", route="api floods")

Key = tuple[datetime, str | None, str]

_log = structlog.get_logger()


class TrailBehindError(UnavailableError):
    """The audit log can't keep up: more would only make it later."""

    code = "trail-behind"
    remedy = "Try again in a moment."


class Floods:
    """Counts refusals of those who have not signed in."""

    def __init__(self, work: Work, clock: Clock) -> None:
        """Take where units of work are opened, and the clock."""
        self._work = work
        self._clock = clock
        self._seen: Counter[Key] = Counter()
        self._counting: Batcher[Key, None] = Batcher(self._count, most=1_000)

    async def absorb(self, passage: Passage) -> bool:
        """Count a refusal, durably, if it is one of a flood; False if it is to be an entry of its own."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        key = (minute, passage.address, passage.route)
        if any(each[0] != minute for each in list(self._seen)[:1]):
            self._seen.clear()
        if key not in self._seen and len(self._seen) >= MOST_KEYS:
            await self._counting.submit(key)
            return True
        self._seen[key] += 1
        if self._seen[key] <= ONE_BY_ONE:
            return False
        await self._counting.submit(key)
        return True

    async def fold(self) -> bool:
        """Make one entry of each flood whose minute is over; any number of workers may do it."""
        minute = self._clock.now().replace(second=0, microsecond=0)
        async with self._work.begin(ORIGIN) as uow:
            folded = await audit.take_refusals(uow, minute)
            for each in folded:
                origin = Origin(
                    request=uuid7(uow.now), actor="anonymous", role="anonymous", route=each.route, address=each.address
                )
                uow.record(
                    Action.REQUEST_REFUSED,
                    decision="refused",
                    outcome="refused",
                    reason="flood",
                    count=each.count,
                    origin=origin,
                    minute=each.minute.isoformat(),
                )
        return False

    async def _count(self, keys: Sequence[Key]) -> Sequence[BaseException | None]:
        async with self._work.begin(ORIGIN) as uow:
            await audit.count_refusals(uow, Counter(keys))
        return [None] * len(keys)


class Pressure:
    """Looks, about once a second, how many entries wait for their index, and refuses writes while it is too many."""

    def __init__(self, work: Work, *, alarm: int = ALARM, refuse: int = REFUSE) -> None:
        """Take where units of work are opened, and the two limits."""
        self._work = work
        self._alarm, self._refuse = alarm, refuse
        self._waiting = 0
        self._looked_at = self._alarmed_at = float("-inf")

    async def admit(self) -> None:
        """Let a write through.

        Raises:
            TrailBehindError: more than ``refuse`` entries wait.

        """
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now  # before the question: the others of this second go by the last answer
            async with self._work.read(ORIGIN) as uow:
                self._waiting = await audit.waiting(uow)
            if self._waiting > self._alarm and now - self._alarmed_at >= ALARM_SECONDS:
                self._alarmed_at = now
                _log.error("audit_entries_wait", waiting=self._waiting)
        if self._waiting > self._refuse:
            raise TrailBehindError(f"More than {self._refuse} audit entries wait for their index.")
