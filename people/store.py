"""Every query of the vault. What goes in and comes out of the personal columns is sealed and opened here."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from kernel.unit_of_work import UnitOfWork
from people import sealing
from people.errors import PersonErasedError, PersonExistsError, PersonNotFoundError
from people.values import Bearings, Identifier, NewPerson, Profile
from people.vocabulary import PersonId, PersonStatus

_VAULT: Final = "people.vault"
_IDENTIFIER: Final = "people.identifier"

_FIELDS: Final = {"vault_email_index_key": "email", "identifier_system_value_index_key": "identifiers"}
"""Which field a unique index speaks for."""

_INSERT_PERSON: Final = """
with person as (
    insert into people.person (id, market, zone, locale, status, created_at) values ($1, $2, $3, $4, $5, $6)
), data_key as (
    insert into people.data_key (person, wrapped) values ($1, $7)
)
insert into people.vault (person, name, email, email_index) values ($1, $8, $9, $10)
"""

_INSERT_IDENTIFIERS: Final = """
insert into people.identifier (id, person, system, value, value_index)
select id, $2, system, value, value_index
from unnest($1::uuid[], $3::text[], $4::bytea[], $5::bytea[]) as given (id, system, value, value_index)
"""

_PROFILE: Final = """
select person.market, person.zone, person.locale, person.created_at, vault.name, vault.email, data_key.wrapped
from people.person
left join people.vault on vault.person = person.id
left join people.data_key on data_key.person = person.id
where person.id = $1
"""

_BEARINGS: Final = "select id, zone, market, locale from people.person where id = any($1::uuid[]) and status = 'active'"

_LOCK: Final = f"{_BEARINGS} order by id for no key update"
"""One statement and one order for everyone: two batches that share people can't wait for each other in a circle."""


async def insert(uow: UnitOfWork, person: PersonId, new: NewPerson) -> None:
    """Store ``new`` under a fresh key of its own.

    Raises:
        PersonExistsError: the e-mail address or an identifier is taken; the transaction can only be rolled back.

    """
    data_key, wrapped = sealing.new_key(person)
    email = None if new.email is None else new.email.strip()
    ids = [uow.new_id() for _ in new.identifiers]
    rows = list(zip(ids, new.identifiers, strict=True))
    try:
        await uow.execute(
            _INSERT_PERSON,
            person,
            new.market,
            new.zone,
            new.locale,
            PersonStatus.ACTIVE.value,
            uow.now,
            wrapped,
            sealing.seal(data_key, new.name.strip(), _VAULT, "name", person),
            None if email is None else sealing.seal(data_key, email, _VAULT, "email", person),
            None if email is None else sealing.email_index(email),
        )
        if rows:
            await uow.execute(
                _INSERT_IDENTIFIERS,
                ids,
                person,
                [given.system for _, given in rows],
                [sealing.seal(data_key, given.value.strip(), _IDENTIFIER, "value", row) for row, given in rows],
                [sealing.identifier_index(given.system, given.value) for _, given in rows],
            )
    except asyncpg.UniqueViolationError as error:
        field = _FIELDS.get(error.constraint_name or "", "id")
        raise PersonExistsError(f"Somebody with this {field} is registered already.", field=field) from None


async def profile(uow: UnitOfWork, person: PersonId) -> Profile:
    """Return what the vault holds about ``person``.

    Raises:
        PersonNotFoundError: nobody has this id.
        PersonErasedError: there is no key any more.

    """
    row = await uow.fetchrow(_PROFILE, person)
    if row is None:
        raise PersonNotFoundError("There is no such person.")
    if row["wrapped"] is None or row["name"] is None:
        raise PersonErasedError("This person was erased.")
    data_key = sealing.unwrap(person, row["wrapped"])
    email = row["email"]
    return Profile(
        person=person,
        name=sealing.open_sealed(data_key, row["name"], _VAULT, "name", person),
        email=None if email is None else sealing.open_sealed(data_key, email, _VAULT, "email", person),
        identifiers=await _identifiers(uow, person, data_key),
        market=row["market"],
        zone=row["zone"],
        locale=row["locale"],
        created_at=row["created_at"],
    )


async def _identifiers(uow: UnitOfWork, person: PersonId, data_key: bytes) -> tuple[Identifier, ...]:
    rows = await uow.fetch("select id, system, value from people.identifier where person = $1 order by id", person)
    return tuple(
        Identifier(row["system"], sealing.open_sealed(data_key, row["value"], _IDENTIFIER, "value", row["id"]))
        for row in rows
    )


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
    return {PersonId(row[0]): Bearings(row[1], row[2], row[3]) for row in rows}


async def wrapped_key(uow: UnitOfWork, person: PersonId) -> bytes | None:
    """Return the person's own key, wrapped; None where it was destroyed or nobody has this id."""
    found: bytes | None = await uow.fetchval("select wrapped from people.data_key where person = $1", person)
    return found
