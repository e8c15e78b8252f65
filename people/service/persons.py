"""What can be done with people: registering, reading and changing them, and keeping their keys."""

import zoneinfo
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import msgspec

from kernel import epochs
from kernel.unit_of_work import UnitOfWork
from people.detailing import seal_detail
from people.errors import PersonNotFoundError
from people.rules.licences import status_on
from people.rules.person import check, check_change, check_zone_change
from people.store import keys, persons, profiles
from people.values import (
    Bearings,
    Change,
    NewPerson,
    Page,
    Profile,
    View,
)
from people.vocabulary import Action, Field, PersonId


def check_new(new: NewPerson) -> None:
    """Accept whoever could be registered, as ``register`` does, before anything is looked up.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong.

    """
    check(new, _zones())


async def register(uow: UnitOfWork, new: NewPerson) -> PersonId:
    """Register somebody, under a key of their own, and return the only name by which other rooms will know them.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong.
        PersonExistsError: the facts hold ``email`` or ``identifiers`` as the ``field`` that is taken.

    """
    check_new(new)
    person = PersonId(uow.new_id())
    await persons.insert(uow, person, new)
    sealed = await seal_detail(uow, person, {"new": msgspec.to_builtins(new), "old": {}})
    uow.record(Action.PERSON_REGISTERED, subject=person, sealed=[sealed], market=new.market)
    return person


async def profile(uow: UnitOfWork, person: PersonId) -> Profile:
    """Return everything that the vault holds about ``person``; the reading is audited.

    Raises:
        PersonNotFoundError: nobody has this id.
        PersonErasedError: the person's key was destroyed.

    """
    found = await profiles.fields(uow, person, frozenset(Field))
    uow.record(Action.PROFILE_READ, subject=person)
    return Profile(person=person, **_as_of(uow, found))


async def view(uow: UnitOfWork, person: PersonId, wanted: Collection[Field]) -> View:
    """Return the ``wanted`` fields of ``person``; no other is opened, and the audit entry names those that were.

    A licence that was verified and ran out shows as lapsed.

    Raises:
        PersonNotFoundError: nobody has this id.
        PersonErasedError: the person's key was destroyed.

    """
    found = await profiles.fields(uow, person, frozenset(wanted))
    uow.record(Action.PROFILE_READ, subject=person, fields=sorted(found))
    return View(person=person, **_as_of(uow, found))


async def change(uow: UnitOfWork, person: PersonId, new: Change, *, by_person: bool) -> None:
    """Store what ``new`` gives about ``person``; what it leaves out stays as it is.

    The person (``by_person``) can move to another time zone once in ``ZONE_COOLDOWN``; staff correct it at any time.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong.
        PersonNotFoundError: nobody active has this id.
        ZoneCooldownError: the person moved a short while ago.
        PersonExistsError: the e-mail address or an identifier is somebody else's.
        PersonErasedError: the person's key was destroyed.

    """
    check_change(new, _zones())
    if person not in await lock(uow, [person]):
        raise PersonNotFoundError("Nobody active has this id.")
    if isinstance(new.zone, str):
        place = await profiles.place(uow, person)
        if new.zone != place.zone:
            if by_person:
                check_zone_change(place.zone_changed_at, uow.now)
            await profiles.put_zone_change(uow, person)
    names = sorted(new.given())
    known = await profiles.fields(uow, person, frozenset(map(Field, names)))
    with persons.unique():
        await profiles.change(uow, person, new)
    epochs.move(uow, person)
    values = {"new": new.given(), "old": {name: known[name] for name in names}}
    sealed = await seal_detail(uow, person, msgspec.to_builtins(values))
    uow.record(Action.PROFILE_CHANGED, subject=person, sealed=[sealed], fields=names)


async def key_use(uow: UnitOfWork) -> dict[bytes, int]:
    """Return how many people's keys each key-encryption key wraps, by its id; one that wraps none is missing."""
    return await keys.counts_by_key(uow)


async def rewrap(uow: UnitOfWork, after: PersonId, limit: int) -> Page | None:
    """Wrap the keys of the next ``limit`` people by the current key-encryption key; None when nobody is left.

    What a person's key sealed is not touched, and old wrappings open meanwhile. Begin after ``PersonId(UUID(int=0))``.

    Raises:
        UnknownKeyError: one was wrapped by a key that this process was not given.

    """
    page = await keys.rewrap(uow, after, limit)
    if page is not None:
        uow.record(Action.KEYS_REWRAPPED, count=page.changed)
    return page


async def reindex(uow: UnitOfWork, after: PersonId, limit: int) -> Page | None:
    """Make the blind indexes of the next ``limit`` people with the keys of now; None when nobody is left.

    Until the last page nobody after it is found, and could be registered twice: nothing may serve meanwhile.
    """
    page = await keys.reindex(uow, after, limit)
    if page is not None:
        uow.record(Action.INDEXES_REBUILT, count=page.changed)
    return page


def _as_of(uow: UnitOfWork, found: dict[str, Any]) -> dict[str, Any]:
    """Return fields with licences as they are today."""
    if Field.LICENCES in found:
        today = uow.now.date()
        found["licences"] = tuple(
            msgspec.structs.replace(each, status=status_on(each, today)) for each in found["licences"]
        )
    return found


async def find_by_email(uow: UnitOfWork, email: str) -> PersonId | None:
    """Return who has this e-mail address, compared without regard to case; the vault itself is not opened."""
    return await persons.find_by_email(uow, email)


async def find_by_identifier(uow: UnitOfWork, system: str, value: str) -> PersonId | None:
    """Return whom the register ``system`` calls ``value``; the vault itself is not opened."""
    return await persons.find_by_identifier(uow, system, value)


async def lock(uow: UnitOfWork, people: Sequence[PersonId]) -> dict[PersonId, Bearings]:
    """Lock ``people`` in the order of their ids until the transaction ends, and return where each one is.

    Whoever changes what is derived from a person's activities MUST hold this lock. Persons who do not exist or are not
    active are missing from the answer. New rows may refer to a locked person meanwhile (``for no key update``).
    """
    return await persons.bearings(uow, people, lock=True)


async def bearings(uow: UnitOfWork, people: Sequence[PersonId]) -> dict[PersonId, Bearings]:
    """Return where each of ``people`` is; those who do not exist or are not active are missing."""
    return await persons.bearings(uow, people, lock=False)


@cache
def _zones() -> frozenset[str]:
    """Return the time zones that exist, the same on every machine: two names only mean something locally."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
