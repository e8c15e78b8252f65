"""`laurel migrate`."""

import asyncio

import click

from api.cli.environment import servers
from kernel.database import DB
from kernel.migrate import migrate as run_migrations
from kernel.migrate import require_newest
from kernel.settings import Settings


@click.command("migrate")
def migrate() -> None:
    """Bring the database to the newest schema; runners that start together wait for each other."""
    with servers() as settings:
        asyncio.run(migrated(settings))
    click.echo("The database has the newest schema.")


async def migrated(settings: Settings) -> None:
    """Migrate the database of ``settings``."""
    assert settings.database_url is not None  # noqa: S101 - `servers` gives both URLs
    await DB.open(settings.database_url, size=2)
    try:
        await run_migrations()
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
        await require_newest()
    finally:
        await DB.close()
