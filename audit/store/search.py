"""The query behind every search, whose work is bounded however long the log is and however little is found.

One filter leads: the one that usually leaves the fewest entries. Along its index up to ``_SCANNED`` candidates are
read in the order of the log, and the other filters are asked of these. Left to choose among all filters at once, the
planner takes them for independent of each other; where two exclude each other it reads the whole log to find nothing.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from audit.rules.filters import LAST_INDEX
from audit.store import entry_from
from audit.values import Entry, EntryFilter
from kernel.unit_of_work import UnitOfWork

_SCANNED: Final = 4_000
"""How many candidates one statement reads: some milliseconds."""

_LATEST: Final = timedelta(hours=6)
"""How much later than it was done an entry may get its index: the longest transaction, and clocks that jump."""

# By how many entries they usually leave, fewest first. Words are compared byte by byte, as their indexes are sorted.
_LEADING: Final = {
    "request": "l.request = v::uuid",
    "subject": "l.subject = v::uuid",
    "resource": 'l.resource collate "C" = v',
    "actor": 'l.actor collate "C" = v',
    "refused": "l.decision = v and l.decision <> 'allowed'",  # says the latter so that the partial index can be used
    "action": 'l.action collate "C" = v',
    "purpose": 'l.purpose collate "C" = v',
}
_ASKED: Final = {
    "actor": "l.actor = {}",
    "subject": "l.subject = {}",
    "resource": "l.resource = {}",
    "decision": "l.decision = {}",
    "purpose": "l.purpose = {}",
    "request": "l.request = {}",
    "since": "l.at >= {}",
    "until": "l.at < {}",
}
_SEARCH: Final = """
with c as materialized (
    select v, x.* from unnest($1::text[]) as v cross join lateral (
        select * from audit.leaf l where {leading} and l.index >= $2 and l.index < $3
        order by l.index {direction} limit $4
    ) as x
),
e as materialized (
    select {nearest}(reached) as edge
    from (select {farthest}(index) as reached, count(*) as candidates from c group by v) as each
    where candidates = $4
)
select e.edge, f.* from e left join (
    select l.index, l.leaf_hash, n.body from (
        select l.* from c as l, e where {conditions} and (e.edge is null or l.index {within} e.edge)
        order by l.index {direction} limit $5
    ) as l join audit.entry n on n.id = l.entry
) as f on true order by f.index {direction}
"""
_NEWEST = {"direction": "desc", "nearest": "max", "farthest": "min", "within": ">="}
_OLDEST = {"direction": "asc", "nearest": "min", "farthest": "max", "within": "<="}

# From one action to the next along the index: there are few, however many entries.
_ACTIONS = """
with recursive a (action) as (
    (select action from audit.leaf where action collate "C" >= $1 order by action collate "C" limit 1)
    union all
    select (
        select l.action from audit.leaf l where l.action collate "C" > a.action collate "C"
        order by l.action collate "C" limit 1
    ) from a where starts_with(a.action, $1)
)
select action from a where starts_with(action, $1)
"""
_AT = "select at from audit.leaf where index >= $1 order by index limit 1"
_SIZE = "select coalesce(max(index) + 1, 0) from audit.leaf"


class Found(NamedTuple):
    """Entries in the order asked for; ``edge`` is the index up to where was looked, None if nothing is beyond it."""

    entries: list[Entry]
    edge: int | None


async def search(
    uow: UnitOfWork,
    filters: EntryFilter,
    after: int | None,
    limit: int,
    *,
    newest_first: bool,
    seconds: float | None = None,
) -> Found:
    """Return up to ``limit`` entries that match, beyond ``after`` in the order asked for.

    With ``seconds`` it stops looking after that time, with what it has found until then.
    """
    clock = asyncio.get_running_loop()
    deadline = None if seconds is None else clock.time() + seconds
    low, high = await _span(uow, filters)
    actions = await _actions(uow, filters)
    entries: list[Entry] = []
    while True:
        if after is not None:
            low, high = (low, min(high, after)) if newest_first else (max(low, after + 1), high)
        page = await _page(uow, filters, actions, range(low, high), limit - len(entries), newest_first=newest_first)
        entries += page.entries
        after = page.edge
        if len(entries) >= limit or after is None or (deadline is not None and clock.time() >= deadline):
            return Found(entries, after)


async def _page(
    uow: UnitOfWork, filters: EntryFilter, actions: list[str] | None, span: range, limit: int, *, newest_first: bool
) -> Found:
    leading, values = _lead(filters, actions)
    conditions, asked = ["true"], []
    for name, pattern in _ASKED.items():
        if (value := getattr(filters, name)) is not None:
            asked.append(value)
            conditions.append(pattern.format(f"${len(asked) + 5}"))
    if actions is not None:
        asked.append(actions)
        conditions.append(f"l.action = any(${len(asked) + 5}::text[])")
    way = _NEWEST if newest_first else _OLDEST
    sql = _SEARCH.format(leading=leading, conditions=" and ".join(conditions), **way)
    each = max(limit, _SCANNED // max(len(values), 1))
    rows = await uow.fetch(sql, values, span.start, max(span.stop, span.start), each, limit, *asked)
    return Found([entry_from(row) for row in rows if row["index"] is not None], rows[0]["edge"])


def _lead(filters: EntryFilter, actions: list[str] | None) -> tuple[str, list[str]]:
    """Return the condition that leads, about ``v``, and the values that ``v`` takes."""
    asked: dict[str, list[str] | None] = {
        name: None if (value := getattr(filters, name)) is None else [str(value)]
        for name in ("request", "subject", "resource", "actor", "purpose")
    }
    asked["refused"] = [filters.decision] if filters.decision not in {None, "allowed"} else None
    asked["action"] = actions
    for name, condition in _LEADING.items():
        if (values := asked[name]) is not None:
            return condition, values
    return "true", [""]


async def _actions(uow: UnitOfWork, filters: EntryFilter) -> list[str] | None:
    """Return which actions are meant, or None for all."""
    if filters.action is None or not filters.action.endswith("*"):
        return None if filters.action is None else [filters.action]
    rows = await uow.fetch(_ACTIONS, filters.action.removesuffix("*"))
    return [row["action"] for row in rows]


async def _span(uow: UnitOfWork, filters: EntryFilter) -> tuple[int, int]:
    """Return between which indexes entries of the times asked for can be."""
    if filters.since is None and filters.until is None:
        return 0, LAST_INDEX
    size = await uow.fetchval(_SIZE)
    low = 0 if filters.since is None else await _first_at(uow, filters.since - _LATEST, size)
    return low, size if filters.until is None else await _first_at(uow, filters.until + _LATEST, size)


async def _first_at(uow: UnitOfWork, at: datetime, size: int) -> int:
    """Return by halving where entries of a time begin: indexes and times grow together, but for ``_LATEST``."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        found = await uow.fetchval(_AT, middle)
        low, high = (middle + 1, high) if found is not None and found < at else (low, middle)
    return low
