"""What the application's role may still insert can't stop or mislead the log.

Only an entry that was just written gets into the queue, by itself: rows of the queue without an entry, or of one that
has its index, would stop the sequencer. Only a checkpoint that was signed is published, with more signatures behind it.
A review may be over a range of which some entries are no longer there.
"""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import APPLICATION, DB

ID: Final = "2026-11-29T13:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Guards of the queue and the publication"

PUBLISH: Final = "publish(bigint, text, timestamptz, boolean)"


def _publish(values: str) -> str:
    return (
        f"create or replace function audit.{PUBLISH} returns bigint language sql security definer"
        " set search_path = pg_catalog, pg_temp as $$"
        " with done as ("
        " insert into audit.publication as p (id, size, note, published_at, witnessed_size, unmet_since)"
        f" {values}"
        " on conflict (id) do update set size = excluded.size, note = excluded.note,"
        " published_at = excluded.published_at,"
        " witnessed_size = greatest(p.witnessed_size, excluded.witnessed_size),"
        " unmet_since = case when $4 then null else coalesce(p.unmet_since, excluded.unmet_since) end"
        " where excluded.size >= p.size returning 1)"
        " select count(*) from done $$"
    )


_VALUES = "$1, $2, $3, case when $4 then $1 else 0 end, case when $4 then null else $3 end"
_REVIEW = "alter table audit.review add constraint review_range check (first_index >= 0 and end_index > first_index"

FORWARDS: Final = (
    "create or replace function audit.queue_entries() returns trigger language plpgsql security definer"
    " set search_path = pg_catalog, pg_temp as $$ begin"
    # Who was started before this migration puts them into the queue itself.
    " insert into audit.pending (entry) select id from written on conflict do nothing; return null; end $$",
    "revoke all on function audit.queue_entries() from public",
    "create or replace trigger entry_queued after insert on audit.entry referencing new table as written"
    " for each statement execute function audit.queue_entries()",
    _publish(
        f"select 1, {_VALUES} where exists"
        " (select from audit.checkpoint c where c.size = $1 and starts_with($2, c.note))"
    ),
    f"revoke all on function audit.{PUBLISH} from public",
    f"grant execute on function audit.{PUBLISH} to {APPLICATION}",
    "alter table audit.review drop constraint if exists review_range",
    f"{_REVIEW} and reviewed > 0 and own >= 0 and reviewed + own <= end_index - first_index"
    " and octet_length(digest) = 32)",
)
BACKWARDS: Final = (
    "alter table audit.review drop constraint if exists review_range",
    f"{_REVIEW} and reviewed + own = end_index - first_index and octet_length(digest) = 32) not valid",
    _publish(f"values (1, {_VALUES})"),
    "drop trigger if exists entry_queued on audit.entry",
    "drop function if exists audit.queue_entries()",
)


async def forwards() -> MigrationManager:
    """Make the trigger, the function and the constraint."""
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
