"""Row-level security: the database's second net under the consent gate.

A transaction declares what it is for (``laurel.purpose``) and when it is (``laurel.moment``). Every table of a room in
``SUBJECT_ROOMS`` that says whose a row is, in a column ``person``, shows the application's role (``kernel/roles.py``)
only rows of people for whom the declared purpose has a live basis: it rests on a contract or a law, or the person
granted it and the grant is in force; or it rests on a legitimate interest where the person is, and that person has not
objected. Whoever had processing restricted is seen for neither. A transaction that declares nothing sees nothing, and
can add nothing.

The gate remains what decides; this is for the query that forgets to ask it.
See ``docs/decisions/0029-rows-without-a-basis-are-not-there.md``.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Final, TypeAlias

import asyncpg

from kernel.database import APPLICATION, Connection
from kernel.facts import UPKEEP

SUBJECT_ROOMS: Final = ("people", "consent", "engagement", "gamification")
"""Rooms whose rows belong to people."""

OTHER_BASES: Final = ("service", "compliance", UPKEEP)
"""Purposes that rest on a contract or a law, and what our own programs do for everybody."""

_DECLARED: Final = "current_setting('laurel.purpose', true)"
_ANY: Final = f"{_DECLARED} <> ''"
_OTHER: Final = f"{_DECLARED} in ({', '.join(map(repr, OTHER_BASES))})"
_GRANTED: Final = "consent.has_basis(person)"

Interests: TypeAlias = Mapping[str, Collection[str] | None]
"""Purposes that rest on a legitimate interest, each with the markets in which they do; None is everywhere."""

# A function and no sub-select: what is not called costs nothing, while each statement sets up the sub-selects of every
# table that it names, in recording about a dozen times per transaction.
_HAS_BASIS: Final = """
create or replace function consent.has_basis(whose uuid) returns boolean language plpgsql stable parallel safe as $$
begin
    if exists (select from consent.restriction where person = whose and lifted_at is null) then return false; end if;
    {interests}return exists (
        select from consent.current_state
        where person = whose and purpose = current_setting('laurel.purpose', true) and channel is null
            and topic is null and state = 'granted' and (expires_at is null
            or expires_at > nullif(current_setting('laurel.moment', true), '')::timestamptz));
end $$
"""
_INTEREST: Final = """if {condition} then
        return not exists (select from consent.current_state where person = whose
            and purpose = current_setting('laurel.purpose', true) and channel is null and topic is null
            and state in ('denied', 'withdrawn'));
    end if;
    """
_MARKET: Final = "(select market from people.person where id = whose) in ({markets})"

WITHOUT_LOOKUP: Final[Mapping[str, str]] = {
    "consent.current_state": "it is what the look-up reads",
    "consent.restriction": "the gate must see it, whatever it is asked for",
    "gamification.credential": "it names an award; whose that is, the award says",
    "gamification.outcome": "it names an activity; whose that is, the activity says",
    "people.person": "it says where somebody is and nothing that identifies, and the gate itself asks it",
}
"""Tables of which any declared purpose shows every row, and why."""

_TABLES: Final = """
select format('%s.%s', nspname, relname) as name, relrowsecurity,
    array(select polname::text from pg_policy where polrelid = pg_class.oid) as policies
from pg_class join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'p') and (format('%s.%s', nspname, relname) = any($2) or nspname = any($1) and exists (
    select from pg_attribute where attrelid = pg_class.oid and attname = 'person' and not attisdropped))
order by 1
"""


async def secure(connection: Connection, interests: Interests) -> None:
    """Give every table of people's data the policy of now; as the owner, after the migrations.

    A table whose policy is the one of now is left alone: to change it takes a lock that nobody shares.
    """
    await connection.execute(has_basis(interests))
    for row in await connection.fetch(_TABLES, list(SUBJECT_ROOMS), list(WITHOUT_LOOKUP)):
        if _is_guarded(row):
            continue
        name = row["name"]
        for former in row["policies"]:
            await connection.execute(f"drop policy {former} on {name}")
        condition = condition_of(name)
        await connection.execute(f"create policy {_policy_of(name)} on {name} to {APPLICATION} using ({condition})")
        await connection.execute(f"alter table {name} enable row level security")


async def is_secured(connection: Connection, interests: Interests) -> bool:
    """Tell whether the database's policies are those that ``secure`` would give it now, with these ``interests``."""
    body = await connection.fetchval("select prosrc from pg_proc where oid = to_regproc('consent.has_basis')")
    tables = await connection.fetch(_TABLES, list(SUBJECT_ROOMS), list(WITHOUT_LOOKUP))
    return body is not None and f"$${body}$$" in has_basis(interests) and all(map(_is_guarded, tables))


def _is_guarded(row: asyncpg.Record) -> bool:
    return bool(row["relrowsecurity"]) and row["policies"] == [_policy_of(row["name"])]


def _policy_of(table: str) -> str:
    """Return the name of a table's policy, which is another whenever the policy is."""
    return f"basis_{hashlib.sha256(condition_of(table).encode()).hexdigest()[:12]}"


def has_basis(interests: Interests) -> str:
    """Return the SQL that makes the function which every policy asks."""
    tests = [_interest(purpose, markets) for purpose, markets in sorted(interests.items())]
    return _HAS_BASIS.format(interests=_INTEREST.format(condition=" or ".join(tests)) if tests else "")


def _interest(purpose: str, markets: Collection[str] | None) -> str:
    declared = f"{_DECLARED} = '{purpose}'"
    if markets is None:
        return declared
    return f"({declared} and {_MARKET.format(markets=', '.join(map(repr, sorted(markets))))})"


def condition_of(table: str) -> str:
    """Return what must hold for a row of ``table`` (``schema.name``) to be there, as SQL."""
    return _ANY if table in WITHOUT_LOOKUP else f"{_OTHER} or {_GRANTED}"
