"""The board: pseudonymous, opt-in, most points first.

Tie rule: equal points share a rank and the next rank counts everyone before it (standard competition ranking: 1, 2, 2,
4); inside a tie the order is by alias.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import consent
from consent.vocabulary import Purpose
from gamification.errors import BoardNotFoundError
from gamification.store import boards as store
from gamification.store.boards import Boards
from gamification.values import BoardPage
from gamification.vocabulary import Action
from kernel.cache import AWAY
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

ALL_TIME: Final = "all-time"
BOARD_PURPOSES: Final = (Purpose.LEADERBOARD, Purpose.GAMIFICATION)


async def refresh(uow: UnitOfWork, boards: Boards, keys: Sequence[UUID]) -> None:
    """Bring these people's lines up to date: deliverer of the outbox's board messages."""
    persons = [PersonId(key) for key in keys]
    points = await store.points_of(uow, persons)
    joined = await _joined(uow, list(points))
    names = await store.give_aliases(uow, joined)
    gone = [person for person in persons if person not in names]
    known = await store.aliases(uow, gone)
    await boards.set_points({names[person]: points[person] for person in joined}, list(known.values()))


async def leave(uow: UnitOfWork, boards: Boards, person: PersonId) -> None:
    """Take a person off the board as soon as this transaction commits, without waiting for the outbox.

    The outbox says it once more: a delivery that was under way may have read the state of before.
    """
    names = list((await store.aliases(uow, [person])).values())

    async def remove() -> None:
        try:
            await boards.set_points({}, names)
        except AWAY:
            return  # the outbox waits for Valkey

    if names:
        uow.after_commit(remove)


async def rebuild_if_lost(uow: UnitOfWork, boards: Boards) -> bool:
    """Make the copy in Valkey again from the database if it is not whole; return whether that was needed."""
    if await boards.whole():
        return False
    await boards.begin()
    after: PersonId | None = None
    while points := await store.chunk_after(uow, after):
        joined = await _joined(uow, list(points))
        names = await store.give_aliases(uow, joined)
        await boards.add({names[person]: points[person] for person in joined})
        after = max(points)
    await boards.swap()
    uow.record(Action.BOARD_REBUILT, resource=f"board:{ALL_TIME}")
    return True


async def board(
    uow: UnitOfWork, boards: Boards, key: str, person: PersonId | None, *, start: int | None, around: bool, size: int
) -> BoardPage:
    """Return a page of a board: from ``start``, or around the person.

    Raises:
        BoardNotFoundError: there is only ``all-time``.
        BoardRebuildingError: its copy is being made again.

    """
    if key != ALL_TIME:
        message = "There is no board with this key."
        raise BoardNotFoundError(message)
    own = (await store.aliases(uow, [person])).get(person) if person is not None else None
    page = await boards.page(own, -1 if around and start is None else start or 0, size)
    uow.record(Action.BOARD_READ, subject=person, resource=f"board:{key}", count=len(page.items))
    return page


async def _joined(uow: UnitOfWork, persons: Sequence[PersonId]) -> list[PersonId]:
    records = await consent.standing(uow, persons, BOARD_PURPOSES) if persons else {}
    return [
        person
        for person in persons
        if all(consent.decide(purpose, records.get((person, purpose)), uow.now).allowed for purpose in BOARD_PURPOSES)
    ]
