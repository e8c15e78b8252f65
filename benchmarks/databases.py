"""Databases of their own for figures that need one, on the scene's server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg

from kernel.database import DB
from kernel.migrate import migrate


@contextmanager
def lent(url: str, name: str) -> Iterator[str]:
    """Lend a new, empty database with this name beside the one at ``url``; it is gone afterwards."""
    asyncio.run(_execute(url, f"create database {name}"))
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_execute(url, f"drop database {name} with (force)"))


async def migrated(url: str) -> None:
    """Bring a database to the newest schema."""
    await DB.open(url, role=None)
    try:
        await migrate(url)
    finally:
        await DB.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
