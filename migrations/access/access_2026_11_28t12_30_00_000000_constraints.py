"""What Piccolo can't express of sessions, alerts, second factors and letters."""

from typing import Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID: Final = "2026-11-28T12:30:00:000000"
VERSION: Final = "1.38.0"
DESCRIPTION: Final = "Constraints of sessions, alerts, second factors and letters"

CHECKS: Final = (
    ("recovery_code", "recovery_code_hash_size", "octet_length(code_hash) = 32"),
    ("letter", "letter_token_hash_size", "octet_length(token_hash) = 32"),
    # A token that is still readable after the letter left would be a second key to the account.
    ("letter", "letter_token_forgotten_when_sent", "sent_at is null or wrapped_token is null"),
    ("letter", "letter_link_whole", "token_hash is not null or wrapped_token is null"),
)
INDEXES: Final = (
    ("alert_account", "create index if not exists alert_account on access.alert (account, id desc)"),
    (
        "recovery_code_account",
        "create index if not exists recovery_code_account on access.recovery_code (account) where used_at is null",
    ),
    (
        "letter_token_hash_key",
        "create unique index if not exists letter_token_hash_key on access.letter (token_hash)",
    ),
    ("letter_account", "create index if not exists letter_account on access.letter (account) where used_at is null"),
    ("letter_unsent", "create index if not exists letter_unsent on access.letter (id) where sent_at is null"),
    ("session_address", "create index if not exists session_address on access.session (account, address)"),
)


async def forwards() -> MigrationManager:
    """Add the checks, indexes and the foreign key of authenticators."""
    manager = MigrationManager(migration_id=ID, app_name="access", description=DESCRIPTION)

    async def run() -> None:
        for table, name, condition in CHECKS:
            await DB.run_ddl(f"alter table access.{table} drop constraint if exists {name}")
            await DB.run_ddl(f"alter table access.{table} add constraint {name} check ({condition})")
        for _, statement in INDEXES:
            await DB.run_ddl(statement)
        await DB.run_ddl("alter table access.authenticator drop constraint if exists authenticator_account")
        await DB.run_ddl(
            "alter table access.authenticator add constraint authenticator_account"
            " foreign key (account) references access.account (id) on delete restrict"
        )

    async def run_backwards() -> None:
        await DB.run_ddl("alter table access.authenticator drop constraint if exists authenticator_account")
        for name, _ in INDEXES:
            await DB.run_ddl(f"drop index if exists access.{name}")
        for table, name, _ in CHECKS:
            await DB.run_ddl(f"alter table access.{table} drop constraint if exists {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
