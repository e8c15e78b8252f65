"""What the caller agreed to: to read, to answer, and to take away as a receipt."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import FromPath, FromQuery

import consent
import gamification
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.v1.wire import Body, Listing
from consent.errors import ReceiptNotReadyError
from consent.values import ConsentChoice, ConsentView, GapView
from consent.vocabulary import Action, Answer, Channel, Purpose, State
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork

RECEIPT_TYPE = "application/ld+json"
SIGNING_TRIES = 30
SIGNING_POLL_SECONDS = 0.05
Topic = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]


class Choice(Body, frozen=True, kw_only=True):
    """``granted`` needs the version of the active notice, or the ``shown_id`` of its showing; a no needs neither.

    ``channel`` and ``topic`` narrow the answer, where the purpose has channels; without them it is about all.
    """

    state: Answer
    notice_version: int | None = None
    shown_id: UUID | None = None
    channel: Channel | None = None
    topic: Topic | None = None
    expires_at: datetime | None = None


@query.get("/me/consents", permission=Permission.CONSENT_READ, purpose=Purpose.COMPLIANCE, records=Action.CONSENTS_READ)
async def consents(uow: UnitOfWork, caller: Caller) -> Listing[ConsentView]:
    """Return what the caller agreed to: each purpose as a whole, then single channels and topics."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    return Listing(await consent.consents(uow, caller.person))


@command.put(
    "/me/consents/{purpose:str}",
    permission=Permission.CONSENT_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=(
        Action.CONSENT_GRANTED,
        Action.CONSENT_WITHDRAWN,
        Action.CONSENT_DENIED,
        Action.CONFIRMATION_ASKED,
    ),
)
async def decide_consent(
    uow: UnitOfWork, caller: Caller, passage: Passage, purpose: FromPath[str], data: Choice
) -> ConsentView:
    """Grant, deny or withdraw; in force on every worker when the answer arrives.

    Where the law asks for it, a grant waits until it is confirmed from the caller's mailbox: then ``confirm_by`` says
    until when, and ``state`` is what it was before.
    """
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    choice = ConsentChoice(
        state=data.state,
        notice_version=data.notice_version,
        shown=data.shown_id,
        channel=data.channel,
        topic=data.topic,
        expires_at=data.expires_at,
    )
    asked = known_purpose(purpose)
    view = await consent.record_consent(uow, caller.person, asked, choice)
    if view.state is not State.GRANTED:
        await gamification.leave(uow, passage.runtime.boards, caller.person, {asked})
    return view


@query.get(
    "/me/consents/{purpose:str}/receipt",
    permission=Permission.CONSENT_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.RECEIPT_ISSUED,
    media_types=(RECEIPT_TYPE,),
    settled=True,
)
async def consent_receipt(
    uow: UnitOfWork,
    caller: Caller,
    passage: Passage,
    purpose: FromPath[str],
    channel: FromQuery[Channel | None] = None,
    topic: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Return a signed receipt (ISO/IEC TS 27560 in JSON-LD) of the answer that counts, proved by the audit log."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    asked = known_purpose(purpose)
    issuer = passage.runtime.receipt_issuer
    for _ in range(SIGNING_TRIES):  # the log signs about once a second, and people ask for a receipt when they answered
        with suppress(ReceiptNotReadyError):
            text = await consent.receipt(uow, issuer, caller.person, asked, channel, topic)
            return Response(text, media_type=RECEIPT_TYPE)
        await asyncio.sleep(SIGNING_POLL_SECONDS)
    text = await consent.receipt(uow, issuer, caller.person, asked, channel, topic)
    return Response(text, media_type=RECEIPT_TYPE)


@query.get(
    "/consent/gaps",
    permission=Permission.CONSENT_GAPS_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.GAPS_READ,
)
async def consent_gaps(uow: UnitOfWork) -> Listing[GapView]:
    """Return where data was asked for without a lawful basis in the register, the newest first."""
    return Listing(await consent.open_gaps(uow))


def known_purpose(text: str) -> Purpose:
    """Return the purpose of that name.

    Raises:
        InvalidError: there is none.

    """
    try:
        return Purpose(text)
    except ValueError:
        known = ", ".join(purpose.value for purpose in consent.CONSENT_PURPOSES)
        raise InvalidError(f"There is no such purpose; the purposes are {known}.", field="purpose") from None


ROUTES = [consents, decide_consent, consent_receipt, consent_gaps]
