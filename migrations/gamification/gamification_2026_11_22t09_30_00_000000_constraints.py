"""What Piccolo's tables can't say: one board per key, periods without gaps or twins, people counted as they come and go."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB

ID = "2026-11-22T09:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "boards: periods once, standings once, people counted"

# The transition tables of a statement say how many people came and went; those who take no part count nowhere.
LEFT = "select market, language, -1 as moved from before where active"
CAME = "select market, language, 1 as moved from after where active"
EVENTS = {
    "insert": ("referencing new table as after", CAME),
    "update": ("referencing old table as before new table as after", f"{LEFT} union all {CAME}"),
    "delete": ("referencing old table as before", LEFT),
}

FORWARDS = (
    "alter table gamification.board drop constraint if exists board_words, add constraint board_words"
    " check (ties in ('dense', 'standard', 'ordinal') and state in ('active', 'archived')"
    " and visibility in ('full', 'neighbours', 'relative', 'hidden')"
    " and (archived_at is null) = (state = 'active'))",
    # Nobody is shown in a smaller crowd, and by one dimension at the most, whatever the program says.
    "alter table gamification.board drop constraint if exists board_crowd, add constraint board_crowd"
    " check (minimum >= 10 and (dimension is null) = (value is null) and dimension in ('market', 'language'))",
    "create unique index if not exists board_period_number on gamification.board_period (board, number)",
    "create index if not exists board_period_open on gamification.board_period (board) where closed_at is null",
    "alter table gamification.board_period drop constraint if exists board_period_times,"
    " add constraint board_period_times check (number >= 1 and ends_at > starts_at and closed_at >= ends_at"
    " and (closed_at is null or ends_at is not null))",
    "create unique index if not exists board_standing_place on gamification.board_standing (period, place)",
    # Two workers that close a period at once can't write somebody twice.
    "create unique index if not exists board_standing_person on gamification.board_standing (person, period)",
    "alter table gamification.board_standing drop constraint if exists board_standing_counts,"
    " add constraint board_standing_counts check (place >= 1 and rank between 1 and place and points > 0)",
    "alter table gamification.board_member drop constraint if exists board_member_somewhere,"
    " add constraint board_member_somewhere check (active is not true or (market is not null and language is not null))",
    "create index if not exists board_member_expiry on gamification.board_member (expires_at) where active",
    "create index if not exists board_member_active on gamification.board_member (person) where active",
    "create index if not exists award_counted on gamification.award (person, occurred_at)"
    " where state = 'active' and points > 0",
    *(
        statement
        for event, (tables, moved) in EVENTS.items()
        for statement in (
            f"create or replace function gamification.count_board_people_{event}() returns trigger language plpgsql"
            " as $$ begin"
            " insert into gamification.board_population as p (cell, market, language, people)"
            " select market || ':' || language, market, language, sum(moved)"
            f" from ({moved}) as moves group by market, language having sum(moved) <> 0"
            # In one order, so that two statements can't wait for each other in a circle.
            " order by market, language"
            " on conflict (cell) do update set people = p.people + excluded.people;"
            " return null; end $$",
            f"drop trigger if exists count_people_{event} on gamification.board_member",
            f"create trigger count_people_{event} after {event} on gamification.board_member {tables}"
            f" for each statement execute function gamification.count_board_people_{event}()",
        )
    ),
)
BACKWARDS = (
    *(f"drop function if exists gamification.count_board_people_{event} cascade" for event in EVENTS),
    "drop index if exists gamification.award_counted",
    "drop index if exists gamification.board_member_active",
    "drop index if exists gamification.board_member_expiry",
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
