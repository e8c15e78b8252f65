"""Freezes that are granted: closed words, and a person's found without reading everybody's."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T23:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "freezes that are granted"

FORWARDS = (
    "alter table gamification.freeze_grant drop constraint if exists freeze_grant_words,"
    " add constraint freeze_grant_words check (freezes between 1 and 100"
    " and reason in ('absence', 'correction', 'goodwill', 'service-outage'))",
    "create index if not exists freeze_grant_person on gamification.freeze_grant (person, granted_at, id)",
)
BACKWARDS = ("drop index if exists gamification.freeze_grant_person",)


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
