"""The use cases of content: create, approve, withdraw, offer, and say what scores."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from msgspec.structs import asdict, replace

import people
from access import Scope
from content import store
from content.errors import (
    AuthorNeverApprovesError,
    ContentNotFoundError,
    ContentWithdrawnError,
    InvalidContentError,
    OutsideBrandScopeError,
    OutsideMarketScopeError,
)
from content.rules import drafts, pages
from content.rules import visibility as rules
from content.rules.brands import brand_fault
from content.values import ContentItem, NewContent, OfferedContent, ScoringView, Session
from content.vocabulary import STAFF_TRAINING, Action, ContentClass, ContentId, ContentKind, ContentState
from kernel import cursors
from kernel.cursors import Page
from kernel.unit_of_work import UnitOfWork

Listed = TypeVar("Listed", ContentItem, OfferedContent)


async def create_content(uow: UnitOfWork, author: UUID, new: NewContent, *, scope: Scope) -> ContentItem:
    """Create an item as a draft; ``author`` is the account that made it, ``scope`` where it works.

    Raises:
        InvalidContentError: names the field.
        OutsideMarketScopeError: the item reaches a market that the author is not responsible for.
        OutsideBrandScopeError: it belongs to no brand that the author works for.

    """
    drafts.check(new, people.is_market)
    fault = brand_fault(new.content_class, new.brand, narrowed=scope.narrowed)
    if fault is not None:
        raise InvalidContentError(fault, field="brand")
    _check_scope(scope, Scope.of(new.markets, new.brand))
    fields = asdict(new) | {"markets": tuple(sorted(set(new.markets))), "tags": tuple(sorted(set(new.tags)))}
    created = ContentItem(
        id=ContentId(uow.new_id()),
        state=ContentState.DRAFT,
        created_by=author,
        created_at=uow.now,
        approved_by=None,
        approved_at=None,
        **fields,
    )
    await store.insert(uow, created)
    uow.record(Action.CONTENT_CREATED, resource=_resource(created.id), kind=created.kind, markets=list(created.markets))
    return created


async def approve(uow: UnitOfWork, content: ContentId, reviewer: UUID, *, scope: Scope) -> ContentItem:
    """Approve a draft, so that it is offered and scores; approving again changes nothing and answers the same.

    Raises:
        ContentNotFoundError: no such item within ``scope``.
        AuthorNeverApprovesError: ``reviewer`` created it.
        OutsideMarketScopeError: it reaches a market that the reviewer is not responsible for.
        OutsideBrandScopeError: the reviewer does not work for its brand.
        ContentWithdrawnError: it was withdrawn, and stays so.

    """
    found = await _staff_item(uow, content, scope, lock=True)
    if found.created_by == reviewer:
        raise AuthorNeverApprovesError("Whoever created an item never approves it.")
    _check_scope(scope, Scope.of(found.markets, found.brand))
    if found.state is ContentState.WITHDRAWN:
        raise ContentWithdrawnError("This item was withdrawn.")
    repeated = found.state is ContentState.APPROVED
    if not repeated:
        found = replace(found, state=ContentState.APPROVED, approved_by=reviewer, approved_at=uow.now)
        await store.put_state(uow, found)
    uow.record(Action.CONTENT_APPROVED, resource=_resource(content), repeated=repeated)
    return found


async def withdraw(uow: UnitOfWork, content: ContentId, *, scope: Scope) -> ContentItem:
    """Withdraw an item for good: it is no longer offered and no longer scores; doing it again changes nothing.

    Raises:
        ContentNotFoundError: no such item within ``scope``.
        OutsideMarketScopeError: it reaches a market that the account is not responsible for.
        OutsideBrandScopeError: the account does not work for its brand.

    """
    found = await _staff_item(uow, content, scope, lock=True)
    _check_scope(scope, Scope.of(found.markets, found.brand))
    repeated = found.state is ContentState.WITHDRAWN
    if not repeated:
        found = replace(found, state=ContentState.WITHDRAWN)
        await store.put_state(uow, found)
    uow.record(Action.CONTENT_WITHDRAWN, resource=_resource(content), repeated=repeated)
    return found


async def visible(
    uow: UnitOfWork,
    *,
    market: str,
    locale: str,
    kind: ContentKind | None = None,
    tag: str | None = None,
    after: str | None = None,
    limit: int = pages.LIMIT,
) -> Page[OfferedContent]:
    """Return a page of what someone in ``market`` who reads ``locale`` is offered now, newest first.

    Raises:
        CursorError: a broken cursor.
        InvalidListingError: a limit out of bounds.

    """
    found = await store.visible(
        uow,
        market=market,
        locale=locale,
        kind=kind,
        tag=tag,
        after=cursors.read_id(after),
        limit=pages.checked(limit) + 1,
    )
    return _page(uow, found, limit)


async def item(uow: UnitOfWork, content: ContentId, *, market: str, locale: str) -> OfferedContent:
    """Return one item as it is offered to someone in ``market`` who reads ``locale``.

    Raises:
        ContentNotFoundError: there is none, or it is not offered to them now.

    """
    found = await store.item(uow, content)
    if found is None or not rules.visible(found, found.locale, market, locale, uow.now):
        raise ContentNotFoundError("There is no such item.")
    uow.record(Action.CONTENT_READ, resource=_resource(content))
    return OfferedContent(**{field: getattr(found, field) for field in OfferedContent.__struct_fields__})


async def all_items(
    uow: UnitOfWork,
    *,
    scope: Scope,
    state: ContentState | None = None,
    kind: ContentKind | None = None,
    tag: str | None = None,
    after: str | None = None,
    limit: int = pages.LIMIT,
) -> Page[ContentItem]:
    """Return a page of the items, of any state, that ``scope`` touches, newest first.

    Raises:
        CursorError: a broken cursor.
        InvalidListingError: a limit out of bounds.

    """
    found = await store.of_markets(
        uow, scope=scope, state=state, kind=kind, tag=tag, after=cursors.read_id(after), limit=pages.checked(limit) + 1
    )
    return _page(uow, found, limit)


async def staff_item(uow: UnitOfWork, content: ContentId, *, scope: Scope) -> ContentItem:
    """Return one item of any state that ``scope`` touches.

    Raises:
        ContentNotFoundError: there is none.

    """
    found = await _staff_item(uow, content, scope, lock=False)
    uow.record(Action.CONTENT_READ, resource=_resource(content))
    return found


async def training_items(uow: UnitOfWork, scope: Scope) -> list[ContentItem]:
    """Return what staff of ``scope`` have to learn about security and privacy, newest first."""
    found = await store.training_items(uow, scope)
    uow.record(Action.CONTENT_LISTED, count=len(found))
    return found


async def training_item(uow: UnitOfWork, content: ContentId, scope: Scope) -> ContentItem:
    """Return an approved item that staff have to learn.

    Raises:
        ContentNotFoundError: there is none in ``scope``, or it is something else.

    """
    found = await _staff_item(uow, content, scope, lock=False)
    if found.state is not ContentState.APPROVED or STAFF_TRAINING not in found.tags:
        raise ContentNotFoundError("There is no such module for staff.", field="item")
    return found


async def live_sessions(
    uow: UnitOfWork,
    lane: ContentClass,
    markets: Collection[str],
    since: datetime,
    until: datetime,
    *,
    lock: bool = False,
) -> list[Session]:
    """Return the approved live sessions of a lane that are on between two moments, in any of ``markets``.

    With ``lock`` nobody else who asks with it is answered before the transaction ends.
    """
    if lock:
        await store.lock_sessions(uow)
    return await store.live_sessions(uow, lane, markets, since, until)


async def for_scoring(uow: UnitOfWork, contents: Collection[ContentId]) -> dict[ContentId, ScoringView]:
    """Return what decides about activities on each of ``contents``; unknown items have no key.

    One query whatever their number. Feed each to ``scores``: a view alone is no permission.
    """
    return await store.for_scoring(uow, list(contents))


async def _staff_item(uow: UnitOfWork, content: ContentId, scope: Scope, *, lock: bool) -> ContentItem:
    found = await store.item(uow, content, lock=lock)
    if found is None or not scope.touches(Scope.of(found.markets, found.brand)):
        raise ContentNotFoundError("There is no such item.")
    return found


def _check_scope(scope: Scope, item: Scope) -> None:
    if not scope.reaches(item.markets):
        raise OutsideMarketScopeError(
            "This account is not responsible for all markets of the item.", markets=sorted(item.markets - scope.markets)
        )
    require_brand(scope, item)


def require_brand(scope: Scope, thing: Scope) -> None:
    """See that whoever works in ``scope`` answers for the brand of a thing.

    Raises:
        OutsideBrandScopeError: they don't.

    """
    if not scope.owns(thing.brands):
        raise OutsideBrandScopeError(
            "This account does not work for the brand of this, or for all brands.", field="brand"
        )


def _page(uow: UnitOfWork, found: list[Listed], limit: int) -> Page[Listed]:
    listed = cursors.page(found, limit)
    uow.record(Action.CONTENT_LISTED, count=len(listed.items))
    return listed


def _resource(content: ContentId) -> str:
    return f"content:{content}"
