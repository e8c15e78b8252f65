"""Registrations that nobody confirmed: of an address that somebody typed, perhaps another's, nothing stays."""

from datetime import timedelta
from typing import Final

from access.store import accounts as store
from access.store import letters
from access.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people import PersonId

CONFIRMED_WITHIN: Final = timedelta(days=7)
"""Of the last letter, whose code works for a day."""
AT_ONCE: Final = 100


async def lapse_registrations(uow: UnitOfWork, most: int = AT_ONCE) -> list[PersonId]:
    """Switch off ``most`` accounts that nobody confirmed in time, and return whose data are to be erased now."""
    given_up = await store.give_up_unconfirmed(uow, uow.now - CONFIRMED_WITHIN, most)
    for account, person in given_up:
        await letters.void(uow, account)
        uow.record(Action.REGISTRATION_LAPSED, subject=person, resource=f"account:{account}")
    return [person for _, person in given_up]
