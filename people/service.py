"""What can be done with people."""

import zoneinfo
from collections.abc import Sequence
from functools import cache

from kernel.unit_of_work import UnitOfWork
from people import store
from people.rules.person import check
from people.values import Bearings, NewPerson, Profile
from people.vocabulary import Action, PersonId


async def register(uow: UnitOfWork, new: NewPerson) -> PersonId:
    """Register somebody, under a key of their own, and return the only name by which other rooms will know them.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong.
        PersonExistsError: the facts hold ``email`` or ``identifiers`` as the ``field`` that is taken.

    """
    check(new, _zones())
    person = PersonId(uow.new_id())
    await store.insert(uow, person, new)
    uow.record(Action.PERSON_REGISTERED, subject=person, market=new.market)
    return person


async def profile(uow: UnitOfWork, person: PersonId) -> Profile:
    """Return everything that the vault holds about ``person``; the reading is audited.

    Raises:
        PersonNotFoundError: nobody has this id.
        PersonErasedError: the person's key was destroyed.

    """
    found = await store.profile(uow, person)
    uow.record(Action.PROFILE_READ, subject=person)
    return found


async def find_by_email(uow: UnitOfWork, email: str) -> PersonId | None:
    """Return who has this e-mail address, compared without regard to case; the vault itself is not opened."""
    return await store.find_by_email(uow, email)


async def find_by_identifier(uow: UnitOfWork, system: str, value: str) -> PersonId | None:
    """Return whom the register ``system`` calls ``value``; the vault itself is not opened."""
    return await store.find_by_identifier(uow, system, value)


async def lock(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, Bearings]:
    """Lock ``persons`` in the order of their ids until the transaction ends, and return where each one is.

    Whoever changes what is derived from a person's activities MUST hold this lock. Persons who do not exist or are not
    active are missing from the answer. New rows may refer to a locked person meanwhile (``for no key update``).
    """
    return await store.bearings(uow, persons, lock=True)


async def bearings(uow: UnitOfWork, persons: Sequence[PersonId]) -> dict[PersonId, Bearings]:
    """Return where each of ``persons`` is; those who do not exist or are not active are missing."""
    return await store.bearings(uow, persons, lock=False)


@cache
def _zones() -> frozenset[str]:
    """Return the time zones that exist, the same on every machine: two names only mean something locally."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
