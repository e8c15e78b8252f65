"""One moment of the database for several processes: who joins a snapshot sees exactly what its maker sees."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg

from kernel.database import APPLICATION
from kernel.facts import UPKEEP

SessionConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_NAME: Final = re.compile(r"[0-9A-Fa-f-]+")

# They read for a program of ours, and declare it; rows that belong to people are there for nobody else.
# Each process is one core's work: parallel plans would take the cores away from the others.
_SESSION: Final = {"application_name": "laurel snapshot", "jit": "off", "max_parallel_workers_per_gather": "0"} | {
    "role": APPLICATION,
    "laurel.purpose": UPKEEP,
}


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[tuple[SessionConnection, str]]:
    """Open a read-only session that sees one moment, and give its name; the moment lasts as long as the block."""
    async with _session(url) as connection:
        yield connection, str(await connection.fetchval("select pg_export_snapshot()"))


@asynccontextmanager
async def joined(url: str, name: str) -> AsyncIterator[SessionConnection]:
    """Open a read-only session that sees the moment called ``name``, which MUST last still."""
    async with _session(url) as connection:
        if not _NAME.fullmatch(name):
            message = "That is no name of a snapshot."
            raise ValueError(message)
        await connection.execute(f"set transaction snapshot '{name}'")  # takes no parameters
        yield connection


@asynccontextmanager
async def _session(url: str) -> AsyncIterator[SessionConnection]:
    connection = await asyncpg.connect(url, server_settings=_SESSION)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()
