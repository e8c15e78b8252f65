"""Periodic review (EU GMP Annex 11, section 9): somebody independent looks through a part of the trail and signs it.

Whoever reviews never reviews what they did themselves: their own entries in the range are counted apart, and stay for
somebody else.
"""

from hashlib import sha256
from uuid import UUID

from audit import store
from audit.errors import EntryNotSignedError
from audit.store import removals
from audit.store import reviews as review_store
from audit.values import Review
from audit.vocabulary import Action, Meaning
from kernel.cursors import Page, page
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork

MOST_ENTRIES = 100_000
"""How many entries one signature may cover: more than that nobody has looked at."""


async def sign_review(
    uow: UnitOfWork, reviewer: UUID, span: range, meaning: Meaning, person: UUID | None = None
) -> Review:
    """Sign that the entries of ``span`` were reviewed; whoever calls this has authenticated the reviewer just now.

    ``reviewer`` is an account, ``person`` whose it is: nobody reviews their own attempts to sign in either.

    The signature is bound to what it covers by the SHA-256 of the leaf hashes of the whole range.

    Raises:
        InvalidError: the range is empty, longer than ``MOST_ENTRIES``, or holds nothing any more, or nothing but what
            the reviewer did.
        EntryNotSignedError: not all of it is under a checkpoint.

    """
    if not 0 < len(span) <= MOST_ENTRIES:
        raise InvalidError(f"A review covers 1 to {MOST_ENTRIES} entries.", field="end_index")
    newest = await store.newest_checkpoint(uow)
    if newest is None or newest[0] < span.stop:
        raise EntryNotSignedError(f"No checkpoint covers entry {span.stop - 1} yet.")
    present = await removals.count_present(uow, span.start, span.stop)
    own = await review_store.count_by(uow, reviewer, person, span.start, span.stop)
    if present == 0:
        raise InvalidError("The content of all these entries was removed after its time.", field="end_index")
    if own == present:
        raise InvalidError("Nobody else did anything in this range: who acts does not review it.", field="end_index")
    digest = sha256(await store.leaf_hashes(uow, span.start, span.stop)).digest()
    review = Review(
        id=uow.new_id(),
        first_index=span.start,
        end_index=span.stop,
        reviewer=reviewer,
        meaning=meaning,
        reviewed=present - own,
        own=own,
        digest=digest.hex(),
        signed_at=uow.now,
    )
    await review_store.insert_review(uow, review)
    uow.record(
        Action.REVIEW_SIGNED,
        resource=f"review:{review.id}",
        count=review.reviewed,
        meaning=meaning.value,
        first_index=span.start,
        end_index=span.stop,
        own=own,
        sha256=review.digest,
    )
    return review


async def reviews(uow: UnitOfWork, before: UUID | None, limit: int) -> Page[Review]:
    """Return reviews, newest first, made before the one that is named."""
    found = page(await review_store.reviews(uow, before, limit + 1), limit)
    uow.record(Action.REVIEWS_READ, count=len(found.items))
    return found
