"""What Piccolo can't express of accounts that a directory keeps, and of the directory's own."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T23:15:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of directories"

PEOPLE: Final = (
    "'administrator', 'compliance_officer', 'data_protection_officer', 'hcp', 'marketer', 'medical_reviewer'"
)
NOW: Final = "'learning_system', 'provisioner', 'witness'"
FORMER: Final = "'learning_system', 'witness'"
CLIENT: Final = "create index if not exists provisioned_client on access.provisioned (client, account)"


async def forwards() -> MigrationManager:
    """Let a machine be a directory, add the index and the foreign keys."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def check(machines: str) -> None:
        for name, condition in (
            ("account_role_known", f"role in ({PEOPLE}, {machines})"),
            ("account_person_or_machine", f"(role in ({machines})) = (person is null)"),
        ):
            await DB.run_ddl(f"alter table access.account drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.account add constraint {name} check ({condition})")

    async def run() -> None:
        await check(NOW)
        for column in ("account", "client"):
            await DB.run_ddl(f"alter table access.provisioned drop constraint if exists provisioned_{column}_fkey")
            await DB.run_ddl(
                f"alter table access.provisioned add constraint provisioned_{column}_fkey"
                f" foreign key ({column}) references access.account (id) on delete restrict"
            )
        await DB.run_ddl(CLIENT)

    async def run_backwards() -> None:
        await DB.run_ddl("drop index if exists access.provisioned_client")
        for column in ("account", "client"):
            await DB.run_ddl(f"alter table access.provisioned drop constraint if exists provisioned_{column}_fkey")
        await check(FORMER)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
