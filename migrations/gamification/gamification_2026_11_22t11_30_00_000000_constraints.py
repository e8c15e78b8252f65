"""What Piccolo's tables can't say: who never approves, what never changes, and what a budget never exceeds."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T11:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "campaigns: four eyes, append-only history, guarded budgets"

_STATES = "('draft', 'in_review', 'approved', 'scheduled', 'running', 'paused', 'frozen', 'ended')"
_REASON = "check (length(btrim(reason)) > 0 and length(reason) <= 500 and reason !~ '[[:cntrl:]]')"
_APPEND_ONLY = ("campaign_revision", "campaign_review", "campaign_transition", "campaign_rule_key")
_PARTS = (*_APPEND_ONLY, "campaign_budget", "campaign_backfill")

FORWARDS = (
    *(
        f"alter table gamification.{table} drop constraint if exists {table}_campaign,"
        f" add constraint {table}_campaign foreign key (campaign) references gamification.campaign (id)"
        for table in _PARTS
    ),
    # A frozen campaign knows where it goes back to, and no other has such a place.
    "alter table gamification.campaign drop constraint if exists campaign_words, add constraint campaign_words"
    f" check (state in {_STATES} and (frozen_from is not null) = (state = 'frozen') and revision >= 1"
    f" and frozen_from in {_STATES} and frozen_from not in ('frozen', 'ended')"
    " and past in ('new_only', 'backfill_silently', 'grandfather'))",
    # Two people who edit at once: one of them finds that the number is taken.
    "create unique index if not exists campaign_revision_once on gamification.campaign_revision (campaign, number)",
    "alter table gamification.campaign_revision drop constraint if exists campaign_revision_words,"
    " add constraint campaign_revision_words check (number >= 1 and budget >= 1"
    " and lane in ('accredited', 'medical', 'promotional') and visible_until > visible_from and closes_at > opens_at"
    " and cardinality(markets) >= 1 and (markets = '{*}' or not '*' = any(markets)))",
    "create index if not exists campaign_review_revision on gamification.campaign_review (campaign, revision)",
    "create unique index if not exists campaign_approved_once on gamification.campaign_review (campaign, revision)"
    " where decision = 'approved'",
    "alter table gamification.campaign_review drop constraint if exists campaign_review_words,"
    " add constraint campaign_review_words check (decision in ('approved', 'rejected')),"
    " drop constraint if exists campaign_review_reason,"
    f" add constraint campaign_review_reason {_REASON}",
    "create index if not exists campaign_transition_campaign on gamification.campaign_transition (campaign, id)",
    "alter table gamification.campaign_transition drop constraint if exists campaign_transition_words,"
    f" add constraint campaign_transition_words check (to_state in {_STATES} and from_state in {_STATES}),"
    " drop constraint if exists campaign_transition_reason,"
    f" add constraint campaign_transition_reason {_REASON}",
    "alter table gamification.campaign_budget drop constraint if exists campaign_budget_kept,"
    " add constraint campaign_budget_kept check (used >= 0 and units >= 0 and used <= units)",
    "create unique index if not exists campaign_backfill_once on gamification.campaign_backfill (campaign, revision)",
    "create unique index if not exists rule_set_version_derived on gamification.rule_set_version (derived_from, sha256)"
    " where derived_from is not null",
    # Invariant 11, whatever the program says: who wrote any revision since the last approval never approves.
    "create or replace function gamification.refuse_own_approval() returns trigger language plpgsql as $$ begin"
    " if new.decision = 'approved' and exists (select from gamification.campaign_revision r"
    "   where r.campaign = new.campaign and r.author = new.reviewer and r.number <= new.revision and r.number > coalesce("
    "     (select max(w.revision) from gamification.campaign_review w where w.campaign = new.campaign"
    "       and w.decision = 'approved' and w.revision < new.revision), 0)) then"
    "   raise exception 'the author of a campaign never approves it' using errcode = 'check_violation';"
    " end if; return new; end $$",
    "drop trigger if exists campaign_review_four_eyes on gamification.campaign_review",
    "create trigger campaign_review_four_eyes before insert on gamification.campaign_review"
    " for each row execute function gamification.refuse_own_approval()",
    # Nothing scores that nobody approved: the very revision, not one before it.
    "create or replace function gamification.require_approval() returns trigger language plpgsql as $$ begin"
    " if new.state in ('approved', 'scheduled', 'running', 'paused') and not exists ("
    "   select from gamification.campaign_review w where w.campaign = new.id and w.revision = new.revision"
    "   and w.decision = 'approved') then"
    "   raise exception 'nobody approved this revision of the campaign' using errcode = 'check_violation';"
    " end if; return new; end $$",
    "drop trigger if exists campaign_approved on gamification.campaign",
    "create trigger campaign_approved before insert or update on gamification.campaign"
    " for each row execute function gamification.require_approval()",
    *(
        statement
        for table in _APPEND_ONLY
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
    "drop function if exists gamification.refuse_own_approval cascade",
    "drop function if exists gamification.require_approval cascade",
    "drop index if exists gamification.rule_set_version_derived",
    *(f"alter table gamification.{table} drop constraint if exists {table}_campaign" for table in _PARTS),
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
