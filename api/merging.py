"""Merging concurrent activity requests into one transaction every few milliseconds."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

import gamification
from engagement.errors import ActivityRacedError
from gamification.values import ActivityResult, Delivery
from kernel.batching import Batcher
from kernel.errors import LaurelError, UnavailableError
from kernel.facts import Origin
from kernel.unit_of_work import Work

MOST_ACTIVITIES: Final = 1_000
"""In one transaction: more would hold people's locks for longer than a request should wait."""

_log = structlog.get_logger()

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
        """Record everybody's at once; if something unforeseen fails, each alone: one bad delivery costs nobody else."""
        try:
            return await self._recorded(deliveries)
        except (LaurelError, asyncio.CancelledError):
            raise
        except Exception as error:  # whatever it is, it may be one delivery's fault
            if len(deliveries) == 1:
                raise
            _log.warning("deliveries_parted", error=type(error).__name__, count=len(deliveries))
            return [await self._alone(delivery) for delivery in deliveries]

    async def _alone(self, delivery: Delivery) -> list[ActivityResult] | BaseException:
        try:
            (answer,) = await self._recorded([delivery])
        except Exception as error:  # noqa: BLE001 - answered to whom it concerns
            return error
        return answer

    async def _recorded(self, deliveries: Sequence[Delivery]) -> Sequence[list[ActivityResult] | BaseException]:
        for _ in range(TRIES):
            try:
                async with self._work.begin(ORIGIN) as uow:
                    return await gamification.record_deliveries(uow, deliveries, retention_days=self._retention_days)
            except ActivityRacedError:
                continue
        message = "Others record the same activities at this moment."
        raise StillRacingError(message)
