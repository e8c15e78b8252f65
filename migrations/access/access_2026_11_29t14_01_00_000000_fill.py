"""What a machine asked for and nobody has decided is kept from who knows its secret, as it was before."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T14:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who knew the secret of who waits already"

FILL = (
    "update access.role_request set secret_holder = client.secret_shown_to from access.machine_client as client"
    " where client.account = role_request.requested_by and role_request.decided_at is null and secret_holder is null"
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_ddl(FILL)

    async def run_backwards() -> None:
        """Leave the column as it is: it goes with the migration before."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
