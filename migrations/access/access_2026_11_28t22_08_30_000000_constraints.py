"""What Piccolo can't express of approvals: four eyes, and that nothing is used that nobody gave."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T22:08:30:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of approvals"

CHECKS: Final = (
    ("approval_four_eyes", "decided_by <> requested_by"),
    (
        "approval_decided_whole",
        "(decided_by is null) = (decided_at is null) and (decided_by is null) = (approved is null)",
    ),
    ("approval_used_when_given", "used_at is null or approved is true"),
)
WAITING: Final = "create index if not exists approval_waiting on access.approval (id) where decided_at is null"


async def forwards() -> MigrationManager:
    """Add the checks and the index."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for name, condition in CHECKS:
            await DB.run_ddl(f"alter table access.approval drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.approval add constraint {name} check ({condition})")
        await DB.run_ddl(WAITING)

    async def run_backwards() -> None:
        await DB.run_ddl("drop index if exists access.approval_waiting")
        for name, _ in CHECKS:
            await DB.run_ddl(f"alter table access.approval drop constraint if exists {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
