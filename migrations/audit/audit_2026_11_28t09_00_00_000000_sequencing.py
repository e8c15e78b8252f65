"""The two changes that sequencing makes to rows that are there, as functions of the tables' owner.

The application may insert into the log and select from it; with these functions it may also do what the sequencer has
to, and cannot use them for anything else: an entry leaves the queue only once it has an index, and a tile only gets
longer, its hashes unchanged (c2sp.org/tlog-tiles).
"""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import APPLICATION, DB

ID: Final = "2026-11-28T09:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Functions of the sequencer"

FUNCTIONS: Final = {
    "leave_queue(entries uuid[])": """
        with gone as (
            delete from audit.pending p
            where p.entry = any(entries) and exists (select from audit.leaf l where l.entry = p.entry)
            returning 1
        )
        select count(*) from gone
    """,
    "grow_tiles(places bigint[], hashes bytea[])": """
        with grown as (
            insert into audit.tile as t (place, hashes) select * from unnest(places, hashes)
            on conflict (place) do update set hashes = excluded.hashes
            where substr(excluded.hashes, 1, octet_length(t.hashes)) = t.hashes
            returning 1
        )
        select count(*) from grown
    """,
}
FORWARDS: Final = tuple(
    statement
    for signature, body in FUNCTIONS.items()
    for statement in (
        # A search path of its own: with the caller's, a table of the caller's would be taken for ours.
        f"create or replace function audit.{signature} returns bigint language sql security definer"
        f" set search_path = pg_catalog, pg_temp as $$ {body} $$",
        f"revoke all on function audit.{signature} from public",
        f"grant execute on function audit.{signature} to {APPLICATION}",
    )
)
BACKWARDS: Final = tuple(f"drop function if exists audit.{signature}" for signature in FUNCTIONS)


async def forwards() -> MigrationManager:
    """Make the functions."""
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
