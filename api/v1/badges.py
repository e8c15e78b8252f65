"""Badges that leave the house: an HCP takes their own along, and whoever is shown one asks what it is worth."""

import base64
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response
from litestar.datastructures.headers import Accept
from litestar.params import FromPath, FromQuery

import gamification
from access import Caller, Permission
from api.limiting import take
from api.passage import Passage
from api.routing import issuing, public
from api.v1.wire import Body
from consent.vocabulary import Purpose
from gamification import Form
from gamification.values import Judgement
from gamification.vocabulary import Action
from kernel.errors import InvalidError, TooManyError
from kernel.limits import Limit
from kernel.unit_of_work import UnitOfWork

FORMS: Final = {
    "application/vc": Form.JSON,
    "application/vc+jwt": Form.JWT,
    "application/ld+json": Form.JSON,
    "application/json": Form.JSON,
    "application/jwt": Form.JWT,
    "text/plain": Form.JWT,
    "image/svg+xml": Form.SVG,
    "image/png": Form.PNG,
}
"""Which form answers which media type; of two for the same form, the first is what that form is called (VC 2.0)."""

MOST_PER_MINUTE: Final = 600
"""Badges that one network may have judged: the work is small, but it is done for strangers."""


class Presented(Body, frozen=True, kw_only=True):
    """A badge as somebody was shown it: JSON or a token in ``credential``, or a PNG or SVG in ``image`` (base64)."""

    credential: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    image: Annotated[str, msgspec.Meta(min_length=1)] | None = None


class TooManyVerificationsError(TooManyError):
    """One network had too many badges judged in this minute."""

    code = "too-many-verifications"


@issuing.get(
    "/me/badges/{award:uuid}/credential",
    permission=Permission.BADGE_EXPORT,
    purpose=Purpose.GAMIFICATION,
    records=Action.CREDENTIAL_ISSUED,
    media_types=tuple(FORMS),
)
async def badge_credential(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    accept: str,
    award: FromPath[UUID],
    format: FromQuery[Form | None] = None,  # noqa: A002 - the query parameter's name
) -> Response[bytes]:
    """Return a badge of one's own as an Open Badge 3.0: JSON, a token, or a picture that carries it."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    form, media_type = chosen(accept, format)
    facts = await gamification.issue_badge(uow, award, caller.person, form)
    content = gamification.written_badge(passage.runtime.badge_issuer, facts, form, uow.now)
    return Response(content, media_type=media_type, headers={"Vary": "Accept"})


@public.post(
    "/credentials/verify", because="whoever is shown a badge may know what it is worth", purpose=Purpose.SERVICE
)
async def verify_credential(data: Presented, passage: Passage) -> Judgement:
    """Tell whether a badge is valid, revoked, expired, tampered with, or not ours at all."""
    refusal = TooManyVerificationsError("Too many badges were judged for this network in this minute.")
    await take(passage, [Limit(f"verify:{passage.address}", MOST_PER_MINUTE)], refusal)
    presented = _presented(data)
    async with passage.read() as uow:
        return await gamification.verify_badge(uow, passage.runtime.badge_issuer, presented)


def chosen(accept: str, form: Form | None) -> tuple[Form, str]:
    """Return which form to answer with, and its media type; a form that is named counts more than the header."""
    names = [name for name, each in FORMS.items() if form in {None, each}]
    media_type = Accept(accept).best_match(names) or names[0]
    return FORMS[media_type], media_type


def _presented(data: Presented) -> bytes:
    raw = bytes(data.credential)
    if bool(raw) == (data.image is not None):
        message = "Give either credential or image."
        raise InvalidError(message, field="credential")
    try:
        if data.image is not None:
            return base64.b64decode(data.image, validate=True)
        return msgspec.json.decode(raw, type=str).encode() if raw.startswith(b'"') else raw
    except (ValueError, msgspec.DecodeError):
        field = "credential" if data.image is None else "image"
        message = f"{field}: can't be read."
        raise InvalidError(message, field=field) from None


ROUTES = [badge_credential, verify_credential]
