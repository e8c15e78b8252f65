"""What Piccolo can't express of identities: one of a kind, found by account."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T22:35:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of identities"

CHECKS: Final = (
    ("identity", "identity_subject_hash_size", "octet_length(subject_hash) = 32"),
    ("identity_attempt", "identity_attempt_hash_size", "octet_length(attempt_hash) = 32"),
)
INDEXES: Final = (
    # Whom a provider vouches for opens one account: of two first sign-ins at once one registers somebody.
    (
        "identity_subject_key",
        "create unique index if not exists identity_subject_key on access.identity (provider, subject_hash)",
    ),
    ("identity_account", "create index if not exists identity_account on access.identity (account)"),
    (
        "identity_attempt_account",
        "create index if not exists identity_attempt_account on access.identity_attempt (account)",
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
