"""Every account of staff and machines works for all brands, as it did before there were any; HCPs work for none."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T04:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "all brands for who was there before"

FILL = (
    "update access.account set brands = '{*}' where role <> 'hcp' and brands = '{}'",
    "update access.role_request set brands = '{*}' where role <> 'hcp' and brands = '{}'",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for statement in FILL:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        """Leave the columns as they are: they go with the migration before."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
