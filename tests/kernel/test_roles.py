"""`laurel migrate` makes the roles on any server: as its superuser, and as a login that owns one database."""

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from kernel.database import DB, DatabaseUnavailableError, RoleMissingError
from kernel.embedded import Running
from kernel.migrate import ROOMS, PoliciesOutdatedError, RolesRefusedError, migrate, require_newest
from kernel.roles import OWNER, can_become_owner, may_establish
from kernel.row_security import Interests
from tests.conftest import _execute, _named

NAME = f"roles_{os.getpid()}"
KEEPER, APP, STRANGER = (f"{NAME}_{word}" for word in ("keeper", "app", "stranger"))
SECRET = "a b'c%/"  # what a URL and an SQL text both have to quote
OWNERS = """
select distinct relowner::regrole::text from pg_class join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'p') and (nspname = any($1) or nspname = 'public')
"""


@pytest.fixture
async def urls(servers: Running) -> AsyncIterator[dict[str, str]]:
    """A database that belongs to somebody who is no superuser but may create roles, as hosted servers give it."""
    await _execute(servers.database_url, f"create role {KEEPER} login createrole password 'x'")
    await _execute(servers.database_url, f"create role {STRANGER} login password 'x'")
    await _execute(servers.database_url, f"create database {NAME} owner {KEEPER}")
    at = _named(servers.database_url, NAME)
    login = at.split("//", 1)[1].split("@", 1)[0]
    yield {
        "admin": at,
        KEEPER: at.replace(login, f"{KEEPER}:x"),
        STRANGER: at.replace(login, f"{STRANGER}:x"),
        APP: at.replace(login, f"{APP}:a%20b%27c%25%2F"),
    }
    await DB.close()
    await _execute(servers.database_url, f"drop database {NAME} with (force)")
    for role in (APP, STRANGER, KEEPER):
        await _execute(servers.database_url, f"drop role if exists {role}")


async def run(as_whom: str, application: str, interests: Interests | None = None) -> None:
    await DB.open(as_whom, size=2, role=None)
    try:
        await migrate(application, interests)
    finally:
        await DB.close()


async def let_in(urls: dict[str, str]) -> None:
    """Do what an administrator does once where the roles were made by somebody else."""
    await _execute(urls["admin"], f"grant {OWNER}, laurel_app to {KEEPER} with admin option")


async def test_the_owner_of_a_database_migrates_it_and_the_application_works_in_it(urls: dict[str, str]) -> None:
    await let_in(urls)
    for _ in range(2):
        await run(urls[KEEPER], urls[APP])
    connection = await asyncpg.connect(urls["admin"])
    assert [row[0] for row in await connection.fetch(OWNERS, list(ROOMS))] == [OWNER]
    await connection.close()
    await DB.open(urls[APP], size=2)
    await require_newest()
    async with DB.writing() as session:
        assert await session.fetchval("select current_user::text || session_user") == f"laurel_app{APP}"
        assert not await can_become_owner(session)
        assert not await may_establish(session)
        await session.execute("delete from kernel.outbox")


async def test_a_database_that_guards_rows_by_another_register_is_not_served_before_it_is_migrated(
    urls: dict[str, str],
) -> None:
    await let_in(urls)
    former: Interests = {"analytics": None}
    changed: Interests = {"analytics": ["DE", "FR"], "contact": None}
    for interests, other in ((former, changed), (changed, {}), ({}, former)):
        await run(urls[KEEPER], urls[APP], interests)
        await DB.open(urls[APP], size=2)
        await require_newest(interests)
        with pytest.raises(PoliciesOutdatedError) as refused:
            await require_newest(other)
        assert "laurel migrate" in str(refused.value.remedy)
        await DB.close()
    await _execute(urls["admin"], "alter table people.vault disable row level security")
    await DB.open(urls[APP], size=2)
    with pytest.raises(PoliciesOutdatedError):
        await require_newest({})


async def test_what_somebody_else_made_becomes_the_owners(urls: dict[str, str]) -> None:
    await let_in(urls)
    await run(urls[KEEPER], urls[APP])
    connection = await asyncpg.connect(urls["admin"])
    await connection.execute(f"alter table audit.entry owner to {KEEPER}")
    await connection.execute(f"alter function audit.refuse_change() owner to {KEEPER}")
    await connection.execute(f"alter schema audit owner to {KEEPER}")
    await run(urls[KEEPER], urls[APP])
    assert [row[0] for row in await connection.fetch(OWNERS, list(ROOMS))] == [OWNER]
    owners = (
        "select nspowner::regrole::text, proowner::regrole::text from pg_proc join pg_namespace n"
        " on n.oid = pronamespace where proname = 'refuse_change'"
    )
    assert tuple(await connection.fetchrow(owners) or ()) == (OWNER, OWNER)
    await connection.close()


async def test_who_may_not_make_roles_is_told_what_to_do(urls: dict[str, str]) -> None:
    with pytest.raises(RolesRefusedError) as refused:
        await run(urls[STRANGER], urls[APP])
    assert "LAUREL_MIGRATION_DATABASE_URL" in str(refused.value.remedy)
    with pytest.raises(RoleMissingError):
        await DB.open(urls[STRANGER], size=2)
    await DB.open(urls[STRANGER], size=2, role=None)


async def test_databases_that_are_migrated_at_the_same_time_do_not_trip_over_each_others_roles(
    urls: dict[str, str], servers: Running
) -> None:
    async def other() -> None:
        connection = await asyncpg.connect(servers.database_url)
        for _ in range(50):
            await connection.execute("alter role laurel_app valid until 'infinity'")
        await connection.close()

    async with asyncio.TaskGroup() as group:
        group.create_task(other())
        await run(urls["admin"], urls[APP])
    with pytest.raises(DatabaseUnavailableError):
        async with DB.writing():
            raise AssertionError
