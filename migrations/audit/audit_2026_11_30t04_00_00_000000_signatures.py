"""What is published is a checkpoint with signatures behind it and nothing else; what was reviewed stays known."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-30T04:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Only signatures behind a checkpoint, and reviews of no kind that is removed"

_SIGNATURES: Final = r"^(\u2014 [^ +\n]+ [A-Za-z0-9+/=]+\n)*$"


def _publish(condition: str) -> str:
    return (
        "create or replace function audit.publish(bigint, text, timestamptz, boolean) returns bigint"
        " language sql security definer set search_path = pg_catalog, pg_temp as $$"
        " with done as ("
        " insert into audit.publication as p (id, size, note, published_at, witnessed_size, unmet_since)"
        " select 1, $1, $2, $3, case when $4 then $1 else 0 end, case when $4 then null else $3 end where exists"
        f" (select from audit.checkpoint c where c.size = $1 and starts_with($2, c.note){condition})"
        " on conflict (id) do update set size = excluded.size, note = excluded.note,"
        " published_at = excluded.published_at,"
        " witnessed_size = greatest(p.witnessed_size, excluded.witnessed_size),"
        " unmet_since = case when $4 then null else coalesce(p.unmet_since, excluded.unmet_since) end"
        " where excluded.size >= p.size returning 1)"
        " select count(*) from done $$"
    )


def _kind(condition: str) -> str:
    return (
        "create or replace function audit.kind_of(action text, decision text, route text) returns text"
        " language sql immutable set search_path = pg_catalog, pg_temp as $$ select case"
        f" {condition}"
        " when action like 'access:session:%' then 'sign-in' when decision <> 'allowed' then 'denial'"
        " when action like '%:exported' then 'export' when route like 'GET %' then 'query' else 'command' end $$"
    )


# An end of no time, or lines that are no signatures, would be served to everybody, and stop who publishes.
FORWARDS: Final = (
    _publish(f" and isfinite($3) and substr($2, length(c.note) + 1) ~ '{_SIGNATURES}'"),
    _kind("when action = 'audit:review:signed' then null"),
)
BACKWARDS: Final = (_publish(""), _kind(""))


async def forwards() -> MigrationManager:
    """Make both functions anew."""
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
