"""What Piccolo's tables can't say: awards exist once, the ledger only grows, versions never change."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T06:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "award once, append-only ledger, immutable versions"

FORWARDS = (
    # Two workers that award the same thing at the same time: one of them finds that it exists.
    "create unique index if not exists award_once on gamification.award (person, rule, subject, period)",
    "create index if not exists award_activity on gamification.award (activity)",
    "alter table gamification.award drop constraint if exists award_words, add constraint award_words"
    " check (kind in ('points', 'badge') and state in ('active', 'reversed') and points >= 0)",
    "create index if not exists ledger_entry_person on gamification.ledger_entry (person, id)",
    "alter table gamification.ledger_entry drop constraint if exists ledger_entry_balanced,"
    " add constraint ledger_entry_balanced"
    " check (kind in ('award', 'reversal') and amount > 0 and debit <> credit and person in (debit, credit))",
    # A balance below zero would mean that more was taken back than was given.
    "alter table gamification.standing drop constraint if exists standing_not_negative,"
    " add constraint standing_not_negative check (points >= 0)",
    "create or replace view gamification.posting as"
    " select id, credit as account, amount from gamification.ledger_entry"
    " union all select id, debit, -amount from gamification.ledger_entry",
    "create or replace function gamification.refuse_change() returns trigger language plpgsql as $$"
    " begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$",
    *(
        statement
        for table in ("ledger_entry", "rule_set_version")
        for statement in (
            f"drop trigger if exists {table}_append_only on gamification.{table}",
            f"create trigger {table}_append_only before update or delete on gamification.{table}"
            " for each row execute function gamification.refuse_change()",
            f"drop trigger if exists {table}_no_truncate on gamification.{table}",
            f"create trigger {table}_no_truncate before truncate on gamification.{table}"
            " for each statement execute function gamification.refuse_change()",
        )
    ),
)
BACKWARDS = (
    "drop view if exists gamification.posting",
    "drop function if exists gamification.refuse_change cascade",
    "drop index if exists gamification.award_once",
    "drop index if exists gamification.award_activity",
    "drop index if exists gamification.ledger_entry_person",
)


async def forwards() -> MigrationManager:
    """Return what Piccolo runs."""
    manager = MigrationManager(migration_id=ID, app_name="gamification", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_ddl(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS:
            await DB.run_ddl(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
