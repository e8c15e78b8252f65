"""One engine for every table that holds something about people: find, show, erase, and let go what is overdue.

The names of tables and columns and the conditions come from the declarations in the rooms, which are code and never
from outside.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import asyncpg

from kernel.holdings import Holding, Keeps
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

FETCHED: Final = 2_000
_HELD: Final = (
    "exists (select from consent.legal_hold h where h.holding = '{table}' and h.record = t.{key}"
    " and h.released_at is null)"
)
_COLUMNS: Final = """
select n.nspname || '.' || c.relname as name, a.attname as column, format_type(a.atttypid, null) as type, a.attnotnull
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname || '.' || c.relname = any($1::text[]) and a.attnum > 0 and not a.attisdropped order by name, a.attnum
"""


async def columns(uow: UnitOfWork, holdings: Sequence[Holding]) -> dict[str, list[tuple[str, str, bool]]]:
    """Return the columns of each table as name, SQL type, and whether it may be null."""
    found: dict[str, list[tuple[str, str, bool]]] = {holding.table: [] for holding in holdings}
    for row in await uow.fetch(_COLUMNS, list(found)):
        found[row["name"]].append((row["column"], row["type"], not row["attnotnull"]))
    return found


async def rows(
    uow: UnitOfWork, holding: Holding, shown: Sequence[str], person: PersonId, most: int | None = None
) -> AsyncIterator[asyncpg.Record]:
    """Give the rows about ``person``, a few at a time, in whatever order they are found: a million need no sorting."""
    names = ", ".join(dict.fromkeys((*shown, holding.key)))
    limit = "" if most is None else f" limit {most}"
    sql = f"select {names} from {holding.table} where {holding.of}{limit}"  # noqa: S608 - see above
    cursor = await uow.connection.cursor(sql, person)
    while some := await cursor.fetch(FETCHED):
        for row in some:
            yield row


async def erase(uow: UnitOfWork, holding: Holding, person: PersonId, most: int) -> int:
    """Delete up to ``most`` rows about ``person`` that nothing holds; return how many."""
    return await _delete(uow, holding, holding.of, most, person)


async def held(uow: UnitOfWork, holding: Holding, person: PersonId) -> list[tuple[str, int]]:
    """Return how many rows about ``person`` are held, by reason."""
    if not holding.holdable:
        return []
    found = await uow.fetch(
        f"select h.reason, count(*) from consent.legal_hold h where h.holding = '{holding.table}'"  # noqa: S608 - see above
        f" and h.released_at is null and h.record in (select {holding.key} from {holding.table} where {holding.of})"
        " group by h.reason order by h.reason",
        person,
    )
    return [(row[0], row[1]) for row in found]


async def count(uow: UnitOfWork, holding: Holding, person: PersonId) -> int:
    """Return how many rows are about ``person``."""
    return int(await uow.fetchval(f"select count(*) from {holding.table} where {holding.of}", person))  # noqa: S608 - see above


async def overdue(uow: UnitOfWork, holding: Holding, keeps: Keeps) -> tuple[int, int]:
    """Return how many rows are past their time and free to go, and how many more are past it and held."""
    held_ = _held(holding)
    row = await uow.fetchrow(
        f"select count(*) filter (where not {held_}) as free, count(*) filter (where {held_}) as held"  # noqa: S608 - see above
        f" from {holding.table} t where {_past(keeps)}",
        uow.now,
    )
    assert row is not None  # noqa: S101 - counting answers one row
    return row["free"], row["held"]


async def let_go(uow: UnitOfWork, holding: Holding, keeps: Keeps, most: int) -> int:
    """Delete up to ``most`` rows that are past their time and not held, or empty their columns; return how many."""
    if not keeps.columns:
        return await _delete(uow, holding, _past(keeps), most, uow.now)
    emptied = ", ".join(f"{column} = null" for column in keeps.columns)
    sql = f"update {holding.table} set {emptied} where {_some(holding, _past(keeps))}"  # noqa: S608 - see above
    return int((await uow.execute(sql, uow.now, most)).split()[-1])


async def _delete(uow: UnitOfWork, holding: Holding, condition: str, most: int, argument: object) -> int:
    sql = f"delete from {holding.table} where {_some(holding, condition)}"  # noqa: S608 - see above
    return int((await uow.execute(sql, argument, most)).split()[-1])


def _some(holding: Holding, condition: str) -> str:
    return (
        f"ctid = any(array(select ctid from {holding.table} t where {condition}"  # noqa: S608 - see above
        f" and not {_held(holding)} limit $2 for update))"
    )


def _past(keeps: Keeps) -> str:
    """Return the condition of rows past their time; of those whose columns are to be emptied, what still has some."""
    filled = " or ".join(f"{column} is not null" for column in keeps.columns) or "true"
    return f"{keeps.since} <= $1::timestamptz - interval '{keeps.days} days' and ({keeps.only}) and ({filled})"


def _held(holding: Holding) -> str:
    return _HELD.format(table=holding.table, key=holding.key) if holding.holdable else "false"
