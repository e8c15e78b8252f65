"""A log in order, for the tests that change something in it."""

import pytest

from kernel.clock import MovableClock
from kernel.unit_of_work import Work
from tests.audit.log import PORTIONS, SIZE, sequenced, verified


@pytest.fixture
async def log(work: Work, database_url: str, clock: MovableClock) -> str:
    """A log of 700 entries under four checkpoints, in order."""
    await sequenced(work, database_url, clock, PORTIONS)
    report = await verified(database_url)
    assert (report.ok, report.entries, report.checkpoints, report.size) == (True, SIZE, len(PORTIONS), SIZE)
    return database_url
