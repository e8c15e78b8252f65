"""What Piccolo's tables can't say about requests: closed vocabularies, what happens once, and proofs that stay."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-28T19:18:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "requests: words, once-only, proofs that stay"

_OPEN = "('received', 'paused', 'in_progress')"

FORWARDS = (
    "alter table consent.privacy_request drop constraint if exists privacy_request_words,"
    " add constraint privacy_request_words check (type in ('access', 'portability', 'rectification', 'erasure',"
    " 'restriction', 'objection', 'consent_withdrawal', 'automated_decision_review')"
    f" and state in {_OPEN[:-1]}, 'completed', 'refused')),"
    " drop constraint if exists privacy_request_clock,"
    # A clock that stands still says why; two months are added for a reason; a refusal has one; what is closed has a time.
    " add constraint privacy_request_clock check ((paused_at is null) = (state <> 'paused')"
    " and (paused_at is null) = (pause_reason is null) and (extended_at is null) = (extension_reason is null)"
    " and (refusal_reason is not null) = (state = 'refused') and paused_days >= 0"
    f" and (closed_at is null) = (state in {_OPEN}))",
    # The same thing is owed to one person once: of two requests at the same moment the second finds the first.
    "create unique index if not exists privacy_request_open on consent.privacy_request (person, type)"
    f" where state in {_OPEN}",
    "create index if not exists privacy_request_person on consent.privacy_request (person, id)",
    f"create index if not exists privacy_request_due on consent.privacy_request (due_on, id) where state in {_OPEN}",
    "create unique index if not exists request_step_place on consent.request_step (request, position)",
    "create index if not exists request_step_waiting on consent.request_step (request, position)"
    " where finished_at is null",
    # The gate looks here with every decision.
    "create index if not exists restriction_in_force on consent.restriction (person) where lifted_at is null",
    "create unique index if not exists package_chunk_place on consent.package_chunk (request, number)",
    "create unique index if not exists legal_hold_in_force on consent.legal_hold (holding, record)"
    " where released_at is null",
    "create or replace trigger stays before update or delete or truncate on consent.erasure"
    " for each statement execute function consent.refuse_change()",
    "alter table consent.erasure enable always trigger stays",
)

BACKWARDS = (
    "drop trigger if exists stays on consent.erasure",
    "drop index if exists consent.legal_hold_in_force",
    "drop index if exists consent.package_chunk_place",
    "drop index if exists consent.restriction_in_force",
    "drop index if exists consent.request_step_waiting",
    "drop index if exists consent.request_step_place",
    "drop index if exists consent.privacy_request_due",
    "drop index if exists consent.privacy_request_person",
    "drop index if exists consent.privacy_request_open",
    "alter table consent.privacy_request drop constraint if exists privacy_request_clock,"
    " drop constraint if exists privacy_request_words",
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
