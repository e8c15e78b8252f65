"""People and boards for the tests of this room."""

import pytest

from kernel.cache import Cache
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.crowd import Crowd


@pytest.fixture
async def crowd(work: Work, origin: Origin, cache: Cache) -> Crowd:
    """Nobody yet, but everything is ready for them."""
    made = Crowd(work, origin, cache)
    await made.furnish()
    return made
