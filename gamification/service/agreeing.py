"""Who agrees to be scored, for whoever scores people who have not just asked for it."""

from collections.abc import Sequence
from typing import Final

import consent
import people
from consent.vocabulary import Purpose
from gamification.service.changing import Decisions
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

PURPOSES: Final = (Purpose.GAMIFICATION, Purpose.LEADERBOARD)


async def agreed_of(uow: UnitOfWork, persons: Sequence[PersonId]) -> tuple[list[PersonId], Decisions]:
    """Lock the people; return those who agree to gamification now, and what they agree to."""
    if not persons:
        return [], {}
    known = await people.lock(uow, persons)
    records = await consent.standing(uow, list(known), PURPOSES)
    decisions = {
        (person, purpose): consent.decide(purpose, records.get((person, purpose)), uow.now, where.market)
        for person, where in known.items()
        for purpose in PURPOSES
    }
    return [person for person in known if decisions[(person, Purpose.GAMIFICATION)].allowed], decisions
