"""What Piccolo can't express of what registers said: which words it knows, and that a finding has a register."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-29T02:31:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of what registers said"

_FINDINGS: Final = "('active', 'inactive', 'expired', 'not_found', 'name_differs', 'unavailable')"

FORWARDS: Final = (
    "alter table people.licence drop constraint if exists licence_register, add constraint licence_register"
    f" check (finding in {_FINDINGS} and attempts >= 0 and num_nulls(register, finding, asked_at) in (0, 3))",
)
BACKWARDS: Final = ("alter table people.licence drop constraint if exists licence_register",)


async def forwards() -> MigrationManager:
    """Add the constraint."""
    manager = MigrationManager(migration_id=ID, app_name="people", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
