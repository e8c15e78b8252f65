"""The index says no longer how something ended: nobody searched by that, and every copy is one more to be verified."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-30T02:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "No outcome beside the index"

FORWARDS: Final = "alter table audit.leaf drop column if exists outcome"
BACKWARDS: Final = "alter table audit.leaf add column if not exists outcome text not null default ''"


async def forwards() -> MigrationManager:
    """Drop the column; what it said stays in the entries."""
    manager = MigrationManager(migration_id=ID, app_name="audit", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_ddl(FORWARDS)

    async def run_backwards() -> None:
        await DB.run_ddl(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
