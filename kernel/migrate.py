"""Brings a database to the newest schema: one runner at a time, all or nothing."""

import contextlib
import io
from typing import Final

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from kernel.database import AWAY, DB, translated
from kernel.errors import LaurelError

MIGRATION_LOCK: Final = 0x4C41_5552_0001
LOCK_TIMEOUT: Final = "4s"
STATEMENT_TIMEOUT: Final = "60s"
LONGEST: Final = 500


class MigrationError(LaurelError):
    """A migration failed; nothing of this run was kept."""

    code = "migration-failed"
    remedy = "Read the sentence, mend the cause, and run `laurel migrate` again."


async def migrate() -> str:
    """Run every migration that has not run yet, in one transaction; return what Piccolo said.

    Runners that start together wait for each other under an advisory lock. A statement that can't get its table lock
    within 4 seconds gives up, so that a migration never queues the whole traffic behind it.
    """
    said = io.StringIO()
    async with translated(), DB.writing() as connection:
        await connection.execute("set local lock_timeout = 0")
        await connection.execute("set local statement_timeout = 0")
        await connection.execute("select pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        await connection.execute(f"set local statement_timeout = '{STATEMENT_TIMEOUT}'")
        for room in ROOMS:
            await connection.execute(f"create schema if not exists {room}")
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                await run_forwards("all")
        except AWAY:
            raise
        except (SystemExit, asyncpg.PostgresError) as error:
            reason = str(error) if isinstance(error, asyncpg.PostgresError) else said.getvalue().strip()[-LONGEST:]
            raise MigrationError(f"A migration failed: {reason.splitlines()[-1]}.") from error
    return said.getvalue()


ROOMS: Final = ("kernel", "audit", "people", "access", "consent", "content", "engagement", "gamification")
"""The rooms that own tables, in the order in which foreign keys may point: each only to those before it."""
