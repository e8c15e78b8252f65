"""One more purpose that people can answer: to be seen on boards of accredited education."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T04:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the purpose of being seen in accredited education"

_ANSWERED = (
    "'engagement', 'gamification', 'leaderboard', 'personalisation', 'marketing_email', 'contact', 'analytics',"
    " 'named_disclosure', 'accredited_sharing'"
)
_OTHERS = "'service', 'compliance', 'content_operations'"

FORWARDS = (
    "alter table consent.notice_version drop constraint if exists notice_version_known,"
    f" add constraint notice_version_known check (purpose in ({_ANSWERED}, {_OTHERS}))",
    "alter table consent.event drop constraint if exists event_purpose,"
    f" add constraint event_purpose check (purpose in ({_ANSWERED}))",
)
BACKWARDS = (
    "alter table consent.event drop constraint if exists event_purpose",
    "alter table consent.notice_version drop constraint if exists notice_version_known",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="consent", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
