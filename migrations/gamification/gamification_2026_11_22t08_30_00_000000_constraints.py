"""What Piccolo's tables can't say: whose points may move where, what can't go below zero, what exists once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T08:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "accounts per currency, lots, rewards, claims, the book of transfers"

PROGRAMME = "'00000000-0000-7000-8000-000000000001'"
EXPIRED = "'00000000-0000-7000-8000-000000000002'"
REDEEMED = "'00000000-0000-7000-8000-000000000003'"

FORWARDS = (
    # A worker of the version before writes no currency while this one is rolled out: what it writes is recognition.
    "alter table gamification.award alter column currency set default 'recognition'",
    "alter table gamification.ledger_entry alter column currency set default 'recognition'",
    # Each row moves points of one currency between one person and one account of the house, in the direction of its
    # kind: no row can pass points from person to person or turn them into another currency.
    "alter table gamification.ledger_entry drop constraint if exists ledger_entry_balanced,"
    " add constraint ledger_entry_balanced check (amount > 0 and case kind"
    f" when 'award' then debit = {PROGRAMME} and credit = person and award is not null"
    f" when 'reversal' then debit = person and credit = {PROGRAMME} and award is not null"
    f" when 'expiry' then debit = person and credit = {EXPIRED} and award is not null and lot is not null"
    f" when 'unexpiry' then debit = {EXPIRED} and credit = person and award is not null and lot is not null"
    f" when 'spend' then debit = person and credit = {REDEEMED} and claim is not null"
    f" when 'refund' then debit = {REDEEMED} and credit = person and claim is not null"
    " else false end)",
    # Two workers that expire the same lot at the same time: one of them finds that it was done.
    "create unique index if not exists ledger_entry_expiry on gamification.ledger_entry (lot) where kind = 'expiry'",
    "create index if not exists ledger_entry_claim on gamification.ledger_entry (claim) where claim is not null",
    "create or replace view gamification.posting as"
    " select id, credit as account, amount, currency from gamification.ledger_entry"
    " union all select id, debit, -amount, currency from gamification.ledger_entry",
    "alter table gamification.lot drop constraint if exists lot_bounds, add constraint lot_bounds"
    " check (amount > 0 and spent >= 0 and expired >= 0 and taken >= 0 and spent + expired + taken <= amount"
    " and available_at < expires_at)",
    "create index if not exists lot_award on gamification.lot (award)",
    "create index if not exists lot_open on gamification.lot (person, currency) where spent + expired + taken < amount",
    "create index if not exists lot_due on gamification.lot (expires_at, person)"
    " where expires_at is not null and spent + expired + taken < amount",
    "create unique index if not exists account_once on gamification.account (person, currency)",
    "alter table gamification.account drop constraint if exists account_bounds, add constraint account_bounds"
    " check (lotted >= 0)",
    # Recognition has no value in money: what it can pay for has none either. Nor has what is recognition itself.
    "alter table gamification.reward drop constraint if exists reward_words, add constraint reward_words check ("
    "kind in ('badge', 'certificate', 'level', 'content_unlock', 'educational_item')"
    " and state in ('draft', 'approved', 'withdrawn') and period in ('month', 'quarter', 'year', 'ever')"
    " and cost >= 0 and value >= 0 and stock >= 0 and per_person > 0 and (value = 0) = (value_currency is null)"
    " and (currency <> 'recognition' or value = 0) and (kind not in ('badge', 'certificate', 'level') or value = 0)"
    " and (kind <> 'educational_item' or value > 0))",
    # The author never approves, whatever the program says.
    "alter table gamification.reward drop constraint if exists reward_approval, add constraint reward_approval check ("
    "(approved_by is null) = (approved_at is null) and (state <> 'approved' or approved_by is not null)"
    " and (approved_by is null) = (approval_reference is null)"
    " and (state <> 'draft' or approved_by is null) and approved_by <> created_by)",
    "alter table gamification.claim drop constraint if exists claim_words, add constraint claim_words check ("
    "state in ('reserved', 'fulfilled', 'cancelled') and cost >= 0 and value >= 0 and slot > 0"
    " and (value = 0) = (value_currency is null) and (currency <> 'recognition' or value = 0)"
    " and (state = 'reserved') = (closed_at is null))",
    # So many claims per person, reward and period, and no more: each takes a numbered slot, and frees it if cancelled.
    "create unique index if not exists claim_slot on gamification.claim (person, reward, period, slot)"
    " where state <> 'cancelled' and slot is not null",
    "create index if not exists claim_person on gamification.claim (person, id)",
    "create unique index if not exists reward_year_once on gamification.reward_year (person, year, category)",
    "alter table gamification.reward_year drop constraint if exists reward_year_bounds,"
    " add constraint reward_year_bounds check (reserved_value >= 0 and reserved_count >= 0 and committed_value >= 0"
    " and committed_count >= 0)",
    "create unique index if not exists transfer_once on gamification.transfer_of_value (claim, state)",
    "create index if not exists transfer_year on gamification.transfer_of_value (year, id)",
    "alter table gamification.transfer_of_value drop constraint if exists transfer_words,"
    " add constraint transfer_words check (amount >= 0"
    " and state in ('estimated', 'committed', 'actual', 'released'))",
    "drop trigger if exists transfer_of_value_append_only on gamification.transfer_of_value",
    "create trigger transfer_of_value_append_only before update or delete on gamification.transfer_of_value"
    " for each row execute function gamification.refuse_change()",
    "drop trigger if exists transfer_of_value_no_truncate on gamification.transfer_of_value",
    "create trigger transfer_of_value_no_truncate before truncate on gamification.transfer_of_value"
    " for each statement execute function gamification.refuse_change()",
)
BACKWARDS = (
    "drop index if exists gamification.ledger_entry_expiry",
    "drop index if exists gamification.ledger_entry_claim",
    "drop view if exists gamification.posting",
    "create view gamification.posting as"
    " select id, credit as account, amount from gamification.ledger_entry"
    " union all select id, debit, -amount from gamification.ledger_entry",
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
