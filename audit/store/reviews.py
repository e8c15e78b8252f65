"""Queries about reviews of the trail."""

from datetime import datetime
from uuid import UUID

import msgspec

from audit.errors import UNREADABLE_BY
from audit.values import Review
from audit.vocabulary import Meaning
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


class _Of(msgspec.Struct, frozen=True):
    meaning: Meaning
    first_index: int
    end_index: int
    own: int
    sha256: str


class _Signed(msgspec.Struct, frozen=True):
    actor: UUID
    at: datetime
    count: int
    detail: _Of


_signed = msgspec.json.Decoder(_Signed).decode


async def reviews(uow: UnitOfWork, before: UUID | None, limit: int) -> list[Review]:
    """Return reviews, newest first, as the log says that they were signed; else somebody could rewrite them here.

    One of which the log says nothing was signed by nobody.
    """
    rows = await uow.fetch(
        "select r.id, e.body from audit.review r join audit.leaf l on l.resource = 'review:' || r.id"
        " and l.action = 'audit:review:signed' join audit.entry e on e.id = l.entry"
        " where ($1::uuid is null or r.id < $1) order by r.id desc limit $2",
        before,
        limit,
    )
    found = [_review(UUID(bytes=row["id"].bytes), row["body"]) for row in rows]
    return [review for review in found if review is not None]


def _review(identifier: UUID, body: bytes) -> Review | None:
    try:
        signed = _signed(body)
    except UNREADABLE_BY:
        return None
    said = signed.detail
    return Review(
        id=identifier,
        first_index=said.first_index,
        end_index=said.end_index,
        reviewer=signed.actor,
        meaning=said.meaning,
        reviewed=signed.count,
        own=said.own,
        digest=said.sha256,
        signed_at=signed.at,
    )
