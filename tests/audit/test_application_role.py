"""The database as the enemy: whoever has the application's login can add to the log and read it, and nothing else."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from kernel.clock import MovableClock
from kernel.roles import OWNER
from kernel.unit_of_work import Work
from tests.audit.log import sequenced, superuser, verified, write

ROW = "select md5(string_agg(t::text, '|' order by id)) from audit.entry t"
RIGHTS = "select has_table_privilege('laurel_app', 'audit.entry', 'update, delete, truncate, references, trigger')"
ATTACKS = {
    "UPDATE": "update audit.entry set body = '{}'",
    "DELETE": "delete from audit.leaf",
    "TRUNCATE": "truncate audit.entry",
    "DROP": "drop table audit.entry cascade",
    "ALTER": "alter table audit.entry alter column body drop not null",
    "DISABLE TRIGGER": "alter table audit.entry disable trigger all",
    "replace function": "create or replace function audit.refuse_change() returns trigger language plpgsql as"
    " $$ begin return new; end $$",
    "GRANT to oneself": "grant update on audit.entry to laurel_app",
    "session_replication_role": "set session_replication_role = replica",
    "COPY": "copy audit.entry to program 'cat > /dev/null'",
    "CREATE RULE": "create rule kept_out as on insert to audit.entry do instead nothing",
    "SET ROLE": f"set role {OWNER}",
    "DROP SCHEMA": "drop schema audit cascade",
    "CREATE TRIGGER": "create trigger gone before insert on audit.entry for each row execute function"
    " audit.refuse_change()",
    "CREATE INDEX": "create index slow on audit.entry (body)",
    "upsert": "insert into audit.entry select id, '{}'::bytea from audit.entry limit 1"
    " on conflict (id) do update set body = excluded.body",
    "SELECT FOR UPDATE": "select * from audit.entry for update",
    "SET SESSION AUTHORIZATION": "set session authorization laurel",
    "ALTER ROLE": "alter role laurel_app superuser",
    "CREATE FUNCTION": "create function audit.mine() returns int language sql as 'select 1'",
    "queue": "delete from audit.pending",
    "queue without an entry": "insert into audit.pending (entry) values (gen_random_uuid())",
    "tiles": "update audit.tile set hashes = hashes",
    "checkpoints": "update audit.checkpoint set note = 'mine'",
}


@pytest.fixture
async def attacker(
    work: Work, database_url: str, application_url: str, clock: MovableClock
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A session of the application's login, on a log of a few entries."""
    await sequenced(work, database_url, clock, (20,))
    await write(work, 5, 20)
    connection = await asyncpg.connect(application_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("attack", ATTACKS)
async def test_the_application_can_not_touch_the_log_and_its_owner_could(
    attacker: "asyncpg.Connection[asyncpg.Record]", database_url: str, attack: str
) -> None:
    statement = ATTACKS[attack]
    async with superuser(database_url) as owner:
        before = await owner.fetchval(ROW)
        if attack == "GRANT to oneself":
            await attacker.execute(statement)  # PostgreSQL warns and grants nothing
            assert not await owner.fetchval(RIGHTS)
        else:
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError)) as refused:
                await attacker.execute(statement)
            assert re.search("denied|must be owner|not allowed|permission", str(refused.value)), refused.value
        assert await owner.fetchval(ROW) == before
        control = owner.transaction()
        await control.start()
        await owner.execute(statement)
        if attack == "GRANT to oneself":
            assert await owner.fetchval(RIGHTS)
        await control.rollback()
    assert (await verified(database_url)).ok


async def test_the_application_adds_and_reads(attacker: "asyncpg.Connection[asyncpg.Record]") -> None:
    await attacker.execute("insert into audit.entry select gen_random_uuid(), body from audit.entry limit 1")
    assert await attacker.fetchval("select count(*) from audit.entry") == 26


async def test_the_sequencers_functions_do_nothing_but_the_sequencers_work(
    attacker: "asyncpg.Connection[asyncpg.Record]", database_url: str
) -> None:
    assert await attacker.fetchval("select count(*) from audit.pending") == 5
    assert await attacker.fetchval("select audit.leave_queue(array(select entry from audit.pending))") == 0
    assert await attacker.fetchval("select count(*) from audit.pending") == 5, "what has no index stays in the queue"
    changes = {
        "another hash": "set_byte(hashes, 3, get_byte(hashes, 3) # 1)",
        "cut": "substr(hashes, 1, 32)",
        "another after the first": "substr(hashes, 1, 32) || hashes",
    }
    stored = await attacker.fetchval("select hashes from audit.tile where place = 0")
    for change in changes.values():
        grown = f"select audit.grow_tiles(array[0::bigint], array(select {change} from audit.tile where place = 0))"
        assert await attacker.fetchval(grown) == 0
        assert await attacker.fetchval("select hashes from audit.tile where place = 0") == stored
    longer = "select audit.grow_tiles(array[0::bigint], array[$1::bytea])"
    assert await attacker.fetchval(longer, stored + bytes(32)) == 1, "what only gets longer is the sequencer's work"
    async with superuser(database_url) as owner:
        await owner.execute("update audit.tile set hashes = $1 where place = 0", stored)


async def test_a_function_of_the_attackers_is_not_taken_for_one_that_the_owner_uses(
    attacker: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    await attacker.execute(
        "create function pg_temp.octet_length(bytea) returns int language plpgsql as"
        " $$ begin execute 'delete from audit.pending'; return 0; end $$"
    )
    await attacker.execute("set search_path = pg_temp, pg_catalog")
    await attacker.fetchval("select audit.grow_tiles(array[0::bigint], array(select hashes from audit.tile limit 1))")
    assert await attacker.fetchval("select count(*) from audit.pending") == 5
