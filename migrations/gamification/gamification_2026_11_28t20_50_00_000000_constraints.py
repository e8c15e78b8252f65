"""Contributions to community quests are awards that pay nothing; who made some is found without reading all awards."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T20:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "contributions to community quests"

FORWARDS = (
    "alter table gamification.award drop constraint if exists award_words, add constraint award_words"
    " check (kind in ('points', 'badge', 'quest', 'contribution', 'community')"
    " and state in ('active', 'denied', 'reversed', 'revoked') and points >= 0"
    " and (kind <> 'contribution' or points = 0))",
    "create index if not exists award_contributors on gamification.award (rule, person) where kind = 'contribution'",
    "alter table gamification.goal drop constraint if exists goal_people, add constraint goal_people"
    " check (people >= 0)",
)
BACKWARDS = ("drop index if exists gamification.award_contributors",)


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
