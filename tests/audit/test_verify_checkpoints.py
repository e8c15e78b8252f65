"""Verification names whatever a superuser changes about checkpoints, by the index of an entry they cover."""

import pytest

import audit
from audit import FindingKind
from audit.rules.notes import LogKey
from kernel.clock import MovableClock
from kernel.unit_of_work import Work
from tests.audit.log import FLIP, KEY, SIZE, change, of, sequenced, superuser, verified, write


@pytest.mark.parametrize(
    "edit",
    [
        f"root = {FLIP.format('root', 0)}",
        "note = replace(note, '300', '301')",
        "note = left(note, -5) || 'AAA=' || e'\\n'",
        "note = note || e'x\\n'",
        "size = 301",
    ],
)
async def test_a_changed_checkpoint_is_named(log: str, edit: str) -> None:
    await change(log, f"update audit.checkpoint set {edit} where size = 300")
    report = await verified(log)
    assert of(report) == [(300 if edit.startswith("size") else 299, FindingKind.CHECKPOINT_CHANGED)]


async def test_a_checkpoint_of_another_key_is_named(log: str) -> None:
    other = LogKey(KEY.origin, bytes(32))
    async with superuser(log) as connection:
        note = await connection.fetchval("select note from audit.checkpoint where size = 700")
    forged = other.sign_note(note.split("\n\n")[0] + "\n")
    await change(log, f"update audit.checkpoint set note = '{forged}' where size = 700")
    assert (699, FindingKind.CHECKPOINT_CHANGED) in of(await verified(log))


@pytest.mark.parametrize(("size", "index"), [(100, 0), (300, 100), (600, 300)])
async def test_a_deleted_checkpoint_is_named(log: str, size: int, index: int) -> None:
    await change(log, f"delete from audit.checkpoint where size = {size}")
    assert of(await verified(log)) == [(index, FindingKind.CHECKPOINT_MISSING)]


async def test_checkpoints_that_were_set_back_are_named(log: str) -> None:
    await change(log, "delete from audit.checkpoint where size > 300")
    report = await verified(log)
    assert of(report) == [(300, FindingKind.TAIL_UNSIGNED)]
    assert (report.size, report.entries) == (300, SIZE)


async def test_after_a_change_of_the_key_old_checkpoints_verify_and_the_old_key_signs_nothing_new(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await sequenced(work, database_url, clock, (100, 50))
    new = audit.LogKey(KEY.origin, b"n" * 32)
    former = [audit.FormerKey(KEY.vkey, 150)]
    await write(work, 30, 150)
    with pytest.raises(audit.LogDamagedError):
        async with audit.sequencing(database_url, new, clock):
            raise AssertionError
    async with audit.sequencing(database_url, new, clock, former) as sequencing:
        assert await sequencing.sequence_once() == 30
    report = await audit.verify(database_url, new.vkey, former=former)
    assert (report.ok, report.checkpoints, report.size) == (True, 3, 180)
    assert not (await audit.verify(database_url, new.vkey)).ok
    later = [audit.FormerKey(KEY.vkey, 180)]
    report = await audit.verify(database_url, new.vkey, former=later)
    assert (179, FindingKind.CHECKPOINT_CHANGED) in of(report)
