"""What Piccolo can't express of role requests: four eyes, one open request per account; and accounts that wait."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T20:30:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of role requests and of accounts that wait"

CHECKS: Final = (
    ("account", "account_status_known", "status in ('active', 'disabled', 'pending')"),
    # Four eyes: nobody agrees to their own idea, nor to a role of their own.
    ("role_request", "role_request_four_eyes", "decided_by <> requested_by and decided_by <> account"),
    (
        "role_request",
        "role_request_decided_whole",
        "(decided_by is null) = (decided_at is null) and (decided_by is null) = (approved is null)",
    ),
    ("role_request", "role_request_markets_given", "cardinality(markets) > 0"),
)
BEFORE: Final = ("account", "account_status_known", "status in ('active', 'disabled')")
OPEN: Final = (
    "create unique index if not exists role_request_open on access.role_request (account) where decided_at is null"
)


async def forwards() -> MigrationManager:
    """Add the checks and the index."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for table, name, condition in CHECKS:
            await DB.run_ddl(f"alter table access.{table} drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.{table} add constraint {name} check ({condition})")
        await DB.run_ddl(OPEN)

    async def run_backwards() -> None:
        await DB.run_ddl("drop index if exists access.role_request_open")
        for table, name, _ in CHECKS:
            await DB.run_ddl(f"alter table access.{table} drop constraint if exists {name}")
        table, name, condition = BEFORE
        await DB.run_ddl(f"alter table access.{table} add constraint {name} check ({condition})")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
