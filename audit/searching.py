"""Searches that a compliance officer saves under a name and runs again. Each belongs to who saved it alone."""

from typing import Final
from uuid import UUID

from audit.errors import SavedSearchNotFoundError, SearchNotSavedError
from audit.rules.filters import check
from audit.service import search
from audit.store import searches as search_store
from audit.values import EntryFilter, EntryPage, SavedSearch
from audit.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

MOST_SEARCHES: Final = 200
"""How many one account may keep."""


async def save_search(uow: UnitOfWork, account: UUID, name: str, filters: EntryFilter) -> SavedSearch:
    """Keep a search under ``name``; what it looks for doesn't change afterwards.

    Raises:
        InvalidError: a filter can match no entry.
        SearchNotSavedError: the account has one of this name, or too many.

    """
    check(filters)
    made = SavedSearch(id=uow.new_id(), name=name, filters=filters, saved_at=uow.now)
    if not await search_store.insert_search(uow, account, made, MOST_SEARCHES):
        raise SearchNotSavedError(f"There is a search of this name, or there are {MOST_SEARCHES}.", field="name")
    said = [each for each in filters.__struct_fields__ if getattr(filters, each) is not None]
    uow.record(Action.SEARCH_SAVED, subject=filters.subject, resource=f"search:{made.id}", filters=said)
    return made


async def saved_searches(uow: UnitOfWork, account: UUID) -> list[SavedSearch]:
    """Return the searches of an account by name."""
    found = await search_store.searches(uow, account)
    uow.record(Action.SEARCHES_READ, count=len(found))
    return found


async def run_search(
    uow: UnitOfWork, account: UUID, identifier: UUID, after_index: int | None, limit: int
) -> EntryPage:
    """Return the entries that a saved search finds now, newest first; it is recorded like any other search.

    Raises:
        SavedSearchNotFoundError: the account has no such search.

    """
    found = await search_store.search(uow, account, identifier)
    if found is None:
        raise SavedSearchNotFoundError("There is no such search.")
    return await search(uow, found.filters, after_index, limit)


async def forget_search(uow: UnitOfWork, account: UUID, identifier: UUID) -> None:
    """Take a saved search away.

    Raises:
        SavedSearchNotFoundError: the account has no such search.

    """
    if not await search_store.forget_search(uow, account, identifier):
        raise SavedSearchNotFoundError("There is no such search.")
    uow.record(Action.SEARCH_FORGOTTEN, resource=f"search:{identifier}")
