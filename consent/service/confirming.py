"""Double opt-in: a yes from an app or by phone that counts once its person confirms it from their own mailbox.

The token is random, leaves once, in the answer to the system that sends the message, and is kept as its SHA-256. To
look at what it confirms changes nothing, so that a mail scanner that follows every link agrees to nothing.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import people
from consent.errors import ConfirmationNotFoundError
from consent.service.showing import Showing
from consent.store import confirmations as store
from consent.store import notices as notice_store
from consent.values import ConsentChoice, HandedOut, Notice, Pending, Question
from consent.vocabulary import Action, Purpose
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

LASTS: Final = timedelta(days=7)
TOKEN_BYTES: Final = 32
MOST_HANDED_OUT: Final = 100


async def ask_for_confirmation(
    uow: UnitOfWork, question: Question, market: str, choice: ConsentChoice, showing: Showing | None
) -> None:
    """Keep a first yes until it is confirmed; asking again ends the token of the message before."""
    assert showing is not None  # noqa: S101 - a grant without a notice was refused
    assert showing.shown is not None  # noqa: S101 - and one always has a showing
    pending = Pending(
        id=uow.new_id(),
        person=question.person,
        market=market,
        purpose=question.purpose,
        channel=question.channel,
        topic=question.topic,
        shown=showing.shown.id,
        grant_expires_at=choice.expires_at,
        requested_at=uow.now,
        expires_at=uow.now + LASTS,
    )
    await store.ask(uow, pending)
    uow.record(Action.CONFIRMATION_ASKED, subject=question.person, purpose=question.purpose, method=choice.method)


async def give_up_confirmations(uow: UnitOfWork, person: PersonId, purpose: Purpose) -> None:
    """Forget what waits: a no that is said ends every yes that was never completed."""
    await store.give_up(uow, person, purpose)


async def open_confirmations(
    uow: UnitOfWork, person: PersonId, purposes: Sequence[Purpose]
) -> dict[Question, datetime]:
    """Return until when the confirmations of ``person`` can be given."""
    return await store.waiting(uow, person, purposes)


async def hand_out_confirmations(
    uow: UnitOfWork, markets: Collection[str], most: int = MOST_HANDED_OUT
) -> list[HandedOut]:
    """Return the confirmations that have to be sent, oldest first, each once and with a fresh token.

    The transaction must commit before they leave; a message that gets lost is asked for anew by agreeing again.
    """
    pending = await store.claim(uow, markets, most)
    tokens = await new_tokens(uow, pending)
    bearings = await people.bearings(uow, [each.person for each in pending])
    uow.record(Action.CONFIRMATIONS_HANDED_OUT, count=len(pending))
    for each in pending:
        uow.record(Action.CONFIRMATIONS_HANDED_OUT, subject=each.person, purpose=each.purpose)
    return [
        HandedOut(
            person=each.person,
            purpose=each.purpose,
            channel=each.channel,
            topic=each.topic,
            locale=bearings[each.person].locale,
            token=token,
            expires_at=each.expires_at,
        )
        for each, token in zip(pending, tokens, strict=True)
        if each.person in bearings
    ]


async def new_tokens(uow: UnitOfWork, pending: Sequence[Pending]) -> list[str]:
    """Return a fresh token for each of ``pending``, of which only the hash is kept."""
    tokens = [secrets.token_urlsafe(TOKEN_BYTES) for _ in pending]
    await store.put_tokens(uow, [(each.id, _digest(token)) for each, token in zip(pending, tokens, strict=True)])
    return tokens


async def confirmable(uow: UnitOfWork, token: str) -> tuple[Pending, Notice]:
    """Return what ``token`` would confirm and the notice that was agreed to, and change nothing.

    Raises:
        ConfirmationNotFoundError: it confirms nothing (any more).

    """
    pending = await store.by_token(uow, _digest(token))
    if pending is None:
        raise ConfirmationNotFoundError("This message confirms nothing any more.")
    shown = (await notice_store.shown(uow, [pending.shown]))[pending.shown]
    return pending, (await notice_store.by_ids(uow, [shown.notice]))[shown.notice]


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


async def use_token(uow: UnitOfWork, token: str) -> bool:
    """Use a token up; of all who present it at once, one is told True."""
    return await store.use(uow, _digest(token))
