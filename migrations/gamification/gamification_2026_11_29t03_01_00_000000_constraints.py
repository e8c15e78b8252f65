"""Decisions about badges: a person's found without reading everybody's, and those of before as of the migration."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T03:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "badges taken back and given back"

FORWARDS = (
    "create index if not exists badge_decision_person on gamification.badge_decision (person, decided_at, id)",
    "insert into gamification.badge_decision (id, person, badge, revoked, decided_at)"
    " select gen_random_uuid(), person, rule, true, now() from gamification.award a"
    " where a.state = 'revoked' and not exists"
    " (select from gamification.badge_decision d where d.person = a.person and d.badge = a.rule)",
)
BACKWARDS = ("drop index if exists gamification.badge_decision_person",)


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
