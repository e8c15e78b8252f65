"""The relay: delivers what the outbox holds, one relay at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID

import structlog

from kernel.facts import Origin
from kernel.unit_of_work import UnitOfWork, Work

Deliver: TypeAlias = Callable[[UnitOfWork, Sequence[UUID]], Awaitable[None]]

RELAY_LOCK: Final = 0x4C41_5552_0004
"""Advisory lock of the one relay; a second one would deliver an older state after a newer one."""

BATCH: Final = 2_000
PAUSE_SECONDS: Final = 0.05
IDLE_SECONDS: Final = 0.2
"""Longer where nothing was there: four round trips to find that out twenty times a second are felt by who reads."""

PAUSE_AFTER_FAILURE_SECONDS: Final = 1.0
ORIGIN: Final = Origin(request=UUID(int=0), actor="system:relay", role="system", route="worker relay")

_log = structlog.get_logger()


async def deliver_once(work: Work, topics: Mapping[str, Deliver]) -> int:
    """Deliver the oldest messages of ``topics`` and remove them; return how many.

    Messages of other topics wait for a program that knows them: a newer one may run beside this one. The rows are
    removed in the transaction that is open while they are delivered: a crash in between delivers again.
    """
    async with work.begin(ORIGIN) as uow:
        if not await uow.fetchval("select pg_try_advisory_xact_lock($1)", RELAY_LOCK):
            return 0
        rows = await uow.fetch(
            "delete from kernel.outbox where id in"
            " (select id from kernel.outbox where topic = any($2::text[]) order by id limit $1) returning topic, key",
            BATCH,
            list(topics),
        )
        for topic, deliver in topics.items():
            keys = sorted({row["key"] for row in rows if row["topic"] == topic})
            if keys:
                await deliver(uow, keys)
        return len(rows)


async def hold_back(uow: UnitOfWork) -> None:
    """Let no relay deliver until this transaction ends, and wait for the one that delivers now.

    For whoever makes a copy again from the beginning: what was delivered meanwhile would be lost with the old copy.
    """
    await uow.execute("select pg_advisory_xact_lock($1)", RELAY_LOCK)


async def relay(work: Work, topics: Mapping[str, Deliver], stop: asyncio.Event) -> None:
    """Deliver until ``stop`` is set; whatever goes wrong, try again."""
    while not stop.is_set():
        try:
            delivered = await deliver_once(work, topics)
            pause = 0.0 if delivered == BATCH else PAUSE_SECONDS if delivered else IDLE_SECONDS
        except Exception as error:  # noqa: BLE001 - what waits must be delivered after whatever it was
            _log.warning("outbox_waits", error=type(error).__name__)
            pause = PAUSE_AFTER_FAILURE_SECONDS
        await asyncio.sleep(pause)
