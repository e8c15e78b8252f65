"""Queries about reviews of the trail."""

from uuid import UUID

import msgspec

from audit.values import Review
from kernel.unit_of_work import UnitOfWork


async def count_by(uow: UnitOfWork, account: UUID, person: UUID | None, first: int, end: int) -> int:
    """Return how many entries of a range an account made, those among them where it was about to sign in."""
    sql = (
        "select count(*) from audit.leaf where index >= $3 and index < $4 and (actor = $1::text or"
        " (actor = 'anonymous' and (resource = 'account:' || $1::text or subject = $2)))"
    )
    count: int = await uow.fetchval(sql, str(account), person, first, end)
    return count


async def insert_review(uow: UnitOfWork, review: Review) -> None:
    """Store a review."""
    await uow.execute(
        "insert into audit.review (id, first_index, end_index, reviewer, meaning, reviewed, own, digest, signed_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        review.id,
        review.first_index,
        review.end_index,
        review.reviewer,
        review.meaning.value,
        review.reviewed,
        review.own,
        bytes.fromhex(review.digest),
        review.signed_at,
    )


async def reviews(uow: UnitOfWork, before: UUID | None, limit: int) -> list[Review]:
    """Return reviews, newest first; one of which the log says nothing was signed by nobody."""
    rows = await uow.fetch(
        "select id, first_index, end_index, reviewer, meaning, reviewed, own, encode(digest, 'hex') as digest,"
        " signed_at from audit.review r where ($1::uuid is null or id < $1) and exists (select from audit.leaf l"
        " where l.resource = 'review:' || r.id and l.action = 'audit:review:signed') order by id desc limit $2",
        before,
        limit,
    )
    return [msgspec.convert(dict(row), Review) for row in rows]
