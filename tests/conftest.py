"""Real servers for every test: one embedded PostgreSQL and Valkey, a fresh migrated database per test."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import hypothesis
import pytest

import access
import audit
import consent
import people
from kernel import epochs
from kernel.cache import Cache
from kernel.clock import MovableClock
from kernel.database import DB
from kernel.embedded import Running, start
from kernel.facts import Origin
from kernel.keyring import Keyring, LocalKey
from kernel.keys import Keys, new_rsa_key
from kernel.migrate import migrate
from kernel.unit_of_work import UnitOfWork, Work

# The same examples on every machine and in every run, so that what fails can be looked at again, and no limit of time
# for one of them, so that a busy machine is no failure. Exploring is what the long run is for.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("exploring", deadline=None, print_blob=True)

HOME = Path(__file__).resolve().parents[1] / ".laurel" / "tests"
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EMPTY = """
do $$ declare each record; guard text; guards text[]; filled boolean; begin
  set local session_replication_role = replica;
  for each in select format('%I.%I', schemaname, relname) as name, relid from pg_stat_user_tables
      where schemaname <> 'public' loop
    execute format('select exists (select from %s)', each.name) into filled;
    continue when not filled;
    guards := array(select tgname from pg_trigger where tgrelid = each.relid and tgenabled = 'A');
    foreach guard in array guards loop
      execute format('alter table %s disable trigger %I', each.name, guard);
    end loop;
    execute format('delete from %s', each.name);
    foreach guard in array guards loop
      execute format('alter table %s enable always trigger %I', each.name, guard);
    end loop;
  end loop;
end $$
"""
KEYS = Keys(
    token_key=b"t" * 32,
    audit_key=b"a" * 32,
    key_encryption_key=b"k" * 32,
    email_index_key=b"b" * 32,
    identifier_index_key=b"i" * 32,
    badge_key=b"g" * 32,
    receipt_key=b"r" * 32,
    suppression_key=b"s" * 32,
    badge_rsa_key=new_rsa_key(),
)


@pytest.fixture(scope="session")
def servers() -> Iterator[Running]:
    """Embedded servers for the whole run; durability is given up, since every database lives for one test."""
    with start(HOME, FAST) as running:
        yield running


@pytest.fixture(scope="session")
def migrated_url(servers: Running) -> Iterator[str]:
    """Give one migrated database to this test process, dropped afterwards."""
    name = f"test_{os.getpid()}"
    url = _named(servers.database_url, name)
    asyncio.run(_make_database(servers, name))
    yield url
    asyncio.run(_execute(servers.database_url, f'drop database "{name}" with (force)'))


@pytest.fixture
def database_url(migrated_url: str) -> str:
    """Give the process's database, emptied: deleting few rows is much faster than a database per test.

    Replication mode silences the triggers that make tables append-only, which only a superuser can do.
    """
    asyncio.run(_execute(migrated_url, EMPTY))
    return migrated_url


@pytest.fixture
def application_url(servers: Running, database_url: str) -> str:
    """Give the same database as the login that is the application and nothing else, as production has it.

    The other tests log in as a superuser, so that they can damage things; what they test has the application's role.
    """
    return _named(servers.application_url, urlsplit(database_url).path.strip("/"))


@pytest.fixture
def redis_url(servers: Running) -> str:
    """Give Valkey's address; each test process has a logical database of its own, flushed for every test."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "gw0")) or 0)
    return f"{servers.redis_url}?db={worker}"


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands on a Monday morning in March 2026 until it is moved."""
    return MovableClock(START)


@pytest.fixture
def origin() -> Origin:
    """The test itself as the one who asks."""
    return Origin(request=UUID(int=1), actor="system:test", role="system", route="test")


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[Cache]:
    """An empty Valkey."""
    made = Cache(redis_url)
    await made.client.flushdb()
    epochs.use(epochs.Epochs(made))
    yield made
    await made.close()


@pytest.fixture
async def work(
    database_url: str,
    clock: MovableClock,
    cache: Cache,  # noqa: ARG001 - its epochs are what the rooms move
) -> AsyncIterator[Work]:
    """Units of work on this test's database, audited, with epochs in an empty Valkey."""
    await DB.open(database_url, size=8)
    configure_rooms()
    yield Work(clock, audit.append)
    await DB.close()


@pytest.fixture
async def uow(work: Work, origin: Origin) -> AsyncIterator[UnitOfWork]:
    """One open unit of work, committed at the end of the test."""
    async with work.begin(origin) as opened:
        yield opened


def configure_rooms() -> None:
    """Hand the rooms their keys, as the composition root does."""
    wrapping = Keyring(LocalKey(KEYS.key_encryption_key))
    people.configure(people.VaultKeys(wrapping, KEYS.email_index_key, KEYS.identifier_index_key))
    consent.configure(KEYS.suppression_key)
    keys = access.TokenKeys(KEYS.token_key)
    authority = access.Authority(keys, "https://laurel.test", "laurel")
    access.configure(authority, access.party(authority.issuer, None, ()))


async def _make_database(servers: Running, name: str) -> None:
    await _execute(servers.database_url, f'create database "{name}"')
    await DB.open(_named(servers.database_url, name), role=None)
    try:
        await migrate(_named(servers.application_url, name))
    finally:
        await DB.close()


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    return re.sub(r"/[^/?]*\?", f"/{database}?", url, count=1) if "?" in url else url.rsplit("/", 1)[0] + f"/{database}"
