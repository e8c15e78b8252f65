"""Verification names whatever a superuser changes about checkpoints, by the index of an entry they cover."""

import pytest

from audit import FindingKind
from audit.rules.notes import LogKey
from tests.audit.log import FLIP, KEY, SIZE, change, of, superuser, verified


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
