"""What Piccolo can't express of emergency access: one at a time, of one thing, for an hour, reviewed by somebody else."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T22:22:30:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of emergency access"

CHECKS: Final = (
    ("break_glass_one_thing", "(permission is null) <> (market is null)"),
    ("break_glass_an_hour", "ends_at > opened_at and ends_at <= opened_at + interval '1 hour'"),
    (
        "break_glass_ended_in_time",
        "(ended_at is null) = (ended_by is null) and (ended_at is null or ended_at <= ends_at)",
    ),
    ("break_glass_four_eyes", "reviewed_by <> account"),
    (
        "break_glass_reviewed_whole",
        "(reviewed_by is null) = (reviewed_at is null) and (reviewed_by is null) = (finding is null)"
        " and (reviewed_by is null) = (words is null) and (reviewed_by is null or ended_at is not null)",
    ),
)
INDEXES: Final = {
    "break_glass_open": "unique index if not exists break_glass_open on access.break_glass (account) where ended_at is null",
    "break_glass_unreviewed": (
        "index if not exists break_glass_unreviewed on access.break_glass (id) where reviewed_at is null"
    ),
}


async def forwards() -> MigrationManager:
    """Add the checks and the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for name, condition in CHECKS:
            await DB.run_ddl(f"alter table access.break_glass drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.break_glass add constraint {name} check ({condition})")
        for index in INDEXES.values():
            await DB.run_ddl(f"create {index}")

    async def run_backwards() -> None:
        for name in INDEXES:
            await DB.run_ddl(f"drop index if exists access.{name}")
        for name, _ in CHECKS:
            await DB.run_ddl(f"alter table access.break_glass drop constraint if exists {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
