"""Use cases: what to use next."""

from typing import Final

import content
import engagement
from content.values import OfferedContent
from journeys.rules.next_best import next_best
from journeys.values import Recommendation
from journeys.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.values import Bearings
from people.vocabulary import PersonId

LOOKED_BACK: Final = 1_000
"""A person's latest activities that are looked at; an item last used before them may be suggested again."""

PAGE: Final = 200
MOST_PAGES: Final = 5
"""Only the newest thousand items on offer are compared."""


async def recommendations(uow: UnitOfWork, person: PersonId, where: Bearings, limit: int) -> list[Recommendation]:
    """Return up to ``limit`` items that the person is offered and has not used, best first, each with its reason.

    Whoever calls has made sure that the person agreed to personalisation.
    """
    uses = await engagement.recent_use(uow, person, LOOKED_BACK)
    best = next_best(uses, await _offered(uow, where), uow.now)[:limit]
    uow.record(Action.RECOMMENDATIONS_READ, subject=person, count=len(best))
    return best


async def _offered(uow: UnitOfWork, where: Bearings) -> list[OfferedContent]:
    items: list[OfferedContent] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = await content.visible(uow, market=where.market, locale=where.locale, after=after, limit=PAGE)
        items += page.items
        after = page.next
        if after is None:
            break
    return items
