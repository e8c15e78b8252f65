"""The fields of one person: those that are asked for are fetched and opened, no others."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from kernel.unit_of_work import UnitOfWork
from people import sealing
from people.errors import PersonErasedError, PersonNotFoundError
from people.store.licences import licences_of
from people.values import Change, Identifier, Particulars
from people.vocabulary import ContactChannel, Field, PersonId, PracticeSetting, Profession

VAULT: Final = "people.vault"
_IDENTIFIER: Final = "people.identifier"

SEALED: Final = (Field.NAME, Field.EMAIL, Field.PHONE, Field.PRACTICE)
"""Fields that are a sealed column of the vault, of the same name."""
_OPEN: Final = (Field.MARKET, Field.ZONE, Field.LOCALE, Field.CREATED_AT)
_PARTICULARS: Final = tuple(Field(name) for name in Particulars.__struct_fields__)
_COLUMNS: Final = {
    **{field: f"vault.{field.value}" for field in SEALED},
    **{field: f"person.{field.value}" for field in _OPEN},
    **{field: f"profile.{field.value}" for field in _PARTICULARS},
}
_FROM: Final = """
from people.person
left join people.data_key on data_key.person = person.id
left join people.vault on vault.person = person.id
left join people.profile on profile.person = person.id
where person.id = $1
"""

_INSERT_IDENTIFIERS: Final = """
insert into people.identifier (id, person, system, value, value_index)
select id, $2, system, value, value_index
from unnest($1::uuid[], $3::text[], $4::bytea[], $5::bytea[]) as given (id, system, value, value_index)
"""

_PUT_PARTICULARS: Final = """
insert into people.profile (person, profession, specialties, setting, markets, channels)
values ($1, $2, $3, $4, $5, $6)
on conflict (person) do update set profession = excluded.profession, specialties = excluded.specialties,
    setting = excluded.setting, markets = excluded.markets, channels = excluded.channels
"""

_MOVE: Final = "update people.person set zone = coalesce($2, zone), locale = coalesce($3, locale) where id = $1"

_PUT_ZONE_CHANGE: Final = """
insert into people.profile (person, specialties, markets, channels, zone_changed_at) values ($1, '{}', '{}', '{}', $2)
on conflict (person) do update set zone_changed_at = excluded.zone_changed_at
"""


class Place(NamedTuple):
    """Where somebody is by the stored zone, and when that last changed."""

    zone: str
    zone_changed_at: datetime | None


async def fields(uow: UnitOfWork, person: PersonId, wanted: frozenset[Field]) -> dict[str, Any]:
    """Return the ``wanted`` fields of ``person`` by name. What is not wanted is neither fetched nor opened.

    Raises:
        PersonNotFoundError: nobody has this id.
        PersonErasedError: there is no key any more.

    """
    columns = [f"{_COLUMNS[field]} as {field.value}" for field in Field if field in wanted and field in _COLUMNS]
    row = await uow.fetchrow(f"select {', '.join(['data_key.wrapped', *columns])} {_FROM}", person)
    if row is None:
        raise PersonNotFoundError("There is no such person.")
    if row["wrapped"] is None or row.get("name", b"") is None:
        raise PersonErasedError("This person was erased.")
    found: dict[str, Any] = {field.value: row[field.value] for field in _OPEN if field in wanted}
    found |= {field.value: _particular(row, field) for field in _PARTICULARS if field in wanted}
    if not wanted.isdisjoint({*SEALED, Field.IDENTIFIERS, Field.LICENCES}):
        data_key = await sealing.unwrap(person, row["wrapped"])
        found |= {field.value: _opened(row, field, data_key, person) for field in SEALED if field in wanted}
        if Field.IDENTIFIERS in wanted:
            identifiers = await opened_identifiers(uow, person, data_key)
            found[Field.IDENTIFIERS.value] = tuple(identifier for _, identifier in identifiers)
        if Field.LICENCES in wanted:
            found[Field.LICENCES.value] = await licences_of(uow, person, data_key)
    return found


async def change(uow: UnitOfWork, person: PersonId, new: Change) -> None:
    """Store what ``new`` gives of a person whose lock the caller holds.

    Raises:
        PersonErasedError: there is no key any more.
        asyncpg.UniqueViolationError: the e-mail address or an identifier is taken.

    """
    given = new.given()
    if {"zone", "locale"} & given.keys():
        await uow.execute(_MOVE, person, given.get("zone"), given.get("locale"))
    if given.keys() & set(Particulars.__struct_fields__):
        known = await fields(uow, person, frozenset(_PARTICULARS))
        await put_particulars(uow, person, Particulars(**(known | _only(given, Particulars.__struct_fields__))))
    if given.keys() & {*SEALED, "identifiers"}:
        data_key = await key_of(uow, person)
        await _change_vault(uow, person, data_key, _only(given, SEALED))
        if isinstance(new.identifiers, tuple):
            await uow.execute("delete from people.identifier where person = $1", person)
            await insert_identifiers(uow, person, data_key, new.identifiers)


async def place(uow: UnitOfWork, person: PersonId) -> Place:
    """Return the stored zone of ``person`` and when it last changed."""
    row = await uow.fetchrow(f"select person.zone, profile.zone_changed_at {_FROM}", person)
    if row is None:
        raise PersonNotFoundError("There is no such person.")
    return Place(row["zone"], row["zone_changed_at"])


async def put_zone_change(uow: UnitOfWork, person: PersonId) -> None:
    """Store that the zone of ``person`` changes now."""
    await uow.execute(_PUT_ZONE_CHANGE, person, uow.now)


async def key_of(uow: UnitOfWork, person: PersonId) -> bytes:
    """Return the data key of ``person``.

    Raises:
        PersonErasedError: there is none any more.

    """
    wrapped = await uow.fetchval("select wrapped from people.data_key where person = $1", person)
    if wrapped is None:
        raise PersonErasedError("This person was erased.")
    return await sealing.unwrap(person, wrapped)


async def put_particulars(uow: UnitOfWork, person: PersonId, particulars: Particulars) -> None:
    """Store what somebody does, whatever was there before."""
    await uow.execute(
        _PUT_PARTICULARS,
        person,
        particulars.profession,
        particulars.specialties,
        particulars.setting,
        particulars.markets,
        particulars.channels,
    )


async def insert_identifiers(
    uow: UnitOfWork, person: PersonId, data_key: bytes, identifiers: Sequence[Identifier]
) -> None:
    """Store what other registers call ``person``."""
    rows = [(uow.new_id(), given) for given in identifiers]
    if rows:
        await uow.execute(
            _INSERT_IDENTIFIERS,
            [row for row, _ in rows],
            person,
            [given.system for _, given in rows],
            [sealing.seal(data_key, given.value.strip(), _IDENTIFIER, "value", row) for row, given in rows],
            [sealing.identifier_index(given.system, given.value) for _, given in rows],
        )


async def opened_identifiers(uow: UnitOfWork, person: PersonId, data_key: bytes) -> list[tuple[UUID, Identifier]]:
    """Return what other registers call ``person``, each with the id of its row."""
    rows = await uow.fetch("select id, system, value from people.identifier where person = $1 order by id", person)
    return [
        (
            row["id"],
            Identifier(row["system"], sealing.open_sealed(data_key, row["value"], _IDENTIFIER, "value", row["id"])),
        )
        for row in rows
    ]


async def _change_vault(uow: UnitOfWork, person: PersonId, data_key: bytes, given: dict[str, Any]) -> None:
    columns = {
        name: None if text is None else sealing.seal(data_key, text.strip(), VAULT, name, person)
        for name, text in given.items()
    }
    if "email" in given:
        columns["email_index"] = sealing.email_index(given["email"])
    if columns:
        assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=2))
        statement = f"update people.vault set {assignments} where person = $1"  # noqa: S608 - our own columns' names
        await uow.execute(statement, person, *columns.values())


def _opened(row: asyncpg.Record, field: Field, data_key: bytes, person: PersonId) -> str | None:
    sealed = row[field.value]
    return None if sealed is None else sealing.open_sealed(data_key, sealed, VAULT, field.value, person)


def _particular(row: asyncpg.Record, field: Field) -> object:
    """Return one of the particulars; somebody of whom nothing is stored has their defaults."""
    value = row[field.value]
    if field is Field.PROFESSION:
        return None if value is None else Profession(value)
    if field is Field.SETTING:
        return None if value is None else PracticeSetting(value)
    if field is Field.CHANNELS:
        return tuple(map(ContactChannel, value or ()))
    return tuple(value or ())


def _only(given: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in names}
