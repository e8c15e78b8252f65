"""The second yes of a double opt-in."""

from hashlib import sha256

import people
from consent.errors import ConfirmationNotFoundError
from consent.service.confirming import confirmable, use_token
from consent.service.recording import record_consent
from consent.values import ConsentChoice, ConsentView
from consent.vocabulary import Action, Answer, Method
from kernel.unit_of_work import UnitOfWork


async def confirm(uow: UnitOfWork, token: str) -> ConsentView:
    """Make the yes that ``token`` confirms count from now on; a token works once.

    Raises:
        ConfirmationNotFoundError: it confirms nothing (any more).
        NoticeNotActiveError: the notice was replaced since the first yes.

    """
    pending, _ = await confirmable(uow, token)
    # The person first, as everywhere: a withdrawal holds this lock while it gives up what waits.
    await people.lock(uow, [pending.person])
    if not await use_token(uow, token):
        raise ConfirmationNotFoundError("This message confirms nothing any more.")
    choice = ConsentChoice(
        state=Answer.GRANTED,
        channel=pending.channel,
        topic=pending.topic,
        shown=pending.shown,
        method=Method.CONFIRMATION,
        evidence=f"confirmation {pending.id}",
        evidence_sha256=sha256(token.encode()).digest(),
        expires_at=pending.grant_expires_at,
    )
    uow.record(Action.CONFIRMATION_GIVEN, subject=pending.person, purpose=pending.purpose)
    return await record_consent(uow, pending.person, pending.purpose, choice)
