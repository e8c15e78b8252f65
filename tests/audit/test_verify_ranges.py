"""What a verification decides range by range is the same in one process and in many."""

import pytest

from audit import FindingKind, ranges
from tests.audit.log import FLIP, change, of, verified

ENTRY = "(select entry from audit.leaf where index = 300)"


async def test_several_processes_name_what_one_names(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await change(log, f"update audit.entry set body = {FLIP.format('body', 20)} where id = {ENTRY}")
    alone = await verified(log)
    monkeypatch.setattr(ranges, "FEW", 0)
    assert await verified(log) == alone
    assert of(alone) == [(300, FindingKind.ENTRY_CHANGED)]
    await change(log, f"update audit.entry set body = {FLIP.format('body', 20)} where id = {ENTRY}")
    assert (await verified(log)).ok


async def test_a_mark_in_place_of_an_absent_value_is_named(log: str) -> None:
    await change(log, "update audit.leaf set subject = null, purpose = E'\\r' where index = 300")
    assert of(await verified(log)) == [(300, FindingKind.COLUMN_CHANGED)]
