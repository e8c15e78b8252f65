"""Double opt-in: handing out what has to be sent, showing what it would confirm, and confirming it.

Mail scanners follow every link of a message. So GET shows and changes nothing; only POST, which needs a person to press
a button, confirms.
"""

from datetime import datetime
from html import escape
from typing import Annotated, Any, Final

import msgspec
from litestar import Response
from litestar.datastructures.headers import Accept
from litestar.params import FromPath

import consent
from access import Caller, Permission
from api.limiting import take
from api.passage import Passage
from api.routing import command, public
from api.v1.wire import Body, Listing
from consent.values import HandedOut
from consent.vocabulary import Action, Channel, Purpose
from kernel.errors import TooManyError
from kernel.limits import Limit
from kernel.unit_of_work import UnitOfWork

BECAUSE: Final = "the token in the message is the proof; who holds it may not be signed in"
PAGE_TYPES: Final = ("application/json", "text/html")
PAGE: Final = """<!doctype html>
<html lang="{locale}"><head><meta charset="utf-8"><title>Please confirm</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"></head>
<body><main><pre style="white-space: pre-wrap; font: inherit">{text}</pre>
<form method="post"><button type="submit">I agree</button></form></main></body></html>
"""
"""What a person who follows the link sees. Nothing on it runs by itself."""

MOST_WRONG_PER_MINUTE: Final = 120
"""Of one network; tokens can't be guessed at any speed."""


class TooManyTokensError(TooManyError):
    """One network presented too many tokens that confirm nothing."""

    code = "too-many-tokens"


class HandOut(Body, frozen=True, kw_only=True):
    """How many at most."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100


class Confirmable(msgspec.Struct, frozen=True, kw_only=True):
    """What a token would confirm, and the notice that was agreed to."""

    purpose: str
    channel: Channel | None
    topic: str | None
    notice_version: int
    locale: str
    text: str
    sha256: str
    expires_at: datetime


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """What counts from now on."""

    purpose: str
    channel: Channel | None
    topic: str | None
    state: str
    decided_at: datetime | None


@command.post(
    "/consent/confirmations",
    permission=Permission.CONSENT_DELIVER,
    purpose=Purpose.COMPLIANCE,
    records=Action.CONFIRMATIONS_HANDED_OUT,
)
async def hand_out_confirmations(uow: UnitOfWork, caller: Caller, data: HandOut) -> Listing[HandedOut]:
    """Hand out the confirmations that are to be sent to people's mailboxes, each once, with its token."""
    return Listing(await consent.hand_out_confirmations(uow, sorted(caller.markets), data.limit))


@public.get("/consent/confirmations/{token:str}", because=BECAUSE, purpose=Purpose.COMPLIANCE, media_types=PAGE_TYPES)
async def show_confirmation(passage: Passage, accept: str, token: FromPath[str]) -> Response[Any]:
    """Show what the token would confirm, and change nothing however often it is asked."""
    async with passage.read() as uow:
        pending, notice = await consent.confirmable(uow, token)
    if Accept(accept).best_match(list(PAGE_TYPES)) == PAGE_TYPES[1]:
        page = PAGE.format(locale=escape(notice.locale), text=escape(notice.text))
        return Response(page, media_type="text/html; charset=utf-8")
    return Response(
        Confirmable(
            purpose=pending.purpose.value,
            channel=pending.channel,
            topic=pending.topic,
            notice_version=notice.version,
            locale=notice.locale,
            text=notice.text,
            sha256=notice.sha256.hex(),
            expires_at=pending.expires_at,
        )
    )


@public.post(
    "/consent/confirmations/{token:str}",
    because=BECAUSE,
    purpose=Purpose.COMPLIANCE,
    records=Action.CONFIRMATION_GIVEN,
)
async def give_confirmation(passage: Passage, token: FromPath[str]) -> Confirmed:
    """Confirm: the grant counts from now on. A token works once."""
    limits = [Limit(f"confirm:{passage.address}", MOST_WRONG_PER_MINUTE)]
    # Each wrong one is in the audit log, which nobody must be able to fill from outside; a right one is given back.
    counted = await take(
        passage, limits, TooManyTokensError("Too many wrong tokens came from this network in this minute.")
    )
    async with passage.begin() as uow:
        view = await consent.confirm(uow, token)
    await passage.runtime.limits.give_back(counted)
    return Confirmed(
        purpose=view.purpose.value,
        channel=view.channel,
        topic=view.topic,
        state=view.state.value,
        decided_at=view.decided_at,
    )


ROUTES: list[Any] = [hand_out_confirmations, show_confirmation, give_confirmation]
