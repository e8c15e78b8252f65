"""Boards by profession: a third dimension, and people counted by it; who said none is counted as before."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from kernel.database import DB
from migrations.gamification import gamification_2026_11_22t09_30_00_000000_constraints as earlier

ID = "2026-11-29T02:51:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "boards by profession"

PLACE = "market, language, coalesce(profession, '')"
LEFT = f"select {PLACE} as profession, -1 as moved from before where active"
CAME = f"select {PLACE} as profession, 1 as moved from after where active"
EVENTS = {"insert": CAME, "update": f"{LEFT} union all {CAME}", "delete": LEFT}

FORWARDS = (
    "alter table gamification.board drop constraint if exists board_crowd, add constraint board_crowd"
    " check (minimum >= 10 and (dimension is null) = (value is null)"
    " and dimension in ('market', 'language', 'profession'))",
    *(
        f"create or replace function gamification.count_board_people_{event}() returns trigger language plpgsql"
        " as $$ begin"
        " insert into gamification.board_population as p (cell, market, language, profession, people)"
        " select market || ':' || language || case profession when '' then '' else ':' || profession end,"
        " market, language, profession, sum(moved)"
        f" from ({moved}) as moves group by market, language, profession having sum(moved) <> 0"
        # In one order, so that two statements can't wait for each other in a circle.
        " order by market, language, profession"
        " on conflict (cell) do update set people = p.people + excluded.people;"
        " return null; end $$"
        for event, moved in EVENTS.items()
    ),
)
# As they were; refused by the check while there is a board by profession.
BACKWARDS = tuple(each for each in earlier.FORWARDS if "board_crowd" in each or "count_board_people" in each)


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
