"""What Piccolo can't express of the log: that it is append-only, how it is searched, how its queue is kept short.

The triggers stop mistakes and stolen application credentials. A superuser, or the tables' owner, can switch them off:
that is what `laurel audit verify` is for, which trusts nothing but the stored bytes and the log's public key.
"""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-22T06:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of the log"

APPEND_ONLY: Final = ("entry", "leaf", "checkpoint")

FORWARDS: Final = (
    # Sizes that the format fixes: an entry fits into a 16-bit length, a hash is SHA-256, a tile holds 1 to 256 hashes.
    "alter table audit.entry drop constraint if exists entry_body_size",
    "alter table audit.entry add constraint entry_body_size check (octet_length(body) between 2 and 65535)",
    "alter table audit.leaf drop constraint if exists leaf_hash_size",
    "alter table audit.leaf add constraint leaf_hash_size check (octet_length(leaf_hash) = 32)",
    "alter table audit.leaf drop constraint if exists leaf_index_counts",
    "alter table audit.leaf add constraint leaf_index_counts check (index >= 0)",
    "alter table audit.tile drop constraint if exists tile_hashes_size",
    "alter table audit.tile add constraint tile_hashes_size"
    " check (octet_length(hashes) % 32 = 0 and octet_length(hashes) between 32 and 8192)",
    "alter table audit.checkpoint drop constraint if exists checkpoint_sizes",
    "alter table audit.checkpoint add constraint checkpoint_sizes"
    " check (size > 0 and octet_length(root) = 32 and octet_length(link) = 64)",
    # One index for each entry, also if two sequencers ever ran.
    "create unique index if not exists leaf_entry_key on audit.leaf (entry)",
    # Each search pages by index within what it filters. Words are compared byte by byte, so that a prefix can be found.
    "create index if not exists leaf_subject on audit.leaf (subject, index) where subject is not null",
    'create index if not exists leaf_actor on audit.leaf (actor collate "C", index)',
    'create index if not exists leaf_action on audit.leaf (action collate "C", index)',
    'create index if not exists leaf_resource on audit.leaf (resource collate "C", index) where resource is not null',
    "create index if not exists leaf_request on audit.leaf (request)",
    "create index if not exists leaf_refused on audit.leaf (index) where decision <> 'allowed'",
    # Rows arrive nearly in the order of their time: a few bytes per thousand rows are enough to find a date.
    "create index if not exists leaf_at on audit.leaf using brin (at) with (pages_per_range = 16, autosummarize = on)",
    # Hashes can't be compressed; trying costs the sequencer time.
    "alter table audit.tile alter column hashes set storage external",
    # Every row of the queue dies young, and every round starts at its dead end: vacuum early and without pauses.
    "alter table audit.pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,"
    " autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0,"
    " autovacuum_analyze_threshold = 100000, vacuum_truncate = off)",
    # The newest tile of each level is replaced every round.
    "alter table audit.tile set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,"
    " autovacuum_vacuum_cost_delay = 0, toast.autovacuum_vacuum_scale_factor = 0,"
    " toast.autovacuum_vacuum_threshold = 500, toast.autovacuum_vacuum_cost_delay = 0)",
    # Never updated and never deleted: vacuum only to freeze, and to let counts use the indexes alone.
    "alter table audit.entry set (autovacuum_vacuum_insert_scale_factor = 0.05)",
    "alter table audit.leaf set (autovacuum_vacuum_insert_scale_factor = 0.05)",
    "create or replace function audit.refuse_change() returns trigger language plpgsql as $$ begin"
    " raise exception 'audit.% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$",
    *(
        statement
        for table in APPEND_ONLY
        for statement in (
            f"create or replace trigger {table}_unchanged before update or delete on audit.{table}"
            " for each row execute function audit.refuse_change()",
            # Row triggers don't see TRUNCATE.
            f"create or replace trigger {table}_kept before truncate on audit.{table}"
            " for each statement execute function audit.refuse_change()",
        )
    ),
)
BACKWARDS: Final = (
    *(
        f"drop trigger if exists {table}_{name} on audit.{table}"
        for table in APPEND_ONLY
        for name in ("kept", "unchanged")
    ),
    "drop function if exists audit.refuse_change()",
    *(
        f"drop index if exists audit.leaf_{name}"
        for name in ("at", "refused", "request", "resource", "action", "actor", "subject", "entry_key")
    ),
    "alter table audit.checkpoint drop constraint if exists checkpoint_sizes",
    "alter table audit.tile drop constraint if exists tile_hashes_size",
    "alter table audit.leaf drop constraint if exists leaf_index_counts",
    "alter table audit.leaf drop constraint if exists leaf_hash_size",
    "alter table audit.entry drop constraint if exists entry_body_size",
)


async def forwards() -> MigrationManager:
    """Add the constraints, indexes, storage parameters and triggers."""
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
