"""Secrets of a person that another room keeps, sealed with that person's key, so that they go with the person."""

from kernel import crypto
from kernel.unit_of_work import UnitOfWork
from people.store import profiles
from people.vocabulary import PersonId


async def seal_secret(uow: UnitOfWork, person: PersonId, secret: bytes, context: bytes) -> bytes:
    """Return ``secret`` sealed with the key of ``person`` and bound to ``context`` (``kernel.crypto.cell``).

    Raises:
        PersonErasedError: there is no key any more.

    """
    return crypto.seal(await profiles.key_of(uow, person), secret, context)


async def open_secret(uow: UnitOfWork, person: PersonId, sealed: bytes, context: bytes) -> bytes:
    """Return what ``seal_secret`` was given.

    Raises:
        PersonErasedError: there is no key any more.
        SealError: it was altered, or belongs to another person or place.

    """
    return crypto.open_sealed(await profiles.key_of(uow, person), sealed, context)
