"""People, boards and campaigns for the tests of this room."""

import pytest

import gamification
from gamification.service import publishing
from kernel.cache import Cache
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.campaigning import BASE, Campaigns
from tests.gamification.crowd import Crowd


@pytest.fixture
async def crowd(work: Work, origin: Origin, cache: Cache) -> Crowd:
    """Nobody yet, but everything is ready for them."""
    made = Crowd(work, origin, cache)
    await made.furnish()
    return made


@pytest.fixture
async def campaigns(work: Work, origin: Origin) -> Campaigns:
    """Staff at work beside published base rules."""
    publishing._versions.clear()
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, BASE)
    return Campaigns(work, origin)
