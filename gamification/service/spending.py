"""Spending points, giving them back, and letting them expire."""

from datetime import datetime
from typing import Final
from uuid import UUID

import people
from gamification.errors import PointsMissingError
from gamification.rules import lots as rules
from gamification.rules.lots import Lapsed, Lot, Part, Purse
from gamification.store import lots as store
from gamification.store.books import Books
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

PEOPLE_AT_ONCE: Final = 200


async def spend(uow: UnitOfWork, person: PersonId, currency: str, points: int, claim: UUID) -> None:
    """Pay ``points`` for a claim, earliest expiry first, then age; the person MUST be locked.

    Raises:
        PointsMissingError: fewer can be spent, debts paid; the facts hold ``spendable``.

    """
    books = Books()
    holding = (await store.held_by(uow, [person]))[person].get(currency)
    purse = holding.purse if holding else Purse()
    lapsed = rules.lapse(purse, uow.now)
    _ = _book(books, person, currency, lapsed)
    settled, purse = rules.settle(lapsed.purse, uow.now)
    for part in settled:
        books.settle(person, currency, part)
    parts = rules.take(purse, points, uow.now)
    if parts is None:
        there = rules.spendable(purse, uow.now)
        raise PointsMissingError(f"This costs {points} {currency}; {there} can be spent.", spendable=there)
    for part in parts:
        books.spend(person, currency, part, claim)
    await books.write(uow)


async def give_back(uow: UnitOfWork, person: PersonId, currency: str, claim: UUID, claimed_at: datetime) -> None:
    """Give back what a claim had cost, to the lots it came from; the person MUST be locked.

    Where a lot's time was over meanwhile its points get a new lot, with the time that was left when they were spent.
    """
    books = Books()
    for lot, points in await store.spent_for(uow, claim):
        over = lot is not None and lot.expires_at is not None and lot.expires_at <= uow.now
        if lot is not None and lot.expires_at is not None and over:
            until = uow.now + (lot.expires_at - claimed_at)
            again = Lot(uow.new_id(), lot.award, points, uow.now, until)
            await store.reopen(uow, person, currency, again)
            books.refund(person, currency, Part(again, points), claim, reopened=True)
        else:
            books.refund(person, currency, Part(lot, points), claim)
    await books.write(uow)


async def expire_lots(uow: UnitOfWork) -> int:
    """Let points expire whose time is over; return of how many people. Call it again until that is none.

    Running it twice, or on two workers at once, changes nothing: one works at a time, whoever comes later finds nothing
    left, and a lot's expiry is a row that can exist once. Lifetime points stay.
    """
    if not await store.alone(uow):
        return 0
    persons = sorted(await store.due(uow, PEOPLE_AT_ONCE))
    if not persons:
        return 0
    await people.lock(uow, persons)
    books = Books()
    for person, holdings in (await store.held_by(uow, persons)).items():
        lapsed = {currency: rules.lapse(holding.purse, uow.now) for currency, holding in holdings.items()}
        lost = sum(_book(books, person, currency, each) for currency, each in lapsed.items())
        if lost:
            uow.record(Action.LOTS_EXPIRED, subject=person, points=lost)
    await books.write(uow)
    return len(persons)


def _book(books: Books, person: PersonId, currency: str, lapsed: Lapsed) -> int:
    """Book what lapsed and return how many points expired."""
    for part in lapsed.settled:
        books.settle(person, currency, part)
    for part in lapsed.expired:
        books.expire(person, currency, part)
    return sum(part.points for part in lapsed.expired)
