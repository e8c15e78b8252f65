"""The database's second net: a query that forgets to ask finds no row of anybody without a basis for its purpose."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

import consent
from consent.register import SHIPPED, load
from consent.values import PURPOSES, ConsentChoice, NewNotice
from consent.vocabulary import Answer, Basis, Purpose
from kernel.clock import MovableClock
from kernel.database import APPLICATION, DB
from kernel.facts import UPKEEP, Origin
from kernel.row_security import OTHER_BASES, SUBJECT_ROOMS, WITHOUT_LOOKUP, condition_of, has_basis
from kernel.unit_of_work import Work
from people import NewPerson, PersonId, register
from tests.conftest import START

EXEMPT = {
    "access.account": "it says who is signed in, before there is a purpose; who may read it is for access to say",
}
"""Tables that name a person and stand outside the rooms of subjects, each with why it has no policy."""

TABLES = """
select format('%s.%s', nspname, relname) as name from pg_class join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'p') and nspname <> 'public' and exists (
    select from pg_attribute where attrelid = pg_class.oid and attname = 'person' and not attisdropped) order by 1
"""
COLUMNS = """
select attname as name, format_type(atttypid, null) as type from pg_attribute
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and (attnotnull or attname = 'person')
"""
SAMPLES = {
    "uuid": "gen_random_uuid()", "text": "'x'", "character varying": "'GB'", "bytea": "'\\x01'::bytea", "date": "now()",
    "timestamp with time zone": "now()", "bigint": "1", "integer": "1", "smallint": "1", "boolean": "true",
    "double precision": "1", "numeric": "1", "jsonb": "'{}'", "text[]": "'{}'", "character varying[]": "'{}'",
}  # fmt: skip
"""A value of each type that a column may have."""


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A superuser's transaction, which is rolled back: nothing is checked and nothing stays."""
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("set local session_replication_role = replica")
    yield connection
    await transaction.rollback()
    await connection.close()


async def filled(
    connection: "asyncpg.Connection[asyncpg.Record]",
    table: str,
    person: UUID,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Add one row of ``person`` to ``table``, whatever its checks say; ``more`` are columns as SQL."""
    checks = "select conname from pg_constraint where conrelid = $1::text::regclass and contype = 'c'"
    for (check,) in await connection.fetch(checks, table):
        await connection.execute(f"alter table {table} drop constraint {check}")
    columns = {row["name"]: SAMPLES[row["type"]] for row in await connection.fetch(COLUMNS, table)}
    if "person" in columns:
        columns["person"] = f"'{person}'"
    columns |= more
    await connection.execute(f"insert into {table} ({', '.join(columns)}) values ({', '.join(columns.values())})")


async def seen(
    connection: "asyncpg.Connection[asyncpg.Record]", table: str, purpose: str = "", *, after: int = 0
) -> int:
    """How many rows the application finds, ``after`` so many days."""
    await connection.execute(f"set local role {APPLICATION}")
    declare = "select set_config('laurel.purpose', $1, true), set_config('laurel.moment', $2, true)"
    await connection.fetchrow(declare, purpose, (START + timedelta(days=after)).isoformat())
    count: int = await connection.fetchval(f"select count(*) from {table}")
    await connection.execute("reset role")
    return count


async def granted(connection: "asyncpg.Connection[asyncpg.Record]", person: UUID, days: int) -> None:
    await connection.execute(
        "insert into consent.current_state (event, person, purpose, state, decided_at, received_at, expires_at)"
        " values (gen_random_uuid(), $1, 'gamification', 'granted', $2, $2, $3)",
        person,
        START,
        START + timedelta(days=days),
    )


async def test_each_table_of_subjects_shows_the_rows_of_whom_the_declared_purpose_has_a_basis_for(
    superuser: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    tables = [row["name"] for row in await superuser.fetch(TABLES)]
    assert len(tables) > 15
    subjects = [table for table in tables if table.split(".")[0] in SUBJECT_ROOMS and table not in WITHOUT_LOOKUP]
    person, other = uuid4(), uuid4()
    for table in subjects:
        await filled(superuser, table, person)
        assert await seen(superuser, table) == 0, f"{table}: nothing was declared"
        for purpose in (*(each for each in Purpose if each not in OTHER_BASES), "no such purpose"):
            assert await seen(superuser, table, purpose) == 0, f"{table}: {purpose} has no basis"
        for purpose in OTHER_BASES:
            assert await seen(superuser, table, purpose) == 1, f"{table}: {purpose} needs no consent"
    await granted(superuser, person, days=10)
    await granted(superuser, other, days=10)
    for table in subjects:
        assert await seen(superuser, table, "gamification") == 1, f"{table}: there is a grant"
        assert await seen(superuser, table, "leaderboard") == 0, f"{table}: the grant is for something else"
        assert await seen(superuser, table, "gamification", after=10) == 0, f"{table}: the grant ran out"
    await filled(superuser, "consent.restriction", person)
    for table in subjects:
        assert await seen(superuser, table, "gamification") == 0, f"{table}: processing is restricted"
    await superuser.execute("delete from consent.restriction")
    assert await seen(superuser, subjects[0], "gamification") == 1
    await superuser.execute("update consent.current_state set state = 'withdrawn' where person = $1", person)
    for table in subjects:
        assert await seen(superuser, table, "gamification") == 0, f"{table}: it was withdrawn"


INTERESTS = {"analytics": None, "personalisation": frozenset({"GB", "IE"})}


async def test_on_a_legitimate_interest_only_an_objection_or_a_restriction_hides_a_person(
    superuser: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    person, french, table = uuid4(), uuid4(), "gamification.award"
    await superuser.execute(has_basis(INTERESTS))
    for whose, market in ((person, "GB"), (french, "FR")):
        await filled(superuser, "people.person", whose, {"id": f"'{whose}'", "market": f"'{market}'"})
        await filled(superuser, table, whose)
    assert await seen(superuser, table, "analytics") == 2, "nobody answered anything"
    assert await seen(superuser, table, "personalisation") == 1, "elsewhere it rests on consent"
    assert await seen(superuser, table, "gamification") == 0
    await filled(superuser, "consent.restriction", person)
    for purpose in ("analytics", "personalisation"):
        assert await seen(superuser, table, purpose) == (purpose == "analytics"), "where no answer exists, too"
    await superuser.execute("delete from consent.restriction")
    objection = {"purpose": "'analytics'", "state": "'withdrawn'", "channel": "null", "topic": "null"}
    await filled(superuser, "consent.current_state", person, objection)
    assert await seen(superuser, table, "analytics") == 1, "one objected"
    assert await seen(superuser, table, "personalisation") == 1, "to that, and to nothing else"
    await superuser.execute("update consent.current_state set channel = 'email'")
    assert await seen(superuser, table, "analytics") == 2, "an objection to a channel is about the channel"


async def test_what_the_look_up_reads_is_there_for_any_purpose_and_for_none_without(
    superuser: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    person = uuid4()
    for table in WITHOUT_LOOKUP:
        await filled(superuser, table, person)
        assert await seen(superuser, table) == 0
        assert await seen(superuser, table, "gamification") == 1


async def test_every_table_that_names_a_person_has_the_policy_of_now(
    superuser: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    policies = {
        f"{row['schemaname']}.{row['tablename']}": row
        for row in await superuser.fetch("select * from pg_policies where schemaname <> 'public'")
    }
    tables = {row["name"] for row in await superuser.fetch(TABLES)}
    assert tables - policies.keys() == EXEMPT.keys()
    assert policies.keys() - tables <= WITHOUT_LOOKUP.keys() <= policies.keys()
    assert {tuple(row["roles"]) for row in policies.values()} == {(APPLICATION,)}
    assert all(row["cmd"] == "ALL" and row["with_check"] is None for row in policies.values())
    assert all("person" in condition_of(table) for table in policies.keys() - WITHOUT_LOOKUP.keys())


def test_the_database_knows_which_purposes_do_not_rest_on_consent() -> None:
    others = {purpose for purpose in Purpose if PURPOSES[purpose].basis in {Basis.CONTRACT, Basis.LEGAL_OBLIGATION}}
    assert others | {UPKEEP} == set(OTHER_BASES)
    assert Purpose.CONTENT_OPERATIONS not in OTHER_BASES, "it touches nobody's data, and so must not see it"


def test_the_register_tells_the_database_what_rests_on_an_interest() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert load(text).interests() == {}, "in the shipped register nothing does"
    everywhere = "bases: {legitimate_interest: everywhere}"
    some = "bases: {legitimate_interest: [GB, US], consent: [eea, CH]}"
    head, _, tail = text.partition("  analytics:")
    changed = head + "  analytics:" + tail.replace("bases: {consent: [eea, GB, CH, US]}", everywhere, 1)
    assert load(changed).interests() == {"analytics": None}
    changed = head + "  analytics:" + tail.replace("bases: {consent: [eea, GB, CH, US]}", some, 1)
    assert load(changed).interests() == {"analytics": frozenset({"GB", "US"})}
    assert "analytics" not in has_basis({})


async def somebody(work: Work, origin: Origin, number: int, *, agrees: bool) -> PersonId:
    new = NewPerson(name=f"P {number}", email=f"p{number}@x.example", market="GB", zone="UTC", locale="en")
    async with work.begin(origin) as uow:
        person = await register(uow, new)
        if agrees:
            notice = NewNotice(purpose=Purpose.GAMIFICATION, version=1, locale="en", text="Points.")
            await consent.publish_notice(uow, notice)
            await consent.record_consent(
                uow,
                person,
                Purpose.GAMIFICATION,
                ConsentChoice(state=Answer.GRANTED, notice_version=1, expires_at=START + timedelta(days=30)),
            )
    return person


FORGETFUL = "select person from people.vault order by person"
"""A query that asks nobody."""


async def test_a_query_that_forgets_to_ask_finds_whom_there_is_a_basis_for(
    work: Work, origin: Origin, clock: MovableClock
) -> None:
    agreed, silent = await somebody(work, origin, 1, agrees=True), await somebody(work, origin, 2, agrees=False)
    asking = msgspec.structs.replace(origin, role="hcp", actor=str(uuid4()))

    async def found(purpose: Purpose | None) -> tuple[list[UUID], list[UUID]]:
        given = msgspec.structs.replace(asking, purpose=purpose)
        async with work.read(given) as uow:
            reading = [row["person"] for row in await uow.fetch(FORGETFUL)]
        async with work.begin(given) as uow:
            writing = [row["person"] for row in await uow.fetch(FORGETFUL)]
        return reading, writing

    for _ in range(3):  # on the same connections, one after the other
        assert await found(Purpose.SERVICE) == ([agreed, silent],) * 2
        assert await found(None) == ([], [])
        assert await found(Purpose.GAMIFICATION) == ([agreed],) * 2
        assert await found(Purpose.LEADERBOARD) == ([], [])
    clock.move(timedelta(days=31))
    assert await found(Purpose.GAMIFICATION) == ([], [])


async def test_no_row_is_added_to_somebody_for_whom_there_is_no_basis(work: Work, origin: Origin) -> None:
    agreed, silent = await somebody(work, origin, 1, agrees=True), await somebody(work, origin, 2, agrees=False)
    given = msgspec.structs.replace(origin, role="hcp", purpose=Purpose.GAMIFICATION)
    add = "insert into people.profile (person, specialties, markets, channels) values ($1, '{}', '{}', '{}')"
    async with work.begin(given) as uow:
        await uow.execute(add, agreed)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with work.begin(given) as uow:
            await uow.execute(add, silent)


async def test_a_session_that_declares_nothing_finds_nobody_whatever_was_declared_before(
    work: Work, origin: Origin
) -> None:
    await somebody(work, origin, 1, agrees=False)
    async with work.read(origin) as uow:
        assert len(await uow.fetch(FORGETFUL)) == 1
    async with DB.reading() as connection:
        assert await connection.fetch(FORGETFUL) == []
    async with DB.writing() as connection:
        assert await connection.fetch(FORGETFUL) == []
    async with DB.appending() as connection:
        assert await connection.fetch(FORGETFUL) == []
