"""Campaigns at hand for the tests of this room."""

import pytest

import gamification
from gamification.service import publishing
from kernel.facts import Origin
from kernel.unit_of_work import Work
from tests.gamification.campaigning import BASE, Campaigns


@pytest.fixture
async def campaigns(work: Work, origin: Origin) -> Campaigns:
    """Staff at work beside published base rules."""
    publishing._versions.clear()
    async with work.begin(origin) as uow:
        await gamification.publish_rules(uow, BASE)
    return Campaigns(work, origin)
