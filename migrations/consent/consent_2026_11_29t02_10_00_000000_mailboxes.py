"""A second yes proves the mailbox that it was asked from: with another address it is asked for anew."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-29T02:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "confirmations: a token is good for one mailbox"

FORWARDS = (
    # Here and not in whoever changes an address: there are several, and none of them knows of confirmations.
    "create or replace function consent.ask_new_mailbox() returns trigger language plpgsql as $$ begin"
    " update consent.confirmation set token_sha256 = null, handed_out_at = null"
    " where person = new.person and confirmed_at is null and token_sha256 is not null; return null; end $$",
    "create or replace trigger vault_mailbox_changed after update of email_index on people.vault for each row"
    " when (old.email_index is distinct from new.email_index) execute function consent.ask_new_mailbox()",
)
BACKWARDS = (
    "drop trigger if exists vault_mailbox_changed on people.vault",
    "drop function if exists consent.ask_new_mailbox()",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="consent", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
