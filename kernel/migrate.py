"""Brings a database to the newest schema: one runner at a time, all or nothing."""

import contextlib
import io
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import asyncpg
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards

from kernel import roles, row_security
from kernel.database import AWAY, DB, Connection, translated
from kernel.errors import LaurelError, UnavailableError

MIGRATION_LOCK: Final = 0x4C41_5552_0001
Settle: TypeAlias = Callable[[Connection], Awaitable[None]]

LOCK_TIMEOUT: Final = "4s"
STATEMENT_TIMEOUT: Final = "60s"
LONGEST: Final = 500


class MigrationError(LaurelError):
    """A migration failed; nothing of this run was kept."""

    code = "migration-failed"
    remedy = "Read the sentence, mend the cause, and run `laurel migrate` again."


class RolesRefusedError(LaurelError):
    """Who migrates may not make the roles."""

    code = "roles-refused"
    remedy = (
        "Migrate as a login that owns the database and may create roles (LAUREL_MIGRATION_DATABASE_URL),"
        " or let an administrator of the server do once what docs/database-roles.md lists."
    )


class SchemaOutdatedError(UnavailableError):
    """The database has an older schema than this code, or none."""

    code = "schema-outdated"
    remedy = "Run `laurel migrate`, then start again."


class PoliciesOutdatedError(SchemaOutdatedError):
    """The database's row-level security is of another version, or of another register of purposes."""

    code = "policies-outdated"


async def require_newest(interests: row_security.Interests | None = None) -> None:
    """See that every migration of this code has run: a program that serves must not find out request by request.

    ``interests`` are as in ``migrate``.

    Raises:
        SchemaOutdatedError: some have not.
        PoliciesOutdatedError: row-level security would let through, or hide, what the register of now doesn't.

    """
    manager = BaseMigrationManager()
    wanted = {
        (module.APP_CONFIG.app_name, identifier)
        for module in manager.get_app_modules()
        for identifier in manager.get_migration_modules(module.APP_CONFIG.resolved_migrations_folder_path)
    }
    missing = wanted - await applied()
    if missing:
        raise SchemaOutdatedError(f"{len(missing)} of {len(wanted)} migrations have not run on this database.")
    async with translated(), DB.reading() as connection:
        if not await row_security.is_secured(connection, interests or {}):
            raise PoliciesOutdatedError("This database guards people's rows by another register of purposes.")


async def applied() -> set[tuple[str, str]]:
    """Return room and name of every migration that has run on this database."""
    async with translated(), DB.reading() as connection:
        is_there = await connection.fetchval("select to_regclass('migration') is not null")
        rows = await connection.fetch("select app_name, name from migration") if is_there else []
    return {(row["app_name"], row["name"]) for row in rows}


async def migrate(
    application_url: str, interests: row_security.Interests | None = None, settle: Settle | None = None
) -> str:
    """Run every migration that has not run yet, in one transaction; return what Piccolo said.

    ``interests`` are the purposes that rest on a legitimate interest, which row-level security must know. ``settle``
    comes last, as the owner: it writes down what only the owner may.

    It makes the database's roles first (``kernel/roles.py``), ``application_url``'s login among them, and the owner's
    is the one that the migrations run as; the pools MUST have been opened without a role.

    Runners that start together wait for each other under an advisory lock. A statement that can't get its table lock
    within 4 seconds gives up, so that a migration never queues the whole traffic behind it.
    """
    said = io.StringIO()
    await _establish_roles(application_url)
    async with translated(), DB.writing() as connection:
        await connection.execute(f"set local role {roles.OWNER}")
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
        await roles.grant(connection, ROOMS)
        await row_security.secure(connection, interests or {})
        if settle is not None:
            await settle(connection)
    return said.getvalue()


async def _establish_roles(application_url: str) -> None:
    try:
        async with translated(), DB.appending() as connection:
            await roles.establish(connection, ROOMS, application_url)
    except asyncpg.PostgresError as error:
        raise RolesRefusedError(f"The database's roles can't be set up: {error}.") from error


ROOMS: Final = ("kernel", "audit", "people", "access", "consent", "content", "engagement", "gamification")
"""The rooms that own tables, in the order in which foreign keys may point: each only to those before it."""
