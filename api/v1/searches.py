"""Searches of the trail that are saved under a name and run again."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import audit
from access import Caller, Permission
from api.routing import command, query
from api.v1.audit import with_known_words
from api.v1.wire import Body, Limit, Listing
from audit import Entry, EntryFilter, SavedSearch
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^\w[\w .,:()/-]*$(?!\n)")]


class SearchRequest(Body, frozen=True, kw_only=True):
    """What is looked for, as `GET /v1/audit/entries` takes it, and what it is called; not after a person."""

    name: Name
    filters: EntryFilter


@command.post(
    "/audit/searches",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.SEARCH_SAVED,
    creates=True,
)
async def save_search(uow: UnitOfWork, caller: Caller, data: SearchRequest) -> SavedSearch:
    """Save a search for yourself."""
    return await audit.save_search(uow, caller.account, data.name, with_known_words(data.filters))


@query.get(
    "/audit/searches",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.SEARCHES_READ,
)
async def list_searches(uow: UnitOfWork, caller: Caller) -> Listing[SavedSearch]:
    """Return your saved searches by name."""
    return Listing(await audit.saved_searches(uow, caller.account))


@query.get(
    "/audit/searches/{search:uuid}/entries",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRIES_SEARCHED,
    settled=True,
)
async def run_search(
    uow: UnitOfWork,
    caller: Caller,
    search: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Listing[Entry]:
    """Return what one of your saved searches finds now, newest first."""
    page = await audit.run_search(uow, caller.account, search, cursors.read_number(cursor), limit)
    return Listing(page.items, cursors.written(page.next) if page.next is not None else None)


@command.delete(
    "/audit/searches/{search:uuid}",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.SEARCH_FORGOTTEN,
    status_code=204,
)
async def forget_search(uow: UnitOfWork, caller: Caller, search: FromPath[UUID]) -> None:
    """Take one of your saved searches away."""
    await audit.forget_search(uow, caller.account, search)


ROUTES: list[Any] = [save_search, list_searches, run_search, forget_search]
