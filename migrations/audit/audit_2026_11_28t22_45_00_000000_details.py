"""Sealed details: what an entry commits to and only the person's key opens, append-only like the entries."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T22:45:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Sealed details"

FORWARDS: Final = (
    "create table if not exists audit.detail (id uuid primary key, entry uuid not null, part smallint not null,"
    " ciphertext bytea not null)",
    "create unique index if not exists detail_entry_part on audit.detail (entry, part)",
    "create or replace trigger detail_unchanged before update or delete on audit.detail"
    " for each row execute function audit.refuse_change()",
    "create or replace trigger detail_kept before truncate on audit.detail"
    " for each statement execute function audit.refuse_change()",
)
BACKWARDS: Final = ("drop table if exists audit.detail",)


async def forwards() -> MigrationManager:
    """Make the table."""
    manager = MigrationManager(migration_id=ID, app_name="audit", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
