"""A trail that falls behind raises an alarm, then refuses writes, until its backlog is gone."""

import pytest

from api import floods
from api.floods import ALARM, REFUSE, Pressure, TrailBehindError
from audit.store import MOST_COUNTED
from kernel.clock import MovableClock
from kernel.unit_of_work import Work
from tests.audit.log import sequence, write
from tests.logs import captured


async def test_the_alarm_comes_before_the_refusal_and_both_end_with_the_backlog(
    work: Work, database_url: str, clock: MovableClock
) -> None:
    await write(work, 6)
    with captured(floods) as logs:
        await Pressure(work, alarm=6, refuse=6).admit()
        await Pressure(work, alarm=5, refuse=6).admit()
        for alarm in (5, 4):
            with pytest.raises(TrailBehindError):
                await Pressure(work, alarm=alarm, refuse=5).admit()
    assert [each["waiting"] for each in logs if each["event"] == "audit_entries_wait"] == [6, 6, 6]
    await sequence(database_url, clock)
    await Pressure(work, alarm=0, refuse=0).admit()
    assert ALARM < REFUSE < MOST_COUNTED
