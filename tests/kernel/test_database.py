"""The way to PostgreSQL: a connection comes back whatever happens, reads can't write, and a server may come and go."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import pytest
from piccolo.engine.exceptions import TransactionError

from kernel.database import APPLICATION, DB, DatabaseRefusedError, DatabaseUnavailableError
from kernel.facts import Origin
from kernel.tables import Outbox
from kernel.unit_of_work import Work
from tests.api.lines import Line, through, whole
from tests.architecture.tree import modules

OWN_CONNECTIONS = {"audit/publisher.py", "audit/sequencer.py", "audit/snapshot.py", "audit/verify.py"}
"""Modules that use connections of their own, which nobody uses after them."""

DECLARING = {"kernel/declaring.py: set_config("}
"""What a session declares anew whenever somebody else reads with it (tests/consent/test_row_security.py)."""

CHANGES_SESSION = re.compile(
    r"(?:^|[;\"'])\s*(?:set\s+(?!local\b|constraints\b)\w+\s*(?:=|to\b)|set\s+session\b|listen\s|prepare\s|discard\s)"
    r"|\bpg_(?:try_)?advisory_lock\b|\bcreate\s+temp|\bwith\s+hold\b|\bset_config\(",
    re.IGNORECASE | re.MULTILINE,
)
LATER = (
    "create table if not exists public.one (id int primary key);"
    "create table if not exists public.other (id int references public.one deferrable initially deferred);"
    f"grant all on public.one, public.other to {APPLICATION}"
)


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[None]:
    """Two connections and no more: what doesn't come back is missed at once."""
    await DB.open(database_url, size=2)
    owner = await asyncpg.connect(database_url)
    await owner.execute(LATER)
    yield
    await owner.execute("drop table public.other, public.one")
    await owner.close()
    await DB.close()


async def broken_promise() -> None:
    """Fail at COMMIT, and not before."""
    async with DB.writing() as connection:
        await connection.execute("insert into public.other values (1)")


@pytest.mark.usefixtures("narrow")
async def test_a_failed_commit_gives_its_connection_back() -> None:
    for _ in range(5):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await broken_promise()
    async with asyncio.timeout(2), DB.writing() as connection:
        assert await connection.fetchval("select count(*) from public.other") == 0


async def sleepy(begun: asyncio.Event) -> None:
    async with DB.writing() as connection:
        await connection.execute("insert into public.one values (1)")
        begun.set()
        await connection.execute("select pg_sleep(30)")


@pytest.mark.usefixtures("narrow")
async def test_a_cancelled_statement_gives_its_connection_back_and_leaves_nothing() -> None:
    for _ in range(3):
        begun = asyncio.Event()
        tasks = [asyncio.create_task(sleepy(begun))]
        await begun.wait()
        tasks[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
    async with asyncio.timeout(2), DB.writing() as connection:
        assert await connection.fetchval("select count(*) from public.one") == 0
        asleep = (
            "select count(*) from pg_stat_activity where query like '%pg_sleep(30)' and datname = current_database()"
        )
        assert await connection.fetchval(f"{asleep} and pid <> pg_backend_pid() and state = 'active'") == 0


@pytest.mark.usefixtures("narrow")
async def test_a_nested_transaction_is_undone_alone_and_kept_with_the_outer_one() -> None:
    async with DB.transaction() as outer:
        connection = outer.connection
        await connection.execute("insert into public.one values (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with DB.transaction():
                await connection.execute("insert into public.one values (2), (1)")
        async with DB.transaction():
            await connection.execute("insert into public.one values (3)")
    async with DB.reading() as reading:
        assert [row["id"] for row in await reading.fetch("select id from public.one order by id")] == [1, 3]


async def kept_promise_inside() -> None:
    async with DB.transaction() as outer:
        async with DB.transaction():
            await outer.connection.execute("insert into public.other values (1)")
        await outer.connection.execute("select 1 / 0")  # not reached: the inner one checks its promises when it ends


@pytest.mark.usefixtures("narrow")
async def test_a_nested_transaction_keeps_its_promises_when_it_ends() -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await kept_promise_inside()


@pytest.mark.usefixtures("narrow")
async def test_a_read_can_not_write_whatever_its_code_says() -> None:
    async with DB.reading() as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("insert into public.one values (1)")
    async with DB.reading():
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await Outbox.insert(Outbox(id=uuid4(), topic="x", key=uuid4()))
    async with DB.writing() as connection:
        await connection.execute("insert into public.one values (1)")


async def undone() -> None:
    async with DB.writing():
        await Outbox.insert(Outbox(id=uuid4(), topic="x", key=uuid4()))
        assert await Outbox.count() == 1
        raise ZeroDivisionError


@pytest.mark.usefixtures("narrow")
async def test_piccolos_queries_are_part_of_the_transaction_around_them() -> None:
    with pytest.raises(ZeroDivisionError):
        await undone()
    async with DB.reading():
        assert await Outbox.count() == 0


@pytest.mark.usefixtures("narrow")
async def test_a_transaction_is_never_opened_inside_another_by_mistake() -> None:
    async with DB.writing():
        with pytest.raises(TransactionError):
            await broken_promise()


@pytest.mark.usefixtures("narrow")
async def test_nothing_of_one_transaction_is_left_to_the_next_on_the_same_connection() -> None:
    for _ in range(2):
        async with DB.writing() as connection:
            assert await connection.fetchval("show lock_timeout") == "5s"
            assert await connection.fetchval("show statement_timeout") == "10s"
            await connection.execute("set local lock_timeout = '1s'")
            await connection.execute("select pg_advisory_xact_lock(1)")
            held = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
            assert await connection.fetchval(held) == 1


def test_no_code_changes_the_session_of_a_pooled_connection() -> None:
    rooms = [module for module in modules() if module.room not in {"tests", "migrations", "benchmarks"}]
    assert len(rooms) > 100
    assert [
        f"{module}: {match.group().strip()}"
        for module in rooms
        if str(module) not in OWN_CONNECTIONS
        for match in CHANGES_SESSION.finditer(module.text)
        if f"{module}: {match.group().strip()}" not in DECLARING
    ] == []
    for statement in ('"set role = x"', "'LISTEN board'", "select pg_try_advisory_lock(1)", "create temp table x ()"):
        assert CHANGES_SESSION.search(statement), statement
    for statement in ('"set local role = x"', "update x set a = 1", "select pg_advisory_xact_lock(1)"):
        assert not CHANGES_SESSION.search(statement), statement


async def test_a_server_that_is_away_is_unavailable_and_back_without_a_restart(
    database_url: str, work: Work, origin: Origin
) -> None:
    host = parse_qs(urlsplit(database_url).query)["host"][0]
    with TemporaryDirectory(prefix="laurel") as folder:
        line = Line(Path(folder) / ".s.PGSQL.5432", Path(host) / ".s.PGSQL.5432")
        async with whole(line):
            await DB.close()
            await DB.open(through(database_url, Path(host), Path(folder)), size=2)
            for _ in range(2):
                async with work.begin(origin) as uow:
                    assert await uow.fetchval("select 1") == 1
                await line.cut()
                for opening in (work.begin, work.read):
                    with pytest.raises(DatabaseUnavailableError):
                        await asked(opening(origin))
                await line.mend()


async def asked(opening: object) -> None:
    async with opening as uow:  # type: ignore[attr-defined]
        await uow.fetchval("select 1")


async def test_a_pool_that_is_not_open_is_unavailable() -> None:
    await DB.close()
    for opening in (DB.writing, DB.reading, DB.appending):
        with pytest.raises(DatabaseUnavailableError):
            await asked(opening())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda url: re.sub(r":[^:@/]*@", ":wrong@", url), DatabaseRefusedError),
        (lambda url: re.sub(r"@/\w+", "@/nothing_there", url), DatabaseRefusedError),
        (lambda url: re.sub(r"host=[^&]*", "host=/nowhere", url), DatabaseUnavailableError),
    ],
    ids=["wrong password", "no such database", "no such server"],
)
async def test_opening_says_whether_the_server_is_away_or_does_not_let_us_in(
    migrated_url: str, change: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await DB.open(change(migrated_url))  # type: ignore[operator]
    await DB.open(migrated_url)
    await DB.close()
