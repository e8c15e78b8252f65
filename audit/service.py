"""Writing entries and reading the log. Reading it is recorded like reading anything else."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from audit import store
from audit.errors import EntryNotFoundError, EntryNotSignedError, EntryRemovedError, LogDamagedError
from audit.rules.entries import timestamp, write
from audit.rules.filters import check, possible, told
from audit.rules.offline import OfflineProof, write_proof
from audit.rules.proofs import inclusion_ranges, proof_from, tiles_of
from audit.store import refusals, removals
from audit.store.search import search as searched
from audit.values import AccessPage, Entry, EntryFilter, EntryPage, InclusionProof, Refusals, Status
from audit.vocabulary import Action
from kernel.database import Connection
from kernel.facts import Fact, Origin
from kernel.ids import uuid7
from kernel.unit_of_work import UnitOfWork, Work

MOST_ITEMS: Final = 500
"""The longest page that is answered."""

SEARCH_SECONDS: Final = 0.1
"""How long a search looks on for matches that are rare."""

SETTLE_SECONDS: Final = 2.0
SETTLE_POLL_SECONDS: Final = 0.02
SETTLING: Final = Origin(request=UUID(int=0), actor="system:settling", role="system", route="audit settling")


async def append(connection: Connection, entries: Sequence[tuple[Origin, Fact]], at: datetime) -> list[UUID]:
    """Write entries as of ``at`` (UTC) in the caller's transaction: they become durable with it, or not at all.

    Returns:
        the ids of the entries, in order.

    Raises:
        EntryTooLargeError: an entry can't be made short enough.
        NotCanonicalError: a detail holds something without a canonical form.

    """
    text = timestamp(at)
    identifiers = [uuid7(at) for _ in entries]
    bodies = [
        write(identifier, text, origin, fact) for identifier, (origin, fact) in zip(identifiers, entries, strict=True)
    ]
    details = [
        (uuid7(at), identifier, part, each.ciphertext)
        for identifier, (_, fact) in zip(identifiers, entries, strict=True)
        for part, each in enumerate(fact.sealed)
    ]
    await store.insert(connection, identifiers, bodies, details)
    return identifiers


async def search(
    uow: UnitOfWork,
    filters: EntryFilter,
    after_index: int | None = None,
    limit: int = 50,
    *,
    newest_first: bool = True,
) -> EntryPage:
    """Return the entries that match, by index; ``next`` of one page is ``after_index`` of the following.

    Where matches are rare a page may hold fewer than ``limit``, or none, and still have a ``next``: it is answered in
    time and says how far it looked.
    """
    check(filters)
    limit = min(max(limit, 1), MOST_ITEMS)
    after = _after(after_index)
    found, edge = await searched(uow, filters, after, limit + 1, newest_first=newest_first, seconds=SEARCH_SECONDS)
    said = told(filters, matched=bool(found))
    uow.record(Action.ENTRIES_SEARCHED, subject=filters.subject, count=min(len(found), limit), filters=said)
    return EntryPage(found[:limit], found[limit - 1].index if len(found) > limit else edge)


async def entry(uow: UnitOfWork, index: int) -> Entry:
    """Return one entry.

    Raises:
        EntryNotFoundError: no entry has this index.
        EntryRemovedError: its content was removed after its time.

    """
    found = await store.entry(uow, index) if possible(index) == index else None
    if found is None:
        if await removals.is_removed(uow, possible(index)):
            raise EntryRemovedError(f"The content of entry {index} was removed after its time.")
        raise EntryNotFoundError(f"There is no entry {index}.")
    uow.record(Action.ENTRY_READ, subject=found.subject, resource=f"entry:{index}")
    return found


async def inclusion_proof(uow: UnitOfWork, index: int) -> InclusionProof:
    """Return the proof that an entry is under the published checkpoint, with its witnesses, or else the newest.

    It reads a few tiles, however long the log is. Where the content of the entry was removed after its time, ``entry``
    is empty: whoever kept its bytes can prove them.

    Raises:
        EntryNotFoundError: no entry has this index.
        EntryNotSignedError: the entry is newer than the newest checkpoint.
        LogDamagedError: tiles are missing.

    """
    checkpoint = await store.checkpoint_over(uow, possible(index))
    found = await store.entry_bytes(uow, index) if possible(index) == index else None
    if found is None and await removals.is_removed(uow, possible(index)):
        found = await store.leaf_hashes(uow, index, index + 1), b""
    if found is None:
        raise EntryNotFoundError(f"There is no entry {index}.")
    if checkpoint is None or checkpoint[0] <= index:
        raise EntryNotSignedError(f"No checkpoint covers entry {index} yet.")
    size, note = checkpoint
    ranges = inclusion_ranges(index, size)
    wanted = tiles_of(ranges)
    tiles = await store.tiles(uow, wanted)
    if wanted - tiles.keys():
        raise LogDamagedError("Tiles of the log are missing.")
    uow.record(Action.ENTRY_PROVED, subject=await store.subject_of(uow, index), resource=f"entry:{index}")
    leaf_hash, body = found
    return InclusionProof(
        index=index, size=size, entry=body, leaf_hash=leaf_hash, hashes=proof_from(ranges, tiles), checkpoint=note
    )


async def tlog_proof(uow: UnitOfWork, index: int) -> str:
    """Return the same as a file (c2sp.org/tlog-proof), which needs the entry's bytes beside it and nothing else.

    Raises:
        EntryNotFoundError, EntryNotSignedError, LogDamagedError: as above.

    """
    proof = await inclusion_proof(uow, index)
    return write_proof(OfflineProof(proof.index, tuple(proof.hashes), proof.checkpoint))


async def proofs_at(uow: UnitOfWork, subject: UUID, at: datetime, actions: Collection[StrEnum]) -> list[InclusionProof]:
    """Return the proofs of what was done about a person at one instant: what a transaction wrote, it wrote at one time.

    What is not signed yet is left out; a moment later it is there.
    """
    checkpoint = await store.newest_checkpoint(uow)
    indexes = await store.indexes_at(uow, subject, at, [action.value for action in actions])
    return [await inclusion_proof(uow, index) for index in indexes if checkpoint is not None and index < checkpoint[0]]


async def proof_of(uow: UnitOfWork, subject: UUID, resource: str, action: StrEnum) -> InclusionProof | None:
    """Return the proof of the one entry that says what was done to ``resource``; None while it is not signed yet."""
    filters = EntryFilter(subject=subject, resource=resource, action=action.value)
    found, _ = await searched(uow, filters, None, 1, newest_first=False)
    checkpoint = await store.newest_checkpoint(uow)
    if not found or checkpoint is None or checkpoint[0] <= found[0].index:
        return None
    return await inclusion_proof(uow, found[0].index)


async def access_log(uow: UnitOfWork, person: UUID, after_index: int | None = None, limit: int = 50) -> AccessPage:
    """Return the accesses to a person's data, newest first: when, what, why and in which role, never by whom."""
    limit = min(max(limit, 1), MOST_ITEMS)
    found = await store.accesses(uow, person, _after(after_index), limit + 1)
    uow.record(Action.ACCESS_LOG_READ, subject=person, count=min(len(found), limit))
    return AccessPage(found[:limit], found[limit - 1].index if len(found) > limit else None)


async def newest_checkpoint(uow: UnitOfWork) -> str | None:
    """Return the newest signed checkpoint (c2sp.org/tlog-checkpoint), or None before the first."""
    checkpoint = await store.newest_checkpoint(uow)
    return None if checkpoint is None else checkpoint[1]


async def own_proof(uow: UnitOfWork, person: UUID, index: int) -> InclusionProof:
    """Return the proof of an entry about ``person``, to whom everybody else's entries don't exist.

    Raises:
        EntryNotFoundError: no entry about them has this index.

    """
    if possible(index) != index or await store.subject_of(uow, index) != person:
        raise EntryNotFoundError(f"There is no entry {index} about you.")
    return await inclusion_proof(uow, index)


async def status(uow: UnitOfWork) -> Status:
    """Return how far the sequencer is; records nothing, since it is no one's data."""
    return await store.status(uow)


async def waiting(uow: UnitOfWork) -> int:
    """Return how many entries wait for their index, counted up to ``store.MOST_COUNTED``; it is no one's data."""
    return await store.waiting(uow)


async def count_refusals(uow: UnitOfWork, counts: Mapping[tuple[datetime, str | None, str], int]) -> None:
    """Count refusals by minute, network and route: durable with the unit of work, an entry once the minute is over."""
    await refusals.count_refusals(uow, [Refusals(*key, count) for key, count in counts.items()])


async def take_refusals(uow: UnitOfWork, before: datetime) -> list[Refusals]:
    """Take out what was counted in minutes before this one; whoever takes it records it in the same unit of work."""
    return await refusals.take_refusals(uow, before)


async def settle(work: Work, seconds: float = SETTLE_SECONDS) -> bool:
    """Wait until the entries that wait now have an index, so that whoever searches next finds what she did before.

    It looks again and again, and keeps no connection in between: others read meanwhile.

    Returns:
        False when ``seconds`` were not enough.

    """
    async with work.read(SETTLING) as uow:
        newest = await store.newest_pending(uow)
        if newest is None:
            return True
        await store.hurry(uow)
    clock = asyncio.get_running_loop()
    deadline = clock.time() + seconds
    while True:
        async with work.read(SETTLING) as uow:
            if not await store.is_pending_up_to(uow, newest):
                return True
        if clock.time() >= deadline:
            return False
        await asyncio.sleep(SETTLE_POLL_SECONDS)


def _after(index: int | None) -> int | None:
    return None if index is None else possible(index)
