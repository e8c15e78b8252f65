"""What Piccolo's tables can't say: which notice is active, rows that stay, and what an answer can be."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T10:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one active notice, showings, channels, lapses"

FORWARDS = (
    # Until now a newer version replaced the ones before it without saying so.
    "drop trigger if exists stays on consent.notice_version",
    "update consent.notice_version n set status = 'retired' where status = 'active' and exists"
    " (select from consent.notice_version newer where newer.purpose = n.purpose and newer.version > n.version)",
    "create unique index if not exists notice_version_active"
    " on consent.notice_version (purpose, market, locale) nulls not distinct where status = 'active'",
    "alter table consent.notice_version"
    " drop constraint if exists notice_version_known,"
    " add constraint notice_version_known check (purpose in ('engagement', 'gamification', 'leaderboard',"
    " 'personalisation', 'marketing_email', 'contact', 'analytics', 'service', 'compliance', 'content_operations')),"
    " drop constraint if exists notice_version_status,"
    " add constraint notice_version_status check (status in ('staged', 'active', 'retired')),"
    " drop constraint if exists notice_version_retired,"
    " add constraint notice_version_retired check (retired_at is null or status = 'retired'),"
    " drop constraint if exists notice_version_market,"
    " add constraint notice_version_market check (market ~ '^[A-Z]{2}$')",
    # An active text may only be retired, and nothing else of the row may change with it; a staged one is a draft.
    "create or replace function consent.keep_notice() returns trigger language plpgsql as $$ begin"
    " if old.status = 'staged' then return coalesce(new, old); end if;"
    " if tg_op = 'UPDATE' and old.status = 'active' and new.status = 'retired' and"
    " to_jsonb(new) - 'status' - 'retired_at' = to_jsonb(old) - 'status' - 'retired_at' then return new; end if;"
    " raise exception '% on %.% is refused: a notice stays as it was shown', tg_op, tg_table_schema, tg_table_name"
    " using errcode = 'restrict_violation'; end $$",
    "create or replace trigger stays before update or delete on consent.notice_version"
    " for each row execute function consent.keep_notice()",
    "alter table consent.notice_version enable always trigger stays",
    "create or replace trigger stays_whole before truncate on consent.notice_version"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.notice_version enable always trigger stays_whole",
    # The latest showing of one version to one person is what a grant without shown_id looks for.
    "create index if not exists notice_shown_person_notice on consent.notice_shown (person, notice, shown_at)",
    "alter table consent.notice_shown"
    " drop constraint if exists notice_shown_surface,"
    " add constraint notice_shown_surface check"
    " (surface in ('app', 'web', 'email', 'paper', 'phone', 'import', 'api'))",
    "create or replace trigger stays before update or delete or truncate on consent.notice_shown"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.notice_shown enable always trigger stays",
    # A grant points at its showing. Answers from before showings were kept have none, so old rows are not looked at.
    "alter table consent.event"
    " drop constraint if exists event_purpose,"
    " add constraint event_purpose check (purpose in ('engagement', 'gamification', 'leaderboard',"
    " 'personalisation', 'marketing_email', 'contact', 'analytics')),"
    " drop constraint if exists event_method,"
    " add constraint event_method check (method in ('app', 'paper', 'phone', 'import', 'confirmation')),"
    " drop constraint if exists event_channel,"
    " add constraint event_channel check (channel in ('email', 'sms', 'push', 'phone', 'rep', 'web')),"
    " drop constraint if exists event_topic,"
    " add constraint event_topic check (topic ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),"
    " drop constraint if exists event_basis,"
    " add constraint event_basis check (basis in ('consent', 'legitimate_interest')),"
    " drop constraint if exists event_proxy,"
    " add constraint event_proxy check ((proxy is null) = (proxy_document_sha256 is null)"
    " and (proxy is null) = (proxy_scope is null) and (proxy is null) = (proxy_expires_at is null)"
    " and length(proxy_document_sha256) = 32 and purpose = any(proxy_scope) and proxy_expires_at > occurred_at)",
    "alter table consent.event"
    " drop constraint if exists event_grant_was_shown,"
    " add constraint event_grant_was_shown check (state <> 'granted' or shown is not null) not valid",
    # One line per person, purpose, channel and topic; the gate still finds it by person and purpose.
    "drop index if exists consent.current_state_person_purpose",
    "create unique index if not exists current_state_key"
    " on consent.current_state (person, purpose, channel, topic) nulls not distinct",
    "create index if not exists current_state_runs_out on consent.current_state (expires_at)"
    " where state = 'granted' and expires_at is not null and lapsed_at is null",
    "alter table consent.lapse"
    " drop constraint if exists lapse_event,"
    " add constraint lapse_event foreign key (event) references consent.event (id)"
    " on delete restrict on update restrict,"
    " drop constraint if exists lapse_times,"
    " add constraint lapse_times check (ended_at <= recorded_at)",
    "create or replace trigger stays before update or delete or truncate on consent.lapse"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.lapse enable always trigger stays",
    # One open confirmation per question: a second first yes renews it. A token is found by its hash, and is one row's.
    "create unique index if not exists confirmation_open"
    " on consent.confirmation (person, purpose, channel, topic) nulls not distinct where confirmed_at is null",
    "create unique index if not exists confirmation_token on consent.confirmation (token_sha256)",
    "create index if not exists confirmation_waits on consent.confirmation (requested_at)"
    " where token_sha256 is null and confirmed_at is null",
    "create unique index if not exists suppression_address on consent.suppression (kind, address_index)",
    "alter table consent.suppression"
    " drop constraint if exists suppression_kind,"
    " add constraint suppression_kind check (kind in ('email', 'phone')),"
    " drop constraint if exists suppression_digest,"
    " add constraint suppression_digest check (length(address_index) = 32)",
    "create unique index if not exists gap_purpose_market on consent.gap (purpose, market)",
)

BACKWARDS = (
    "drop index if exists consent.gap_purpose_market",
    "drop index if exists consent.suppression_address",
    "alter table consent.suppression drop constraint if exists suppression_kind,"
    " drop constraint if exists suppression_digest",
    "drop index if exists consent.confirmation_waits",
    "drop index if exists consent.confirmation_token",
    "drop index if exists consent.confirmation_open",
    "drop trigger if exists stays on consent.lapse",
    "alter table consent.lapse drop constraint if exists lapse_event, drop constraint if exists lapse_times",
    "drop index if exists consent.current_state_runs_out",
    "drop index if exists consent.current_state_key",
    "create unique index if not exists current_state_person_purpose on consent.current_state (person, purpose)",
    "alter table consent.event drop constraint if exists event_grant_was_shown, drop constraint if exists event_proxy,"
    " drop constraint if exists event_basis, drop constraint if exists event_topic,"
    " drop constraint if exists event_channel",
    "drop trigger if exists stays on consent.notice_shown",
    "alter table consent.notice_shown drop constraint if exists notice_shown_surface",
    "drop index if exists consent.notice_shown_person_notice",
    "drop trigger if exists stays_whole on consent.notice_version",
    "drop trigger if exists stays on consent.notice_version",
    "drop function if exists consent.keep_notice()",
    "alter table consent.notice_version drop constraint if exists notice_version_market,"
    " drop constraint if exists notice_version_retired, drop constraint if exists notice_version_status",
    "drop index if exists consent.notice_version_active",
    "create or replace trigger stays before update or delete or truncate on consent.notice_version"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.notice_version enable always trigger stays",
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
