"""Items that tests make, and short ways to make them."""

from uuid import UUID

import content
from access import EVERYTHING, Scope
from content import ContentItem, ContentKind, NewContent, OfferedContent
from kernel.facts import Origin
from kernel.unit_of_work import Work

AUTHOR, REVIEWER, OTHER_REVIEWER = UUID(int=1), UUID(int=2), UUID(int=3)
ALL = EVERYTHING
NEW = NewContent(
    kind=ContentKind.WEBINAR,
    title="Anticoagulation after stroke",
    locale="fr",
    markets=("FR", "BE"),
    tags=("stroke", "anticoagulants"),
)


async def create(work: Work, origin: Origin, new: NewContent = NEW, **scope: Scope) -> ContentItem:
    async with work.begin(origin) as uow:
        return await content.create_content(uow, AUTHOR, new, scope=scope.get("scope", ALL))


async def approve(work: Work, origin: Origin, item: ContentItem, by: UUID = REVIEWER) -> ContentItem:
    async with work.begin(origin) as uow:
        return await content.approve(uow, item.id, by, scope=ALL)


async def withdraw(work: Work, origin: Origin, item: ContentItem) -> ContentItem:
    async with work.begin(origin) as uow:
        return await content.withdraw(uow, item.id, scope=ALL)


async def offered(work: Work, origin: Origin, market: str = "FR", locale: str = "fr-FR") -> list[OfferedContent]:
    async with work.read(origin) as uow:
        return (await content.visible(uow, market=market, locale=locale, limit=200)).items
