"""A key that a management service wrapped has another size than one that was wrapped here."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T19:30:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Wrapped keys of any key-encryption key"

# A head of 9 bytes (kernel/keyring.py), then at least the 32 bytes of the key; no service answers with more than this.
FORWARDS: Final = (
    "alter table people.data_key drop constraint if exists data_key_wrapped_size",
    "alter table people.data_key add constraint data_key_wrapped_size check (octet_length(wrapped) between 41 and 4096)",
)
BACKWARDS: Final = (
    "alter table people.data_key drop constraint if exists data_key_wrapped_size",
    "alter table people.data_key add constraint data_key_wrapped_size check (octet_length(wrapped) = 69)",
)


async def forwards() -> MigrationManager:
    """Change the constraint."""
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
