"""What somebody hides who may change the tables themselves: neither a missing value nor a second one passes."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

import audit
from audit.rules.removals import removal
from audit.vocabulary import FindingKind
from kernel.canonical import canonical
from kernel.clock import MovableClock
from kernel.unit_of_work import Work
from tests.audit.log import KEY, SIZE, change, fact, of, origin, sequence, superuser, verified, write

FORGED = UUID("f0000000-0000-7000-8000-000000000001")
LEAF = "insert into audit.leaf (index, entry, leaf_hash, at, actor, action, decision, route)"
TABLES = "audit.entry, audit.leaf, audit.pending, audit.tile, audit.checkpoint"
# Each rule of these tables: how it goes, and how it comes again.
RULES = """
with ruled as (select c.oid, c.oid::regclass::text as name from pg_class c where c.relkind = 'r'
    and c.relnamespace = 'audit'::regnamespace and c.relname in ('entry', 'leaf', 'tile', 'checkpoint'))
select format('alter table %s drop constraint %I cascade', name, conname) as goes,
    format('alter table %s add constraint %I %s', name, conname, pg_get_constraintdef(c.oid)) as comes,
    case when c.conindid <> 0 then replace(pg_get_indexdef(c.conindid), 'UNIQUE ', '') end as instead,
    case when c.conindid <> 0 then c.conindid::regclass::text end as index, contype <> 'p' as late
from ruled join pg_constraint c on c.conrelid = ruled.oid where contype in ('c', 'p', 'u')
union all
select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid),
    replace(pg_get_indexdef(i.indexrelid), 'UNIQUE ', ''), i.indexrelid::regclass::text, true
from ruled join pg_index i on i.indrelid = ruled.oid
where i.indisunique and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
union all
select format('alter table %s alter column %I drop not null', name, attname),
    format('alter table %s alter column %I set not null', name, attname), null, null, true
from ruled join pg_attribute a on a.attrelid = ruled.oid where a.attnotnull and a.attnum > 0
order by late
"""
Run = Callable[..., Coroutine[Any, Any, None]]


def entry(index: int) -> str:
    return f"(select entry from audit.leaf where index = {index})"


@pytest.fixture
async def loose(log: str) -> AsyncIterator[Run]:
    """Lend the log without any rule that its tables have; afterwards they have them again."""
    async with superuser(log) as connection:

        async def run(*statements: str) -> None:
            for statement in statements:
                await connection.execute(statement)

        rules = await connection.fetch(RULES)
        for row in rules:
            await run(row["goes"], *([row["instead"]] if row["instead"] else []))
        yield run
        await run(f"truncate {TABLES} cascade")
        for row in rules:
            await run(*([f"drop index {row['index']}"] if row["index"] else []), row["comes"])


async def test_a_log_without_its_tables_rules_is_in_order_still(loose: Run, log: str) -> None:
    await loose()
    assert (await verified(log)).ok, "the control of what follows"


async def test_a_removal_that_stands_before_the_log_removes_nothing(loose: Run, log: str) -> None:
    said = removal([120])
    detail = {"first_index": said.first_index, "removed": said.removed}
    body = canonical({"action": "audit:entries:removed", "detail": detail}).decode()
    await loose(
        f"delete from audit.entry where id = {entry(120)}",
        "delete from audit.leaf where index = 120",
        f"insert into audit.entry values ('{FORGED}', '{body}'::bytea)",
        f"{LEAF} values (-1, '{FORGED}', sha256(''), now(), '', 'audit:entries:removed', '', '')",
    )
    found = of(await verified(log))
    assert (120, FindingKind.LEAF_MISSING) in found
    assert (0, FindingKind.LEAF_ASTRAY) in found


@pytest.mark.parametrize("place", ["-1", "null"])
async def test_what_waits_is_not_hidden_before_the_log(
    loose: Run, log: str, work: Work, clock: MovableClock, place: str
) -> None:
    await write(work, 1, 900)
    await loose(
        f"{LEAF} select {place}, entry, sha256(''), now(), '', '', '', '' from audit.pending",
        "delete from audit.pending",
    )
    assert await sequence(log, clock) == 0
    assert {kind for _, kind in of(await verified(log))} == {FindingKind.ENTRY_UNSEQUENCED, FindingKind.LEAF_ASTRAY}


async def test_two_bodies_in_one_row_are_not_those_of_two(loose: Run, log: str) -> None:
    await loose(
        f"update audit.entry set body = body || E'\\n'::bytea || (select body from audit.entry where id = {entry(301)})"
        f" where id = {entry(300)}",
        f"update audit.entry set body = null where id = {entry(301)}",
    )
    assert {index for index, _ in of(await verified(log))} == {300, 301}


@pytest.mark.parametrize("column", ["action", "actor", "decision", "route"])
async def test_two_words_in_one_row_are_not_those_of_two(loose: Run, log: str, column: str) -> None:
    await loose(
        f"update audit.leaf set {column} = {column} || E'\\n'"
        f" || (select {column} from audit.leaf where index = 301) where index = 300",
        f"update audit.leaf set {column} = null where index = 301",
        f"update audit.leaf set subject = '{UUID(int=2**128 - 1)}' where index = 300 and subject is null",
    )
    found = of(await verified(log))
    assert {(300, FindingKind.COLUMN_CHANGED), (301, FindingKind.COLUMN_CHANGED)} <= set(found)


async def test_two_hashes_in_one_row_are_not_those_of_two(loose: Run, log: str) -> None:
    await loose(
        "update audit.leaf set leaf_hash = leaf_hash || (select leaf_hash from audit.leaf where index = 301)"
        " where index = 300",
        "update audit.leaf set leaf_hash = '' where index = 301",
    )
    assert {index for index, _ in of(await verified(log))} == {300, 301}


async def test_a_second_entry_of_the_same_id_is_named(loose: Run, log: str) -> None:
    await loose(
        "insert into audit.entry select id, convert_to(replace(convert_from(body, 'UTF8'), 'allowed', 'refused'),"
        f" 'UTF8') from audit.entry where id = {entry(300)}",
    )
    assert (300, FindingKind.ENTRY_REPEATED) in of(await verified(log))


@pytest.mark.parametrize("place", [2, 1 << 48])
async def test_a_second_tile_at_the_same_place_is_named(loose: Run, log: str, place: int) -> None:
    await loose(
        f"with gone as (delete from audit.tile where place = {place} returning place, hashes) insert into audit.tile"
        " select place, set_byte(hashes, 3, get_byte(hashes, 3) # 1) from gone union all select place, hashes from gone"
    )
    assert FindingKind.TILE_MISSING in {kind for _, kind in of(await verified(log))}


async def test_an_entry_that_another_waits_for_instead_is_named(loose: Run, log: str, work: Work) -> None:
    await write(work, 1, 900)
    await loose(f"update audit.pending set entry = {entry(3)}")
    assert [kind for _, kind in of(await verified(log))] == [FindingKind.ENTRY_UNSEQUENCED] * 2


@pytest.mark.parametrize(
    "change_",
    [
        "update audit.leaf set at = '0044-03-15 BC' where index = 300",
        "update audit.leaf set at = '294276-12-31' where index = 300",
        "update audit.leaf set at = '-infinity' where index = 300",
        "update audit.leaf set entry = null where index = 300",
        "update audit.checkpoint set note = null where size = 300",
        "update audit.checkpoint set link = null where size = 300",
        "update audit.checkpoint set root = null where size = 300",
        "update audit.tile set hashes = null where place = 1",
        "update audit.tile set hashes = null where place = 1::bigint << 48",
        "insert into audit.tile values (7::bigint << 48 | 77, decode(repeat('00', 32), 'hex'))",
    ],
)
async def test_values_that_nothing_can_have_are_named(loose: Run, log: str, change_: str) -> None:
    await loose(change_)
    assert of(await verified(log))


async def test_rows_that_a_policy_hides_from_others_are_not_verified_instead(
    log: str, work: Work, application_url: str
) -> None:
    async with superuser(log) as connection:
        await connection.execute("alter table audit.leaf enable row level security")
        await connection.execute(
            "create policy hiding on audit.leaf"
            " using (index <> 300 or current_setting('application_name') = 'laurel audit verify') with check (true)"
        )
        try:
            async with work.begin(origin()) as uow:
                with pytest.raises(audit.EntryNotFoundError):
                    await audit.entry(uow, 300)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await audit.verify(application_url, KEY.vkey)
        finally:
            await connection.execute("drop policy hiding on audit.leaf")
            await connection.execute("alter table audit.leaf disable row level security")
    assert (await audit.verify(application_url, KEY.vkey)).ok, "the control"


async def test_a_minimum_index_beyond_what_was_removed_is_named_and_excuses_nothing(
    log: str, work: Work, tmp_path: Any
) -> None:
    await change(log, "insert into audit.minimum values (1, 512)")
    assert of(await verified(log)) == [(0, FindingKind.MINIMUM_CHANGED)]
    with (tmp_path / "whole").open("wb") as file:
        async with work.begin(origin()) as uow:
            assert (await audit.write_archive(uow, KEY, audit.EntryFilter(), range(SIZE), file)).removed == 0
    await change(log, f"delete from audit.entry where id = {entry(120)}", "delete from audit.leaf where index = 120")
    with (tmp_path / "export").open("wb") as file:
        async with work.begin(origin()) as uow:
            with pytest.raises(audit.LogDamagedError, match="Entry 120"):
                await audit.write_archive(uow, KEY, audit.EntryFilter(), range(SIZE), file)


async def test_a_checkpoint_for_each_of_many_entries_is_in_order(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    async with audit.sequencing(database_url, KEY, clock) as sequencing:
        for number in range(1030):
            said = fact(number)
            if number == 5:  # looked at closely: a comparison of long texts can't tell
                said = msgspec.structs.replace(said, detail={"note": "two\nlines"})
            await work.append([(origin(number), said)])
            assert await sequencing.sequence_once() == 1
    report = await verified(database_url)
    assert (report.ok, report.checkpoints) == (True, 1030)
    await change(database_url, "update audit.checkpoint set note = 'nonsense' where size = 1010")
    assert (1009, FindingKind.CHECKPOINT_CHANGED) in of(await verified(database_url))


async def test_a_review_is_shown_as_it_was_signed(log: str, work: Work, clock: MovableClock) -> None:
    async with work.begin(origin()) as uow:
        signed = await audit.sign_review(uow, UUID(int=99), range(100), audit.Meaning.FINDINGS_RAISED)
    await sequence(log, clock)
    await change(log, "update audit.review set meaning = 'in-order', reviewer = gen_random_uuid(), end_index = 700")
    async with work.begin(origin()) as uow:
        (shown,) = (await audit.reviews(uow, None, 5)).items
    assert msgspec.structs.replace(shown, reviewer=signed.reviewer) == signed
    assert str(shown.reviewer) == origin().actor


@pytest.mark.parametrize(
    ("replaced", "back"),
    [
        (
            (
                "alter table audit.checkpoint rename to kept",
                "create view audit.checkpoint as select * from audit.kept",
                "grant select on audit.checkpoint to public",
            ),
            ("drop view audit.checkpoint", "alter table audit.kept rename to checkpoint"),
        ),
        (
            ("create rule hidden as on insert to audit.checkpoint do instead nothing",),
            ("drop rule hidden on audit.checkpoint",),
        ),
        (
            (
                "create policy hidden on audit.leaf using (index < 100)",
                "alter table audit.leaf enable row level security",
            ),
            ("alter table audit.leaf disable row level security", "drop policy hidden on audit.leaf"),
        ),
        (("create table audit.more () inherits (audit.review)",), ("drop table audit.more",)),
    ],
    ids=["a view", "a rule", "a policy", "another table"],
)
async def test_who_puts_something_else_in_a_tables_place_is_seen(
    log: str, replaced: tuple[str, ...], back: tuple[str, ...]
) -> None:
    async with superuser(log) as connection:
        for statement in replaced:
            await connection.execute(statement)
        try:
            found = of(await verified(log))
        finally:
            for statement in back:
                await connection.execute(statement)
    assert found == [(0, FindingKind.TABLE_REPLACED)]
    assert (await verified(log)).ok, "the control"
