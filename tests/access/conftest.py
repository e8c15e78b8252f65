"""What the tests of access share."""

import pytest

from kernel.clock import MovableClock
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.access.house import House


@pytest.fixture
def house(work: Work, origin: Origin, clock: MovableClock) -> House:
    """A house with nobody in it."""
    return House(work, origin, clock)
