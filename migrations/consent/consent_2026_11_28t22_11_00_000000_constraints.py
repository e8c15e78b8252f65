"""What Piccolo's tables can't say: messages in closed vocabularies, and suppressions that were lifted and come back."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T22:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "messages: words and order; suppressions in force"

FORWARDS = (
    "alter table consent.message drop constraint if exists message_words,"
    " add constraint message_words check (state in ('waiting', 'sent', 'stopped')"
    " and channel in ('email', 'sms', 'push', 'phone', 'rep', 'web')),"
    " drop constraint if exists message_settled,"
    # What waits can be read by the worker, and what is settled says why, and nothing of its content any more.
    " add constraint message_settled check ((state = 'waiting') = (settled_at is null)"
    " and (state = 'waiting') = (reason is null) and (state = 'waiting') = (content is not null))",
    "create index if not exists message_waiting on consent.message (not_before, id) where state = 'waiting'",
    "create index if not exists message_person on consent.message (person)",
    "create index if not exists message_confirmation on consent.message (confirmation) where confirmation is not null",
    "drop index if exists consent.suppression_address",
    "create unique index if not exists suppression_in_force on consent.suppression (kind, address_index)"
    " where lifted_at is null",
    "alter table consent.suppression drop constraint if exists suppression_lifted,"
    " add constraint suppression_lifted check ((lifted_at is null) = (lifted_by is null)"
    " and (lifted_at is null) = (lift_reason is null))",
)
BACKWARDS = (
    "alter table consent.suppression drop constraint if exists suppression_lifted",
    "drop index if exists consent.suppression_in_force",
    "drop index if exists consent.message_confirmation",
    "drop index if exists consent.message_person",
    "drop index if exists consent.message_waiting",
    "alter table consent.message drop constraint if exists message_settled, drop constraint if exists message_words",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="consent", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
