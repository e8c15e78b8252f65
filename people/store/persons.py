"""Registering somebody, finding them again, and where they are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import asyncpg

from kernel.unit_of_work import UnitOfWork
from people import sealing
from people.errors import PersonExistsError
from people.store.profiles import VAULT, insert_identifiers, put_particulars
from people.values import Bearings, NewPerson, Particulars
from people.vocabulary import PersonId, PersonStatus, Profession

_FIELDS: Final = {"vault_email_index_key": "email", "identifier_system_value_index_key": "identifiers"}
"""Which field a unique index speaks for."""

_INSERT_PERSON: Final = """
with person as (
    insert into people.person (id, market, zone, locale, status, created_at) values ($1, $2, $3, $4, $5, $6)
), data_key as (
    insert into people.data_key (person, wrapped) values ($1, $7)
)
insert into people.vault (person, name, email, email_index, phone, practice) values ($1, $8, $9, $10, $11, $12)
"""

_BEARINGS: Final = """
select person.id, person.zone, person.market, person.locale, profile.profession
from people.person left join people.profile on profile.person = person.id
where person.id = any($1::uuid[]) and person.status = 'active'
"""

_LOCK: Final = f"{_BEARINGS} order by person.id for no key update of person"
"""One statement and one order for everyone: two batches that share people can't wait for each other in a circle."""


async def insert(uow: UnitOfWork, person: PersonId, new: NewPerson) -> None:
    """Store ``new`` under a fresh key of its own.

    Raises:
        PersonExistsError: the e-mail address or an identifier is taken; the transaction can only be rolled back.

    """
    data_key, wrapped = await sealing.new_key(person)

    def sealed(column: str, text: str | None) -> bytes | None:
        return None if text is None else sealing.seal(data_key, text.strip(), VAULT, column, person)

    with unique():
        await uow.execute(
            _INSERT_PERSON,
            person,
            new.market,
            new.zone,
            new.locale,
            PersonStatus.ACTIVE.value,
            uow.now,
            wrapped,
            sealed("name", new.name),
            sealed("email", new.email),
            None if new.email is None else sealing.email_index(new.email),
            sealed("phone", new.phone),
            sealed("practice", new.practice),
        )
        await insert_identifiers(uow, person, data_key, new.identifiers)
    particulars = Particulars(**{name: getattr(new, name) for name in Particulars.__struct_fields__})
    if particulars != Particulars():
        await put_particulars(uow, person, particulars)


@contextmanager
def unique() -> Iterator[None]:
    """Say which field is taken where a unique index refuses; the transaction can only be rolled back then.

    Raises:
        PersonExistsError: the facts hold the ``field``.

    """
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        field = _FIELDS.get(error.constraint_name or "", "id")
        raise PersonExistsError(f"Somebody with this {field} is registered already.", field=field) from None


async def find_by_email(uow: UnitOfWork, email: str) -> PersonId | None:
    """Return who has this address, compared without regard to case."""
    found = await uow.fetchval("select person from people.vault where email_index = $1", sealing.email_index(email))
    return None if found is None else PersonId(found)


async def find_by_identifier(uow: UnitOfWork, system: str, value: str) -> PersonId | None:
    """Return whom ``system`` calls ``value``."""
    found = await uow.fetchval(
        "select person from people.identifier where system = $1 and value_index = $2",
        system,
        sealing.identifier_index(system, value),
    )
    return None if found is None else PersonId(found)


async def bearings(uow: UnitOfWork, persons: Sequence[PersonId], *, lock: bool) -> dict[PersonId, Bearings]:
    """Return the bearings of those of ``persons`` who are active; with ``lock`` held until the transaction ends."""
    rows = await uow.fetch(_LOCK if lock else _BEARINGS, persons)
    return {
        PersonId(person): Bearings(zone, market, locale, Profession(profession) if profession else None)
        for person, zone, market, locale, profession in rows
    }
