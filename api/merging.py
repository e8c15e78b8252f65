"""Merging concurrent activity requests into one transaction every few milliseconds."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import gamification
from engagement.errors import ActivityRacedError
from gamification.values import ActivityResult, Delivery
from kernel.batching import Batcher
from kernel.errors import UnavailableError
from kernel.facts import Origin
from kernel.unit_of_work import Work

MOST_ACTIVITIES: Final = 1_000
"""In one transaction: more would hold people's locks for longer than a request should wait."""

TRIES: Final = 3
ORIGIN: Final = Origin(request=UUID(int=0), actor="system:merging", role="system", route="merged activities")


class StillRacingError(UnavailableError):
    """Other transactions recorded the same ids again and again while this one tried."""

    code = "activities-racing"


class Merging:
    """Records deliveries; those that arrive together share one commit, and each gets its own answer after it."""

    def __init__(self, work: Work, retention_days: int | None) -> None:
        """Refuse activities older than ``retention_days``, if that is given."""
        self._work = work
        self._retention_days = retention_days
        self._batcher: Batcher[Delivery, list[ActivityResult]] = Batcher(self._flush, most=MOST_ACTIVITIES)

    async def record(self, delivery: Delivery) -> list[ActivityResult]:
        """Return one result per activity, after the commit that holds all of them and their audit entries."""
        return await self._batcher.submit(delivery, weight=max(1, len(delivery.drafts)))

    async def _flush(self, deliveries: Sequence[Delivery]) -> Sequence[list[ActivityResult] | BaseException]:
        for _ in range(TRIES):
            try:
                async with self._work.begin(ORIGIN) as uow:
                    return await gamification.record_deliveries(uow, deliveries, retention_days=self._retention_days)
            except ActivityRacedError:
                continue
        message = "Others record the same activities at this moment."
        raise StillRacingError(message)
