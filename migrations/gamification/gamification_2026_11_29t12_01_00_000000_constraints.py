"""Contributors to a common quest, found in the order in which they are paid."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T12:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who contributed first comes first"

FORWARDS = (
    "update gamification.goal set people = 0 where paid_at is null",  # a payment under way begins anew, in its new order
    "create index if not exists award_contributions on gamification.award (rule, occurred_at, activity)"
    " where kind = 'contribution'",
    "drop index if exists gamification.award_contributors",
    # What a budget refused for good is asked for with every activity, and there is little of it.
    "create index if not exists award_denied on gamification.award (person) where state = 'denied' and subject = ''",
)
BACKWARDS = (
    "drop index if exists gamification.award_denied",
    "create index if not exists award_contributors on gamification.award (rule, person) where kind = 'contribution'",
    "drop index if exists gamification.award_contributions",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="gamification", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
