"""Points that expired are points that were earned, and whom the worker must visit is found without reading everybody."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "levels follow points that expire"

FORWARDS = (
    "alter table gamification.standing drop constraint if exists standing_expired,"
    " add constraint standing_expired check (expired >= 0 and expired <= points)",
    "create index if not exists standing_lapses on gamification.standing (lapses_on) where lapses_on is not null",
)
BACKWARDS = (
    "alter table gamification.standing drop constraint if exists standing_expired",
    "drop index if exists gamification.standing_lapses",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="gamification", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
