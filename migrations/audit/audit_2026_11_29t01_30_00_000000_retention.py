"""Retention and legal holds: the content of entries goes, by a function of the owner; their hashes never do.

The function believes nobody. It reads kind and time from the entry itself and the days from a table, neither of which
the application can alter, and the time now from the server; it keeps every entry for a year at least, and whatever a
hold covers. Who has the application's login can make it do nothing that the worker would not do.
"""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import APPLICATION, DB
from kernel.roles import OWNER

ID: Final = "2026-11-29T01:30:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Retention and legal holds"

KIND: Final = """
create or replace function audit.kind_of(action text, decision text, route text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case
        when action like 'access:session:%' then 'sign-in'
        when decision <> 'allowed' then 'denial'
        when action like '%:exported' then 'export'
        when route like 'GET %' then 'query'
        else 'command'
    end
$$
"""
# What can't be read is of no kind and of no time: it stays.
FILED: Final = """
create or replace function audit.filed(body bytea, out at timestamptz, out kind text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare said jsonb;
begin
    said := convert_from(body, 'UTF8')::jsonb;
    at := (said ->> 'at')::timestamptz;
    kind := audit.kind_of(said ->> 'action', said ->> 'decision', said ->> 'route');
exception when others then
    at := null;
    kind := null;
end $$
"""
# At most 10,000 entries within 131,072 indexes: what one entry of the log can say about them. The newest tile stays,
# since the sequencer counts from it; so does what is under no checkpoint, and what says what was removed.
REMOVE: Final = """
create or replace function audit.remove_expired() returns table (index bigint, kind text, days int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    -- One removal at a time, and none beside a hold that is being placed.
    lock table audit.hold in share row exclusive mode;
    perform set_config('laurel.removing', 'on', true);
    return query
    with rule as materialized (
        select r.kind, r.days, now() - make_interval(days => r.days) as before from audit.retention r
    ),
    bound as materialized (
        select least((select max(size) from audit.checkpoint), (select max(index) from audit.leaf)) / 256 * 256 as index
    ),
    due as materialized (
        select l.index, l.entry, r.kind, r.days
        from audit.leaf l
        join rule r on r.kind = audit.kind_of(l.action, l.decision, l.route)
        join audit.entry e on e.id = l.entry
        cross join lateral audit.filed(e.body) as f
        where l.at < r.before and f.at < r.before and f.kind = r.kind
            and l.index < (select bound.index from bound)
            and l.action not in ('audit:entries:removed', 'audit:entry:unreadable')
            and not exists (
                select from audit.hold h
                where h.lifted_at is null and l.index >= h.first_index and l.index < h.end_index
            )
        order by l.index limit 10000
    ),
    gone as (
        delete from audit.leaf l using due d
        where l.index = d.index and d.index < (select min(due.index) from due) / 256 * 256 + 131072
        returning l.index, l.entry, d.kind, d.days
    ),
    bodies as (delete from audit.entry e using gone g where e.id = g.entry),
    details as (delete from audit.detail t using gone g where t.entry = g.entry),
    raised as (
        insert into audit.minimum as m (id, index)
        select 1, max(gone.index) / 256 * 256 + 256 from gone having count(*) > 0
        on conflict (id) do update set index = greatest(m.index, excluded.index)
    )
    select gone.index, gone.kind, gone.days from gone order by 1;
    perform set_config('laurel.removing', 'off', true);
end $$
"""
LIFT: Final = """
create or replace function audit.lift_hold(hold uuid, account uuid, at timestamptz) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with lifted as (
        update audit.hold h set lifted_by = account, lifted_at = at where h.id = hold and h.lifted_at is null returning 1
    )
    select count(*) from lifted
$$
"""
# Also the owner deletes nothing but from within its function.
REFUSE: Final = f"""
create or replace function audit.refuse_change() returns trigger language plpgsql as $$ begin
    if tg_op = 'DELETE' and current_user = '{OWNER}' and current_setting('laurel.removing', true) = 'on' then
        return old;
    end if;
    raise exception 'audit.% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$
"""
REFUSE_BEFORE: Final = (
    "create or replace function audit.refuse_change() returns trigger language plpgsql as $$ begin"
    " raise exception 'audit.% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$"
)
CALLABLE: Final = ("remove_expired()", "lift_hold(uuid, uuid, timestamptz)")
INTERNAL: Final = ("filed(bytea)", "kind_of(text, text, text)")

FORWARDS: Final = (
    "create table if not exists audit.hold (id uuid primary key, first_index bigint not null, end_index bigint not null,"
    " reason text not null, placed_by uuid not null, placed_at timestamptz not null, lifted_by uuid,"
    " lifted_at timestamptz, check (first_index >= 0 and end_index > first_index))",
    "create table if not exists audit.minimum (id smallint primary key check (id = 1), index bigint not null)",
    "create table if not exists audit.retention (kind text primary key, days int not null check (days >= 365))",
    *(
        f"create or replace trigger {table}_of_the_owner before insert on audit.{table} for each row"
        f" when (current_user <> '{OWNER}') execute function audit.refuse_change()"
        for table in ("minimum", "retention")
    ),
    KIND,
    FILED,
    REMOVE,
    LIFT,
    REFUSE,
    *(f"revoke all on function audit.{each} from public" for each in (*CALLABLE, *INTERNAL)),
    *(f"grant execute on function audit.{each} to {APPLICATION}" for each in CALLABLE),
)
BACKWARDS: Final = (
    REFUSE_BEFORE,
    *(f"drop function if exists audit.{each}" for each in (*CALLABLE, *INTERNAL)),
    "drop table if exists audit.retention",
    "drop table if exists audit.minimum",
    "drop table if exists audit.hold",
)


async def forwards() -> MigrationManager:
    """Make the tables and functions."""
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
