"""Saved searches; and what the application may do with them beyond adding: forget one, by the owner's function."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import APPLICATION, DB

ID: Final = "2026-11-28T22:30:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Saved searches"

SIGNATURE: Final = "forget_search(uuid, uuid)"
FORWARDS: Final = (
    "create table if not exists audit.saved_search (id uuid primary key, account uuid not null, name text not null,"
    " filters bytea not null, saved_at timestamptz not null)",
    "create unique index if not exists saved_search_name on audit.saved_search (account, name)",
    f"create or replace function audit.{SIGNATURE} returns bigint language sql security definer"
    " set search_path = pg_catalog, pg_temp as $$"
    " with gone as (delete from audit.saved_search s where s.account = $1 and s.id = $2 returning 1)"
    " select count(*) from gone $$",
    f"revoke all on function audit.{SIGNATURE} from public",
    f"grant execute on function audit.{SIGNATURE} to {APPLICATION}",
)
BACKWARDS: Final = (f"drop function if exists audit.{SIGNATURE}", "drop table if exists audit.saved_search")


async def forwards() -> MigrationManager:
    """Make the table and its function."""
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
