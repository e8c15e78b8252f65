"""What a currency is, held by the database: four eyes, a value, and nothing of it that ever changes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T20:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "four eyes on currencies, whose value never changes"

FORWARDS = (
    "alter table gamification.currency drop constraint if exists currency_words,"
    " add constraint currency_words check (state in ('draft', 'approved', 'withdrawn') and key <> 'recognition'"
    " and unit_value > 0 and money ~ '^[A-Z]{3}$')",
    "alter table gamification.currency drop constraint if exists currency_four_eyes,"
    " add constraint currency_four_eyes check ((state <> 'approved' or approved_by is not null)"
    " and approved_by is distinct from defined_by and (approved_by is null) = (approved_at is null))",
    "create or replace function gamification.keep_currency() returns trigger language plpgsql as $$ begin"
    " if (new.key, new.unit_value, new.money, new.defined_by) is distinct from"
    "   (old.key, old.unit_value, old.money, old.defined_by) then"
    "   raise exception 'what a currency is worth never changes' using errcode = 'check_violation';"
    " end if;"
    " if old.state = 'withdrawn' and new.state <> 'withdrawn' then"
    "   raise exception 'a currency that was withdrawn stays so' using errcode = 'check_violation';"
    " end if; return new; end $$",
    "drop trigger if exists currency_kept on gamification.currency",
    "create trigger currency_kept before update on gamification.currency"
    " for each row execute function gamification.keep_currency()",
)
BACKWARDS = (
    "drop trigger if exists currency_kept on gamification.currency",
    "drop function if exists gamification.keep_currency",
    "alter table gamification.currency drop constraint if exists currency_four_eyes",
    "alter table gamification.currency drop constraint if exists currency_words",
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
