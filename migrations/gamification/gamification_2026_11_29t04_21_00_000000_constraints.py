"""Lanes: what awards had before they knew theirs, and awards of other lanes found without reading everybody's."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T04:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "lanes of awards and boards, and rewards for a rank"

FORWARDS = (
    "update gamification.award a set lane = e.content_class from engagement.activity e"
    " where e.id = a.activity and e.content_class <> 'medical' and a.lane <> e.content_class",
    "create index if not exists award_other_lanes on gamification.award (person) where lane <> 'medical'",
    "alter table gamification.reward drop constraint if exists reward_rank, add constraint reward_rank"
    " check ((board is null) = (rank is null) and rank > 0)",
)
BACKWARDS = (
    "alter table gamification.reward drop constraint if exists reward_rank",
    "drop index if exists gamification.award_other_lanes",
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
