"""Reviews of the trail, signed by who made them; and indexes for searches by purpose, decision and outcome."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T12:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Reviews"

FORWARDS: Final = (
    "create table if not exists audit.review (id uuid primary key, first_index bigint not null,"
    " end_index bigint not null, reviewer uuid not null, meaning text not null, reviewed bigint not null,"
    " own bigint not null, digest bytea not null, signed_at timestamptz not null)",
    "alter table audit.review drop constraint if exists review_range",
    "alter table audit.review add constraint review_range check (first_index >= 0 and end_index > first_index"
    " and reviewed + own = end_index - first_index and octet_length(digest) = 32)",
    "alter table audit.review drop constraint if exists review_meaning_known",
    "alter table audit.review add constraint review_meaning_known check (meaning in ('in-order', 'findings-raised'))",
    "create or replace trigger review_unchanged before update or delete on audit.review"
    " for each row execute function audit.refuse_change()",
    "create or replace trigger review_kept before truncate on audit.review"
    " for each statement execute function audit.refuse_change()",
    'create index if not exists leaf_purpose on audit.leaf (purpose collate "C", index) where purpose is not null',
    "create index if not exists leaf_decision on audit.leaf (decision, index) where decision <> 'allowed'",
)
BACKWARDS: Final = (
    "drop index if exists audit.leaf_decision",
    "drop index if exists audit.leaf_purpose",
    "drop table if exists audit.review",
)


async def forwards() -> MigrationManager:
    """Make the table and the indexes."""
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
