"""Words that awards have learned since, and budgets that never go beyond zero."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T07:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "quests, denied awards, budgets"

FORWARDS = (
    "alter table gamification.award drop constraint if exists award_words, add constraint award_words"
    " check (kind in ('points', 'badge', 'quest') and state in ('active', 'denied', 'reversed', 'revoked') and points >= 0)",
    # More given back than was given would let a budget pay twice.
    "alter table gamification.budget drop constraint if exists budget_not_negative,"
    " add constraint budget_not_negative check (units >= 0 and used >= 0)",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="gamification", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        await DB.run_ddl("alter table gamification.budget drop constraint if exists budget_not_negative")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
