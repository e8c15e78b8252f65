"""Webinars, podcasts and education modules: offered to HCPs, created by marketers, approved by reviewers."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import content
import gamification
from access import Caller, Permission, Role
from api.passage import Passage
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing, Words
from consent.vocabulary import Purpose
from content.values import ContentItem, NewContent, OfferedContent
from content.vocabulary import Action, ContentClass, ContentId, ContentKind
from kernel.unit_of_work import UnitOfWork


class NewItem(Body, frozen=True, kw_only=True):
    """A new item, as a draft; ``markets`` are ISO 3166 codes, ``["*"]`` is everywhere, ``due_at`` is inclusive.

    ``brand`` is the key of the brand that a promotional item belongs to. A live webinar begins at ``starts_at`` and
    takes ``duration_seconds``.
    """

    kind: ContentKind
    title: str
    locale: str
    markets: list[str]
    summary: str = ""
    tags: list[str] = msgspec.field(default_factory=list)
    content_class: ContentClass = ContentClass.MEDICAL
    visible_from: datetime | None = None
    visible_until: datetime | None = None
    due_at: datetime | None = None
    duration_seconds: int | None = None
    brand: str | None = None
    starts_at: datetime | None = None


@query.get("/content", permission=Permission.CONTENT_READ, purpose=Purpose.SERVICE, records=Action.CONTENT_LISTED)
async def list_content(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    kind: FromQuery[ContentKind | None] = None,
    tag: Words = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Listing[OfferedContent] | Listing[ContentItem]:
    """Return what this HCP may see: approved, in market, in locale; staff see all of their markets and brands."""
    if caller.role is Role.HCP:
        here = passage.whereabouts()
        page = await content.visible(
            uow, market=here.market, locale=here.locale, kind=kind, tag=tag, after=cursor, limit=limit
        )
        return Listing(page.items, page.next)
    staff_page = await content.all_items(uow, scope=caller.scope, kind=kind, tag=tag, after=cursor, limit=limit)
    return Listing(staff_page.items, staff_page.next)


@query.get(
    "/content/{item:uuid}", permission=Permission.CONTENT_READ, purpose=Purpose.SERVICE, records=Action.CONTENT_READ
)
async def read_content(
    uow: UnitOfWork, caller: Caller, passage: Passage, item: FromPath[UUID]
) -> OfferedContent | ContentItem:
    """Return one item that the caller may see."""
    if caller.role is Role.HCP:
        here = passage.whereabouts()
        return await content.item(uow, ContentId(item), market=here.market, locale=here.locale)
    return await content.staff_item(uow, ContentId(item), scope=caller.scope)


@command.post(
    "/content",
    permission=Permission.CONTENT_CREATE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.CONTENT_CREATED,
    creates=True,
)
async def create_content(uow: UnitOfWork, caller: Caller, data: NewItem) -> ContentItem:
    """Create an item as a draft; it is neither seen nor scored before it is approved."""
    new = NewContent(
        kind=data.kind,
        title=data.title,
        summary=data.summary,
        locale=data.locale,
        markets=tuple(data.markets),
        tags=tuple(data.tags),
        content_class=data.content_class,
        visible_from=data.visible_from,
        visible_until=data.visible_until,
        due_at=data.due_at,
        duration_seconds=data.duration_seconds,
        brand=data.brand,
        starts_at=data.starts_at,
    )
    return await content.create_content(uow, caller.account, new, scope=caller.scope)


@command.post(
    "/content/{item:uuid}/approve",
    permission=Permission.CONTENT_APPROVE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.CONTENT_APPROVED,
)
async def approve_content(uow: UnitOfWork, caller: Caller, item: FromPath[UUID]) -> ContentItem:
    """Approve an item; its author never does. Approving twice is harmless.

    A live session of promotion too near to one of accredited education is refused, and the other way round.
    """
    approved = await content.approve(uow, ContentId(item), caller.account, scope=caller.scope)
    await gamification.refuse_near_promotion(uow, approved)
    return approved


@command.post(
    "/content/{item:uuid}/withdraw",
    permission=Permission.CONTENT_APPROVE,
    purpose=Purpose.CONTENT_OPERATIONS,
    records=Action.CONTENT_WITHDRAWN,
)
async def withdraw_content(uow: UnitOfWork, caller: Caller, item: FromPath[UUID]) -> ContentItem:
    """Withdraw an item: from now on it is neither seen nor scored."""
    return await content.withdraw(uow, ContentId(item), scope=caller.scope)


ROUTES = [list_content, read_content, create_content, approve_content, withdraw_content]
