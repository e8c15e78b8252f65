"""What Piccolo's table can't say about content: closed vocabularies and what goes together."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T06:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks"

FORWARDS = (
    "alter table content.item"
    " drop constraint if exists item_kind,"
    " add constraint item_kind check (kind in ('webinar', 'podcast', 'education_module')),"
    " drop constraint if exists item_state,"
    " add constraint item_state check (state in ('draft', 'approved', 'withdrawn')),"
    # Everywhere stands alone, so that a list of countries is never longer than it says.
    " drop constraint if exists item_markets,"
    " add constraint item_markets check (cardinality(markets) >= 1 and (markets = '{*}' or not '*' = any(markets))),"
    " drop constraint if exists item_window,"
    " add constraint item_window check (visible_until > visible_from),"
    " drop constraint if exists item_duration,"
    " add constraint item_duration check (duration_seconds >= 1),"
    # The author never approves, whatever the program says.
    " drop constraint if exists item_approval,"
    " add constraint item_approval check ((approved_by is null) = (approved_at is null)"
    " and (state <> 'approved' or approved_by is not null) and (state <> 'draft' or approved_by is null)"
    " and approved_by <> created_by)",
)

BACKWARDS = (
    "alter table content.item drop constraint if exists item_kind, drop constraint if exists item_state,"
    " drop constraint if exists item_markets, drop constraint if exists item_window,"
    " drop constraint if exists item_duration, drop constraint if exists item_approval",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="content", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
