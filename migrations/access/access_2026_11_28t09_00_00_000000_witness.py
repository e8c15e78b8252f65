"""A second kind of machine: a witness, which reads the audit log's tree."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T09:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "The role witness"

PEOPLE: Final = (
    "'administrator', 'compliance_officer', 'data_protection_officer', 'hcp', 'marketer', 'medical_reviewer'"
)
CHECKS: Final = (
    ("account_role_known", f"role in ({PEOPLE}, 'learning_system', 'witness')"),
    ("account_person_or_machine", "(role in ('learning_system', 'witness')) = (person is null)"),
)
FORMER: Final = (
    ("account_role_known", f"role in ({PEOPLE}, 'learning_system')"),
    ("account_person_or_machine", "(role = 'learning_system') = (person is null)"),
)


async def forwards() -> MigrationManager:
    """Let accounts have the role."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def check(checks: tuple[tuple[str, str], ...]) -> None:
        for name, condition in checks:
            await DB.run_ddl(f"alter table access.account drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.account add constraint {name} check ({condition})")

    async def run() -> None:
        await check(CHECKS)

    async def run_backwards() -> None:
        await check(FORMER)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
