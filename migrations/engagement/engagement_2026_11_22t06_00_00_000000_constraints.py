"""What Piccolo's table can't say about activities: the order of a person's history, and that it is never rewritten."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T06:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "history index, shares from 0 to 1"

FORWARDS = (
    # The fold reads one person's history in this order.
    "create index if not exists activity_history on engagement.activity (person, occurred_at, id)",
    "alter table engagement.activity"
    " drop constraint if exists activity_shares, add constraint activity_shares"
    " check (score between 0 and 1 and progress between 0 and 1 and duration_seconds >= 0)",
)
BACKWARDS = (
    "alter table engagement.activity drop constraint if exists activity_shares",
    "drop index if exists engagement.activity_history",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="engagement", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
