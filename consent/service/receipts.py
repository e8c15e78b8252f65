"""Receipts: what a person agreed to, with the proof that it was written down."""

import audit
from consent.errors import NothingAnsweredError, ReceiptNotReadyError
from consent.receipts import ReceiptIssuer
from consent.store import notices as notice_store
from consent.store import standing as store
from consent.values import Question, ReceiptFacts
from consent.vocabulary import ACTION_OF, Action, Channel, Purpose
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def receipt(
    uow: UnitOfWork,
    issuer: ReceiptIssuer,
    person: PersonId,
    purpose: Purpose,
    channel: Channel | None = None,
    topic: str | None = None,
) -> bytes:
    """Return the signed receipt of the answer that counts, with its entry in the audit log and the proof of that.

    Raises:
        NothingAnsweredError: there is no answer to this question.
        ReceiptNotReadyError: no checkpoint covers the answer's entry yet; a moment later one does.

    """
    known = await store.answers(uow, [person], [purpose])
    standing = known.get(Question(person, purpose, channel, topic))
    event = None if standing is None else await store.event(uow, standing.event)
    if event is None:
        raise NothingAnsweredError("There is no answer about this purpose.")
    proof = await audit.proof_of(uow, person, f"consent:{event.id}", ACTION_OF[event.state])
    if proof is None:
        raise ReceiptNotReadyError("The audit log is about to sign this answer.")
    shown = None if event.shown is None else (await notice_store.shown(uow, [event.shown])).get(event.shown)
    notice = None if event.notice is None else (await notice_store.by_ids(uow, [event.notice])).get(event.notice)
    uow.record(Action.RECEIPT_ISSUED, subject=person, resource=f"consent:{event.id}", purpose=purpose)
    facts = ReceiptFacts(event=event, notice=notice, shown=shown, proof=proof)
    return issuer.written(facts, str(uow.new_id()), uow.now)
