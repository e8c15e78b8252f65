"""Use cases: what to use next."""

from collections.abc import Sequence
from typing import Final

import content
import engagement
import gamification
from content.values import OfferedContent
from content.vocabulary import ContentClass
from engagement.values import Use
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
    offered = await _offered(uow, where)
    if await _in_accredited(uow, uses, where):
        offered = [each for each in offered if each.content_class is not ContentClass.PROMOTIONAL]
    best = next_best(uses, offered, uow.now)[:limit]
    uow.record(Action.RECOMMENDATIONS_READ, subject=person, count=len(best))
    return best


async def _in_accredited(uow: UnitOfWork, uses: Sequence[Use], where: Bearings) -> bool:
    """Tell whether the person is, or was just now, in accredited education, where no promotion may reach them (C13)."""
    if await gamification.within_accredited(uow, where):
        return True
    silence = gamification.silence_for(uow, where)
    recent = [each.content for each in uses if uow.now - each.last_at < silence]
    known = await content.for_scoring(uow, recent) if recent else {}
    return any(each.content_class is ContentClass.ACCREDITED for each in known.values())


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
