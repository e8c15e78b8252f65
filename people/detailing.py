"""Details of audit entries that are about a person by content: sealed under the person's key, opened for who may read.

They lie beside the audit log, which commits to them and can't read them. They end with the person's key.
"""

import base64
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, Final

import msgspec

import audit
from kernel import crypto
from kernel.canonical import canonical
from kernel.crypto import SealError
from kernel.facts import SealedDetail
from kernel.unit_of_work import UnitOfWork
from people.store import profiles
from people.vocabulary import PersonId

_TABLE, _COLUMN = "audit.detail", "ciphertext"


class _Plain(msgspec.Struct, frozen=True):
    detail: dict[str, Any]
    salt: str


_DECODER: Final = msgspec.json.Decoder(_Plain)


async def seal_detail(uow: UnitOfWork, person: PersonId, detail: Mapping[str, Any]) -> SealedDetail:
    """Return ``detail`` (JSON values) sealed for an audit entry, with its salted commitment.

    Raises:
        PersonErasedError: there is no key any more.
        NotCanonicalError: it holds something without a canonical form.

    """
    salt = secrets.token_bytes(audit.SALT_BYTES)
    plain = canonical({"detail": dict(detail), "salt": base64.b64encode(salt).decode()})
    ciphertext = crypto.seal(await profiles.key_of(uow, person), plain, crypto.cell(_TABLE, _COLUMN, person))
    return SealedDetail(subject=person, commitment=audit.commitment(salt, detail), ciphertext=ciphertext)


async def open_detail(uow: UnitOfWork, person: PersonId, commitment: bytes, ciphertext: bytes) -> dict[str, Any]:
    """Return the detail that was sealed.

    Raises:
        PersonErasedError: there is no key any more.
        SealError: it was altered, or is not what the entry commits to.

    """
    key = await profiles.key_of(uow, person)
    plain = _DECODER.decode(crypto.open_sealed(key, ciphertext, crypto.cell(_TABLE, _COLUMN, person)))
    if not compare_digest(audit.commitment(base64.b64decode(plain.salt), plain.detail), commitment):
        raise SealError("The detail is not what its entry commits to.")
    return plain.detail
