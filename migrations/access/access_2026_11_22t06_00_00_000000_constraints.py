"""What Piccolo can't express of access: one account per person, known words, whole hashes, and the indexes."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-22T06:00:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of access"

CHECKS: Final = (
    (
        "account",
        "account_role_known",
        "role in ('administrator', 'compliance_officer', 'data_protection_officer', 'hcp', 'learning_system',"
        " 'marketer', 'medical_reviewer')",
    ),
    ("account", "account_status_known", "status in ('active', 'disabled')"),
    # Machines have no person, people are no machines; an empty scope would be an account that can do nothing.
    ("account", "account_person_or_machine", "(role = 'learning_system') = (person is null)"),
    ("account", "account_markets_given", "cardinality(markets) > 0"),
    ("session", "session_not_endless", "expires_at > created_at and expires_at <= created_at + interval '12 hours'"),
    ("refresh_token", "refresh_token_hash_size", "octet_length(token_hash) = 32"),
    ("refresh_token", "refresh_token_used_whole", "(used_at is null) = (successor_salt is null)"),
    ("machine_client", "machine_client_hash_size", "octet_length(secret_hash) = 32"),
)
INDEXES: Final = (
    ("account_person_key", "create unique index if not exists account_person_key on access.account (person)"),
    (
        "session_account",
        "create index if not exists session_account on access.session (account) where ended_at is null",
    ),
    ("refresh_token_session", "create index if not exists refresh_token_session on access.refresh_token (session)"),
    (
        "machine_client_account_key",
        "create unique index if not exists machine_client_account_key on access.machine_client (account)",
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
