"""The checkpoint that the log serves: one row, replaced by the owner's function, which never lets it shrink."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import APPLICATION, DB

ID: Final = "2026-11-28T10:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "The published checkpoint"

SIGNATURE: Final = "publish(bigint, text, timestamptz, boolean)"
FORWARDS: Final = (
    "create table if not exists audit.publication (id smallint primary key, size bigint not null, note text not null,"
    " published_at timestamptz not null, witnessed_size bigint not null, unmet_since timestamptz)",
    "alter table audit.publication drop constraint if exists publication_one",
    "alter table audit.publication add constraint publication_one check (id = 1 and size > 0)",
    f"create or replace function audit.{SIGNATURE} returns bigint language sql security definer"
    " set search_path = pg_catalog, pg_temp as $$"
    " with done as ("
    " insert into audit.publication as p (id, size, note, published_at, witnessed_size, unmet_since)"
    " values (1, $1, $2, $3, case when $4 then $1 else 0 end,"
    " case when $4 then null else $3 end)"
    " on conflict (id) do update set size = excluded.size, note = excluded.note, published_at = excluded.published_at,"
    " witnessed_size = greatest(p.witnessed_size, excluded.witnessed_size),"
    " unmet_since = case when $4 then null else coalesce(p.unmet_since, excluded.unmet_since) end"
    " where excluded.size >= p.size returning 1)"
    " select count(*) from done $$",
    f"revoke all on function audit.{SIGNATURE} from public",
    f"grant execute on function audit.{SIGNATURE} to {APPLICATION}",
)
BACKWARDS: Final = (f"drop function if exists audit.{SIGNATURE}", "drop table if exists audit.publication")


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
