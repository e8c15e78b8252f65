"""A database session of one's own: for who holds a lock as long as it works, and for who verifies."""

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


# One plan for thousands of like questions, along the indexes.
# A search path of its own: otherwise functions that somebody made could answer instead of PostgreSQL's.
_SESSION: Final = {
    "application_name": "laurel audit verify",
    "datestyle": "ISO",
    "enable_bitmapscan": "off",
    "enable_seqscan": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "plan_cache_mode": "force_generic_plan",
    "row_security": "off",  # a policy that would hide rows from others, and perhaps not from us, is an error
    "search_path": "pg_catalog",
    "timezone": "UTC",
}
# glibc gives large blocks back to the system with each question, and gets them again page by page, until it has seen a
# larger one go: this one. Measured, a range then takes PostgreSQL less than half the time.
_KEEP_MEMORY = "select length(repeat(' ', 16_000_000))"


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


async def connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Return a connection that suits many like questions."""
    connection = await asyncpg.connect(dsn, server_settings=_SESSION)
    await connection.fetchval(_KEEP_MEMORY)
    return connection
