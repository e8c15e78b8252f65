"""What people and the data protection officer write to each other: sealed with the person's own key."""

from typing import Final, Literal
from uuid import UUID

import people
from kernel.facts import SealedDetail
from kernel.unit_of_work import UnitOfWork
from people.errors import PersonErasedError
from people.vocabulary import PersonId

Column = Literal["words", "answer"]
_ROW: Final = "consent.privacy_request"


async def sealed(uow: UnitOfWork, person: PersonId, request: UUID, column: Column, words: str | None) -> bytes | None:
    """Return ``words`` sealed for one column of one request."""
    if words is None:
        return None
    return (await people.box(uow, person)).seal(words.encode(), _ROW, column, request)


async def detailed(uow: UnitOfWork, person: PersonId, column: Column, words: str | None) -> list[SealedDetail]:
    """Return ``words`` sealed for the entry about them, which commits to what was written."""
    return [] if words is None else [await people.seal_detail(uow, person, {"new": {column: words}, "old": {}})]


async def opened(
    uow: UnitOfWork, person: PersonId, request: UUID, written: dict[Column, bytes | None]
) -> dict[str, str | None]:
    """Return what was written; after an erasure it opens no more, which is what the person wanted."""
    if not any(written.values()):
        return dict.fromkeys(written, None)
    try:
        box = await people.box(uow, person)
    except PersonErasedError:
        return dict.fromkeys(written, None)
    return {
        column: None if text is None else box.open(text, _ROW, column, request).decode()
        for column, text in written.items()
    }
