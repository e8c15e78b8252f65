"""Floods of anonymous refusals: counted as they are answered, folded into one entry each when their minute is over."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import APPLICATION, DB

ID: Final = "2026-11-28T11:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Counted refusals"

SIGNATURE: Final = "take_refusals(timestamptz)"
FORWARDS: Final = (
    "create table if not exists audit.refusal (id uuid primary key, minute timestamptz not null, address text,"
    " route text not null, refused bigint not null)",
    "create index if not exists refusal_minute on audit.refusal (minute)",
    f"create or replace function audit.{SIGNATURE}"
    " returns table (minute timestamptz, address text, route text, refused bigint)"
    " language sql security definer set search_path = pg_catalog, pg_temp as $$"
    " with gone as (delete from audit.refusal r where r.minute < $1 returning r.minute, r.address, r.route, r.refused)"
    " select gone.minute, gone.address, gone.route, sum(gone.refused)::bigint from gone group by 1, 2, 3 order by 1, 2, 3"
    " $$",
    f"revoke all on function audit.{SIGNATURE} from public",
    f"grant execute on function audit.{SIGNATURE} to {APPLICATION}",
)
BACKWARDS: Final = (f"drop function if exists audit.{SIGNATURE}", "drop table if exists audit.refusal")


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
