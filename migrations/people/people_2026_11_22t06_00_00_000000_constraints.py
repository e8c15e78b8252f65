"""What Piccolo can't express of the vault: that addresses and identifiers are unique, and that statuses are known."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-22T06:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of the vault"

FORWARDS: Final = (
    "create unique index if not exists vault_email_index_key on people.vault (email_index)",
    "create unique index if not exists identifier_system_value_index_key on people.identifier (system, value_index)",
    "create index if not exists identifier_person on people.identifier (person)",
    "alter table people.person drop constraint if exists person_status_known",
    "alter table people.person add constraint person_status_known check (status in ('active'))",
    "alter table people.person drop constraint if exists person_market_form",
    "alter table people.person add constraint person_market_form check (market ~ '^[A-Z][A-Z]$')",
    "alter table people.data_key drop constraint if exists data_key_person_fkey",
    "alter table people.data_key add constraint data_key_person_fkey foreign key (person) references people.person (id)",
    "alter table people.vault drop constraint if exists vault_person_fkey",
    "alter table people.vault add constraint vault_person_fkey foreign key (person) references people.person (id)",
    # A wrapped key is 69 bytes, an index 32: anything else was never made by kernel/crypto.py.
    "alter table people.data_key drop constraint if exists data_key_wrapped_size",
    "alter table people.data_key add constraint data_key_wrapped_size check (octet_length(wrapped) = 69)",
    "alter table people.vault drop constraint if exists vault_email_whole",
    "alter table people.vault add constraint vault_email_whole"
    " check ((email is null) = (email_index is null) and octet_length(email_index) = 32)",
)
BACKWARDS: Final = (
    "alter table people.vault drop constraint if exists vault_email_whole",
    "alter table people.data_key drop constraint if exists data_key_wrapped_size",
    "alter table people.vault drop constraint if exists vault_person_fkey",
    "alter table people.data_key drop constraint if exists data_key_person_fkey",
    "alter table people.person drop constraint if exists person_market_form",
    "alter table people.person drop constraint if exists person_status_known",
    "drop index if exists people.identifier_person",
    "drop index if exists people.identifier_system_value_index_key",
    "drop index if exists people.vault_email_index_key",
)


async def forwards() -> MigrationManager:
    """Add the constraints."""
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
