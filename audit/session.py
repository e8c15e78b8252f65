"""A database session of one's own, for who holds a lock for as long as it works: the sequencer and the publisher."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from kernel.database import APPLICATION

COMMAND_SECONDS: Final = 30.0
STANDBY_SECONDS: Final = 1.0
HURRY: Final = "laurel_audit_hurry"
"""The channel by which somebody who waits for an index tells the sequencer not to let entries gather (NOTIFY)."""


@asynccontextmanager
async def connected(dsn: str, name: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Lend a connection of one's own, closed for good at the end: the lock must not outlive whoever held it."""
    connection = await asyncpg.connect(
        dsn,
        command_timeout=COMMAND_SECONDS,
        timeout=COMMAND_SECONDS,
        server_settings={
            "application_name": name,
            "role": APPLICATION,
            "timezone": "UTC",
            "tcp_keepalives_idle": "30",
        },
    )
    try:
        yield connection
    finally:
        try:
            await connection.close(timeout=STANDBY_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()


async def wait(stop: asyncio.Event, seconds: float, *others: asyncio.Event) -> None:
    """Wait until ``stop`` or one of ``others`` is set, but no longer than ``seconds``."""
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            waiting = [group.create_task(each.wait()) for each in (stop, *others)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()
    except TimeoutError:
        return
