"""Secrets of a person that another room keeps, sealed with that person's key, so that they go with the person."""

import hashlib

from kernel import crypto
from kernel.unit_of_work import UnitOfWork
from people import sealing
from people.store import profiles
from people.vocabulary import PersonId


def fingerprint(text: str, domain: str) -> bytes:
    """Return a keyed fingerprint (32 bytes) of ``text``, exactly as it is written, among texts of this ``domain``.

    Without the key it can't be guessed from lists of known texts. With another identifier index key it is another one.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()  # what is indexed loses its case
    return sealing.identifier_index(domain, digest)


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
