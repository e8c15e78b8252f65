"""Reviews of the trail, signed with the reviewer's password; and how far the trail is."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromQuery

import access
import audit
import people
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.v1.sessions import count_proof, proved
from api.v1.wire import Body, Limit, Listing, Password
from audit import Meaning, Review, Status
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.errors import ForbiddenError
from kernel.unit_of_work import UnitOfWork

Index = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class SignatureRefusedError(ForbiddenError):
    """The password is not the signer's."""

    code = "signature-refused"
    remedy = "Sign with the password of the account that you are signed in with."


class ReviewRequest(Body, frozen=True, kw_only=True):
    """Which entries were looked through, what the signature means, and the signer's password once more."""

    first_index: Index
    end_index: Index
    meaning: Meaning
    password: Annotated[Password, msgspec.Meta(min_length=1)]


class SignedReview(msgspec.Struct, frozen=True, kw_only=True):
    """The review, and the name of who signed it (21 CFR 11.50)."""

    review: Review
    name: str


@command.post(
    "/audit/reviews",
    permission=Permission.AUDIT_REVIEW,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.REVIEW_SIGNED,
    creates=True,
)
async def sign_review(uow: UnitOfWork, caller: Caller, passage: Passage, data: ReviewRequest) -> SignedReview:
    """Sign that a part of the trail was reviewed; the signer's own entries are counted apart and stay for others."""
    assert caller.person is not None  # noqa: S101 - only members of staff hold this permission, and each is a person
    profile = await people.profile(uow, caller.person)
    known = await access.credential(uow, profile.email or "")
    counted = await count_proof(passage, caller.account)
    proof = await proved(passage, known, data.password, counted)
    if not proof.right or known.account != caller.account:
        raise SignatureRefusedError("The password is wrong.", reason="wrong-secret")
    await passage.runtime.limits.give_back(counted)
    span = range(data.first_index, data.end_index)
    review = await audit.sign_review(uow, caller.account, span, data.meaning, caller.person)
    return SignedReview(review=review, name=profile.name)


@query.get(
    "/audit/reviews",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.REVIEWS_READ,
    settled=True,
)
async def list_reviews(uow: UnitOfWork, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Listing[Review]:
    """Return the reviews, newest first."""
    before: UUID | None = cursors.read_id(cursor)
    found = await audit.reviews(uow, before, limit)
    return Listing(found.items, found.next)


@query.get(
    "/audit/status",
    permission=Permission.AUDIT_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.STATUS_READ,
)
async def trail_status(uow: UnitOfWork) -> Status:
    """Return how far the trail is: what has an index, what waits, what is published, since when witnesses lack."""
    return await audit.status(uow)


ROUTES: list[Any] = [sign_review, list_reviews, trail_status]
