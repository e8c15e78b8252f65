"""How many of each reward there were at first: what is left, and what was claimed and not given back."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T01:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "how many of a reward there were at first, filled in"

FILL = """
update gamification.reward r set stocked = r.stock + (
    select count(*) from gamification.claim c where c.reward = r.id and c.state <> 'cancelled')
where r.stock is not null and r.stocked is null
"""


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="gamification", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_ddl(FILL)

    async def run_backwards() -> None:
        """Leave the column as it is: it goes with the migration before."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
