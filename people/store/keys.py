"""Work on everybody's keys and blind indexes, a page of people at a time, in the order of their ids."""

from typing import Final

from kernel.keyring import id_of
from kernel.unit_of_work import UnitOfWork
from people import sealing
from people.store.profiles import VAULT, opened_identifiers
from people.values import Page
from people.vocabulary import PersonId

_PAGE: Final = "select person, wrapped from people.data_key where person > $1 order by person limit $2 for update"

_COUNT: Final = "select substring(wrapped from 2 for 8) as key, count(*) from people.data_key group by 1"

_REWRAP: Final = """
update people.data_key set wrapped = given.wrapped from unnest($1::uuid[], $2::bytea[]) as given (person, wrapped)
where data_key.person = given.person
"""

_REINDEX_EMAILS: Final = """
update people.vault set email_index = given.email_index
from unnest($1::uuid[], $2::bytea[]) as given (person, email_index) where vault.person = given.person
"""

_REINDEX_IDENTIFIERS: Final = """
update people.identifier set value_index = given.value_index
from unnest($1::uuid[], $2::bytea[]) as given (id, value_index) where identifier.id = given.id
"""


async def counts_by_key(uow: UnitOfWork) -> dict[bytes, int]:
    """Return how many data keys each key-encryption key wraps, by its id."""
    return {bytes(row["key"]): row["count"] for row in await uow.fetch(_COUNT)}


async def rewrap(uow: UnitOfWork, after: PersonId, limit: int) -> Page | None:
    """Wrap the data keys of the next ``limit`` people by the current key, where another one did; None at the end."""
    rows = await uow.fetch(_PAGE, after, limit)
    if not rows:
        return None
    stale = [(row["person"], row["wrapped"]) for row in rows if id_of(row["wrapped"]) != sealing.current_key()]
    wrapped = [await sealing.rewrapped(PersonId(person), before) for person, before in stale]
    await uow.execute(_REWRAP, [person for person, _ in stale], wrapped)
    return Page(PersonId(rows[-1]["person"]), len(rows), len(stale))


async def reindex(uow: UnitOfWork, after: PersonId, limit: int) -> Page | None:
    """Make the blind indexes of the next ``limit`` people with the keys of now; None at the end."""
    rows = await uow.fetch(_PAGE, after, limit)
    if not rows:
        return None
    emails: dict[PersonId, bytes] = {}
    identifiers: dict[object, bytes] = {}
    for row in rows:
        person = PersonId(row["person"])
        data_key = await sealing.unwrap(person, row["wrapped"])
        sealed = await uow.fetchval("select email from people.vault where person = $1", person)
        if sealed is not None:
            emails[person] = sealing.email_index(sealing.open_sealed(data_key, sealed, VAULT, "email", person))
        for identifier, given in await opened_identifiers(uow, person, data_key):
            identifiers[identifier] = sealing.identifier_index(given.system, given.value)
    await uow.execute(_REINDEX_EMAILS, list(emails), list(emails.values()))
    await uow.execute(_REINDEX_IDENTIFIERS, list(identifiers), list(identifiers.values()))
    return Page(PersonId(rows[-1]["person"]), len(rows), len(rows))
