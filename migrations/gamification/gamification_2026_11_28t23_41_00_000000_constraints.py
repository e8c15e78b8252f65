"""Disputes: closed words, one open at a time, and an answer with who gave it; and what a correction is in the book."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T23:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "disputes about transfers of value"

FORWARDS = (
    "alter table gamification.transfer_dispute drop constraint if exists transfer_dispute_words,"
    " add constraint transfer_dispute_words check (state in ('open', 'corrected', 'stands')"
    " and ground in ('amount', 'date', 'nature', 'not-received', 'product', 'other')"
    " and (state = 'open') = (answered_at is null) and (state = 'open') = (answered_by is null))",
    "create unique index if not exists transfer_dispute_open on gamification.transfer_dispute (claim)"
    " where state = 'open'",
    "create index if not exists transfer_dispute_person on gamification.transfer_dispute (person)",
    "create index if not exists transfer_person on gamification.transfer_of_value (person, claim)",
    "alter table gamification.transfer_of_value drop constraint if exists transfer_words,"
    " add constraint transfer_words check (amount >= 0"
    " and state in ('estimated', 'committed', 'actual', 'released', 'corrected'))",
)
BACKWARDS = ("drop index if exists gamification.transfer_dispute_open",)


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
