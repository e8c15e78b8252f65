"""What Piccolo can't express of passkeys: one of a kind, counted upwards, asked by hash."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T22:15:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of passkeys"

CHECKS: Final = (
    ("passkey", "passkey_credential_id_size", "octet_length(credential_id) between 1 and 1023"),
    ("passkey", "passkey_sign_count_size", "sign_count between 0 and 4294967295"),
    ("passkey_challenge", "passkey_challenge_hash_size", "octet_length(challenge_hash) = 32"),
)
INDEXES: Final = (
    # One device's passkey is one account's: two accounts with it could each be opened by the other's owner.
    (
        "passkey_credential_id_key",
        "create unique index if not exists passkey_credential_id_key on access.passkey (credential_id)",
    ),
    ("passkey_account", "create index if not exists passkey_account on access.passkey (account)"),
    (
        "passkey_challenge_account",
        "create index if not exists passkey_challenge_account on access.passkey_challenge (account)",
    ),
)


async def forwards() -> MigrationManager:
    """Add the checks and indexes."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for table, name, condition in CHECKS:
            await DB.run_ddl(f"alter table access.{table} drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.{table} add constraint {name} check ({condition})")
        for _, statement in INDEXES:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for name, _ in INDEXES:
            await DB.run_ddl(f"drop index if exists access.{name}")
        for table, name, _ in CHECKS:
            await DB.run_ddl(f"alter table access.{table} drop constraint if exists {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
