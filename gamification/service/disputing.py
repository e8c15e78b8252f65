"""A recipient says that the record of a transfer of value is wrong, and a compliance officer answers."""

from collections.abc import Collection
from uuid import UUID

from msgspec.structs import replace

import people
from gamification.dispute_errors import DisputeRefusedError, InvalidDisputeAnswerError, TransferNotFoundError
from gamification.dispute_vocabulary import DisputeGround, DisputeState
from gamification.reward_values import Dispute, Transfer
from gamification.rules.rewards import EVERYWHERE
from gamification.store import claims, transfers
from gamification.store import disputes as store
from gamification.vocabulary import Action, TransferState
from kernel import cursors
from kernel.cursors import Page
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId


async def own_transfers(uow: UnitOfWork, person: PersonId, before: UUID | None, limit: int) -> Page[Transfer]:
    """Return a page of what a person was, or is to be, handed over, the newest claim first."""
    found = await transfers.of_person(uow, person, before, limit + 1)
    shown = found[:limit]
    uow.record(Action.TRANSFERS_READ, subject=person, count=len(shown))
    return Page(shown, cursors.written(shown[-1].claim) if len(found) > limit else None)


async def dispute_transfer(uow: UnitOfWork, person: PersonId, claim: UUID, ground: DisputeGround) -> Dispute:
    """Let a person say that a record of theirs is wrong; it is exported as disputed until somebody answers.

    Raises:
        TransferNotFoundError: there is none, or it is another person's.
        DisputeRefusedError: nothing was handed over, or it is disputed already.

    """
    await people.lock(uow, [person])
    found = await transfers.of_claim(uow, claim)
    if found is None or found.person != person:
        raise TransferNotFoundError("There is no such transfer of value.")
    if found.amount is None:
        raise DisputeRefusedError("Nothing was handed over.", reason="not-handed-over")
    made = Dispute(
        id=uow.new_id(), claim=claim, person=person, ground=ground, state=DisputeState.OPEN, opened_at=uow.now
    )
    if not await store.insert(uow, made):
        raise DisputeRefusedError("This record is disputed already.", reason="disputed-already")
    uow.record(Action.DISPUTE_OPENED, subject=person, resource=f"claim:{claim}", ground=ground)
    return made


async def answer_dispute(
    uow: UnitOfWork,
    claim: UUID,
    answer: DisputeState,
    amount: int | None,
    *,
    account: UUID,
    markets: Collection[str],
) -> Dispute:
    """Answer an open dispute: the record ``stands``, or it is ``corrected`` to ``amount`` (in minor units).

    Raises:
        TransferNotFoundError: there is none in these markets.
        InvalidDisputeAnswerError: an answer with an amount that it does not need, or without the one that it needs.
        DisputeRefusedError: it is not disputed, or was corrected before.

    """
    if (answer is DisputeState.CORRECTED) is (amount is None):
        raise InvalidDisputeAnswerError("A correction has an amount, and no other answer has.", field="amount")
    found = await transfers.of_claim(uow, claim)
    if found is None or {EVERYWHERE, found.market}.isdisjoint(markets):
        raise TransferNotFoundError("There is no such transfer of value.")
    await people.lock(uow, [found.person])
    dispute = await store.open_of(uow, claim)
    if dispute is None:
        raise DisputeRefusedError("This record is not disputed.", reason="not-disputed")
    if amount is not None:
        await _correct(uow, claim, amount)
    ended = replace(dispute, state=answer, answered_at=uow.now, answered_by=account)
    await store.answer(uow, ended)
    uow.record(
        Action.DISPUTE_ANSWERED, subject=found.person, resource=f"claim:{claim}", answer=answer, old=found.amount,
        new=found.amount if amount is None else amount,
    )  # fmt: skip
    return ended


async def _correct(uow: UnitOfWork, claim: UUID, amount: int) -> None:
    """Add the right amount to the book, as what it really cost where nobody had told that, and to the year."""
    made, now = await claims.claim(uow, claim, lock=True), await transfers.of_claim(uow, claim)
    assert made is not None and now is not None  # noqa: S101, PT018 - the book is about claims, which are never deleted
    state = TransferState.ACTUAL if now.actual is None else TransferState.CORRECTED
    if not await transfers.add(uow, made, state, amount):
        raise DisputeRefusedError("This record was corrected before.", reason="corrected-already")
    await claims.correct_year(uow, made, amount - (now.amount or 0))
