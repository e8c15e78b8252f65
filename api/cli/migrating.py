"""`laurel migrate`."""

import asyncio

import click
import structlog

import audit
from api.cli.environment import command_origin, servers
from api.vocabulary import Action
from consent import REGISTER
from kernel import roles
from kernel.clock import SystemClock
from kernel.database import DB, Connection
from kernel.migrate import applied, require_newest
from kernel.migrate import migrate as run_migrations
from kernel.settings import Settings
from kernel.unit_of_work import Work

_log = structlog.get_logger()


@click.command("migrate")
def migrate() -> None:
    """Bring the database to the newest schema; runners that start together wait for each other."""
    with servers() as settings:
        asyncio.run(_migrate(settings))
    click.echo("The database has the newest schema.")


async def migrated(settings: Settings) -> None:
    """See that the database of ``settings`` has the newest schema: bring it there if this login may.

    Raises:
        LaurelError: the database is away or too old, in one sentence.

    """
    if settings.migration_database_url is not None or await _may_migrate(settings):
        await _migrate(settings)
    else:
        await require_migrated(settings)


async def _may_migrate(settings: Settings) -> bool:
    assert settings.database_url is not None  # noqa: S101 - `servers` gives both URLs
    await DB.open(settings.database_url, size=1, role=None)
    try:
        async with DB.reading() as connection:
            return await roles.may_establish(connection)
    finally:
        await DB.close()


async def _migrate(settings: Settings) -> None:
    assert settings.database_url is not None  # noqa: S101 - `servers` gives both URLs
    await DB.open(settings.migration_database_url or settings.database_url, size=2, role=None)
    days, former = dict(settings.audit_retention_days), dict[str, int]()

    async def settle(connection: Connection) -> None:
        former.update(await audit.set_retention(connection, days))

    try:
        before = await applied()
        await run_migrations(settings.database_url, REGISTER.interests(), settle)
        count = len(await applied() - before)
    finally:
        await DB.close()
    if count or days != former:
        await _record(settings.database_url, count, former, days)


async def _record(database_url: str, count: int, former: dict[str, int], days: dict[str, int]) -> None:
    """Say in the log what was changed: as the application, which needs none of its keys for that."""
    await DB.open(database_url, size=1)
    try:
        async with Work(SystemClock(), audit.append).begin(command_origin("migrate")) as uow:
            if count:
                uow.record(Action.SCHEMA_MIGRATED, count=count)
            if days != former:
                uow.record(audit.Action.RETENTION_CHANGED, old=former, new=days)
    finally:
        await DB.close()


async def require_migrated(settings: Settings) -> None:
    """See that the database of ``settings`` answers and has the newest schema.

    Raises:
        LaurelError: it does not, in one sentence.

    """
    assert settings.database_url is not None  # noqa: S101 - `servers` gives both URLs
    await DB.open(settings.database_url, size=2)
    try:
        await require_newest(REGISTER.interests())
        async with DB.reading() as connection:
            if await roles.can_become_owner(connection):
                _log.warning("database_login_owns_schema")
    finally:
        await DB.close()
