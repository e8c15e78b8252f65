"""The database session of who verifies, on which nothing but its own words is believed."""

from typing import Final

import asyncpg

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


async def connect(dsn: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Return a connection that suits many like questions."""
    connection = await asyncpg.connect(dsn, server_settings=_SESSION)
    await connection.fetchval(_KEEP_MEMORY)
    return connection
