"""Token keys that are believed no more."""

import re
from typing import Final

from access.errors import InvalidKeyError
from access.store import keys as store
from access.vocabulary import Action
from kernel.unit_of_work import UnitOfWork

REASON_LENGTH: Final = 200
_KID: Final = re.compile(r"[A-Za-z0-9_-]{43}")


async def remove_key(uow: UnitOfWork, kid: str, reason: str) -> bool:
    """Believe nothing any more that is signed with this key, in every process within a second, for good.

    Tells whether it was believed until now. Whoever signs with it must be started with another key.

    Raises:
        InvalidKeyError: that is no key id, or the reason is none; the facts hold ``field``.

    """
    if not _KID.fullmatch(kid):
        raise InvalidKeyError("A key id has 43 characters, as GET /.well-known/jwks.json shows them.", field="kid")
    if not reason.strip() or len(reason) > REASON_LENGTH or not reason.isprintable():
        raise InvalidKeyError(f"A reason is one line of 1 to {REASON_LENGTH} characters.", field="reason")
    was_believed = await store.remove(uow, kid, reason.strip())
    uow.record(Action.KEY_REMOVED, resource=f"key:{kid}", repeated=not was_believed)
    return was_believed


async def removed_keys(uow: UnitOfWork) -> frozenset[str]:
    """Return the ids of the keys that are believed no more."""
    return await store.removed(uow)
