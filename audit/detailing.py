"""Reading what lies sealed beside an entry; opening it is for the room that has the keys."""

from hashlib import sha256
from uuid import UUID

from audit import store
from audit.errors import EntryNotFoundError
from audit.rules.details import claims
from audit.rules.filters import possible
from audit.values import StoredDetail
from audit.vocabulary import Action
from kernel.unit_of_work import UnitOfWork


async def sealed_details(uow: UnitOfWork, index: int) -> list[StoredDetail]:
    """Return the sealed details of an entry, in order, none that is not what the entry commits to.

    Raises:
        EntryNotFoundError: no entry has this index.

    """
    found = await store.entry_bytes(uow, index) if possible(index) == index else None
    if found is None:
        raise EntryNotFoundError(f"There is no entry {index}.")
    said, stored = claims(found[1]), await store.details(uow, index)
    whole = [
        stored[part] if part in stored and sha256(stored[part]).hexdigest() == each.sha256 else None
        for part, each in enumerate(said)
    ]
    subjects: list[UUID | None] = [*sorted({each.subject for each in said})]
    for subject in subjects or [None]:
        uow.record(Action.DETAIL_READ, subject=subject, resource=f"entry:{index}", count=len(said))
    return [
        StoredDetail(subject=each.subject, commitment=bytes.fromhex(each.commitment), ciphertext=ciphertext)
        for each, ciphertext in zip(said, whole, strict=True)
    ]
