"""What Piccolo's tables can't say: a place in a status list belongs to one credential for ever."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one bit per credential, never given again"

FORWARDS = (
    # Two workers that draw the same bit at the same time: one of them draws again.
    "create unique index if not exists credential_bit on gamification.credential (list_number, list_index)",
    "alter table gamification.credential drop constraint if exists credential_place,"
    " add constraint credential_place check (list_number >= 1 and list_index between 0 and 131071 and id <> subject)",
    # Also after an erasure: a bit that was given again would say about one badge what is true of another.
    *(
        statement
        for name, events, scope in (
            ("append_only", "update or delete", "row"),
            ("no_truncate", "truncate", "statement"),
        )
        for statement in (
            f"drop trigger if exists credential_{name} on gamification.credential",
            f"create trigger credential_{name} before {events} on gamification.credential"
            f" for each {scope} execute function gamification.refuse_change()",
        )
    ),
)
BACKWARDS = (
    "drop trigger if exists credential_append_only on gamification.credential",
    "drop trigger if exists credential_no_truncate on gamification.credential",
    "drop index if exists gamification.credential_bit",
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
