"""What Piccolo can't express of training: it is recorded once, by somebody else, and not before it happened."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T22:31:30:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of training"

CHECKS: Final = (
    ("training_by_somebody_else", "recorded_by <> account"),
    ("training_not_before_it_happened", "completed_at <= recorded_at"),
)
ONCE: Final = "create unique index if not exists training_once on access.training (account, item, completed_at)"


async def forwards() -> MigrationManager:
    """Add the checks and the index."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for name, condition in CHECKS:
            await DB.run_ddl(f"alter table access.training drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.training add constraint {name} check ({condition})")
        await DB.run_ddl(ONCE)

    async def run_backwards() -> None:
        await DB.run_ddl("drop index if exists access.training_once")
        for name, _ in CHECKS:
            await DB.run_ddl(f"alter table access.training drop constraint if exists {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
