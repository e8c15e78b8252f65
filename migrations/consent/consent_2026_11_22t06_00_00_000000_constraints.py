"""What Piccolo's tables can't say about consent: keys over two columns, closed vocabularies, and rows that stay."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T06:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys, checks and append-only triggers"

FORWARDS = (
    # A version exists once per language; the projection has one line per person and purpose, found by the gate.
    "create unique index if not exists notice_version_purpose_version_locale"
    " on consent.notice_version (purpose, version, locale)",
    "create unique index if not exists current_state_person_purpose on consent.current_state (person, purpose)",
    "create index if not exists event_person_purpose on consent.event (person, purpose)",
    "alter table consent.notice_version"
    " drop constraint if exists notice_version_known,"
    " add constraint notice_version_known check (purpose in ('engagement', 'gamification', 'leaderboard',"
    " 'personalisation', 'marketing_email', 'analytics', 'service', 'compliance', 'content_operations')),"
    " drop constraint if exists notice_version_counts,"
    " add constraint notice_version_counts check (version >= 1),"
    " drop constraint if exists notice_version_digest,"
    " add constraint notice_version_digest check (sha256 = sha256(convert_to(text, 'UTF8')))",
    # Only purposes that rest on consent can be answered; expired and absent are never stored; only a grant runs out.
    "alter table consent.event"
    " drop constraint if exists event_purpose,"
    " add constraint event_purpose check (purpose in ('engagement', 'gamification', 'leaderboard',"
    " 'personalisation', 'marketing_email', 'analytics')),"
    " drop constraint if exists event_state,"
    " add constraint event_state check (state in ('granted', 'denied', 'withdrawn')),"
    " drop constraint if exists event_method,"
    " add constraint event_method check (method in ('app', 'paper', 'phone', 'import')),"
    " drop constraint if exists event_grant_has_notice,"
    " add constraint event_grant_has_notice check"
    " ((notice is null) = (notice_version is null) and (state <> 'granted' or notice is not null)),"
    " drop constraint if exists event_evidence,"
    " add constraint event_evidence check (method = 'app' or evidence is not null),"
    " drop constraint if exists event_digest,"
    " add constraint event_digest check (length(evidence_sha256) = 32),"
    " drop constraint if exists event_times,"
    " add constraint event_times check"
    " (occurred_at <= received_at and (expires_at is null or (state = 'granted' and expires_at > occurred_at)))",
    "alter table consent.current_state"
    " drop constraint if exists current_state_event,"
    " add constraint current_state_event foreign key (event) references consent.event (id)"
    " on delete restrict on update restrict",
    # Statement triggers, because row triggers do not see TRUNCATE; ALWAYS, because session_replication_role would
    # switch ordinary ones off.
    "create or replace function consent.refuse_change() returns trigger language plpgsql as $$"
    " begin raise exception '% on %.% is refused: its rows stay as they were written',"
    " tg_op, tg_table_schema, tg_table_name using errcode = 'restrict_violation'; end $$",
    "create or replace trigger stays before update or delete or truncate on consent.event"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.event enable always trigger stays",
    "create or replace trigger stays before update or delete or truncate on consent.notice_version"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.notice_version enable always trigger stays",
)

BACKWARDS = (
    "drop trigger if exists stays on consent.notice_version",
    "drop trigger if exists stays on consent.event",
    "drop function if exists consent.refuse_change()",
    "alter table consent.current_state drop constraint if exists current_state_event",
    "alter table consent.event drop constraint if exists event_purpose, drop constraint if exists event_state,"
    " drop constraint if exists event_method, drop constraint if exists event_grant_has_notice,"
    " drop constraint if exists event_evidence, drop constraint if exists event_digest,"
    " drop constraint if exists event_times",
    "alter table consent.notice_version drop constraint if exists notice_version_known,"
    " drop constraint if exists notice_version_counts, drop constraint if exists notice_version_digest",
    "drop index if exists consent.event_person_purpose",
    "drop index if exists consent.current_state_person_purpose",
    "drop index if exists consent.notice_version_purpose_version_locale",
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
