"""The database's superuser changes, removes, swaps and cuts entries: `laurel audit verify` names the index."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg

from tests.system.house import Done, House

INDEX = 300
"""In the second tile of the tree, with full and partial tiles and many checkpoints around it."""

ENTRIES = 600
UNGUARDED = "set session_replication_role = replica"
BODY_OF = "select e.body from audit.entry e join audit.leaf l on l.entry = e.id where l.index = $1"
SET_BODY = "update audit.entry set body = $2 where id = (select entry from audit.leaf where index = $1)"
KIND = {
    "entry-changed", "entry-missing", "entry-misplaced", "leaf-missing", "tail-cut", "entry-unsequenced",
    "tail-unsigned", "checkpoint-contradicted",
}  # fmt: skip

Connection = asyncpg.Connection[asyncpg.Record]
Tampering = Callable[["Connection"], Any]


class Evidence:
    """A house that was served and stopped, a copy of its database, and whoever holds the superuser's password."""

    def __init__(self, house: House, url: str) -> None:
        self.house = house
        self._url = url
        self.size: int = self.ask("select count(*) from audit.leaf")
        self.checkpoint: str = self.ask("select note from audit.checkpoint where size <= 500 order by size desc limit 1")
        self._elsewhere("create database untouched template laurel")

    def ask(self, sql: str, *arguments: object) -> Any:
        return self.do(lambda connection: connection.fetchval(sql, *arguments))

    def do(self, tampering: Tampering) -> Any:
        return asyncio.run(_done(self._url, tampering))

    def restore(self) -> None:
        """Put the copy in the place of what was tampered with."""
        self._elsewhere("drop database laurel with (force)", "create database laurel template untouched")

    def verify(self, *words: str | Path) -> Done:
        return self.house.run("audit", "verify", *words)

    def _elsewhere(self, *statements: str) -> None:
        async def run(connection: Connection) -> None:
            for statement in statements:
                await connection.execute(statement)

        asyncio.run(_done(self._url.replace("/laurel?", "/postgres?"), run))


async def _done(url: str, tampering: Tampering) -> Any:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(UNGUARDED)
        return await tampering(connection)
    finally:
        await connection.close()
