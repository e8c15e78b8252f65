"""Asking the gate: for requests and batches, and before a person is written to or called."""

from collections.abc import Collection

import people
from consent.errors import refused
from consent.rules.addresses import is_address
from consent.rules.gate import UNCONFIGURED, decide
from consent.rules.standing import covering
from consent.service.recording import narrowed
from consent.service.suppressing import suppression_of
from consent.store import gaps
from consent.store import standing as store
from consent.values import CONSENT_PURPOSES, PURPOSES, Address, Decision, GapView, Question, Record
from consent.vocabulary import Action, AddressKind, Channel, Outcome, Purpose, Reason, SuppressionReason
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import Field, PersonId

_ADDRESSES = {Channel.EMAIL: AddressKind.EMAIL, Channel.SMS: AddressKind.PHONE, Channel.PHONE: AddressKind.PHONE}
"""What an address of a channel is; the others reach people where they are signed in or at work."""


async def standing(uow: UnitOfWork, persons: Collection[PersonId], purposes: Collection[Purpose]) -> store.Standing:
    """Return how each of ``persons`` stands towards each of ``purposes`` as a whole; an unanswered one has no key.

    One query whatever their number. Feed each to ``decide``: a record alone is no permission.
    """
    return await store.standing(uow, list(persons), list(purposes))


async def check(uow: UnitOfWork, person: PersonId, purpose: Purpose) -> Decision:
    """Return what the gate says about ``person`` and ``purpose`` now."""
    where = (await people.bearings(uow, [person])).get(person)
    market = None if where is None else where.market
    if purpose not in CONSENT_PURPOSES:
        return decide(purpose, None, uow.now, market)
    known = await store.standing(uow, [person], [purpose])
    return decide(purpose, known.get((person, purpose)), uow.now, market)


async def require(uow: UnitOfWork, person: PersonId, purpose: Purpose) -> Decision:
    """Return the gate's yes about ``person`` and ``purpose``.

    Raises:
        ConsentRequiredError: it says no; the facts hold the purpose and the reason.

    """
    decision = await check(uow, person, purpose)
    if not decision.allowed:
        raise refused(purpose, decision.reason)
    return decision


async def may_contact(
    uow: UnitOfWork,
    person: PersonId,
    channel: Channel,
    purpose: Purpose,
    *,
    topic: str | None = None,
    address: str | None = None,
    solicited: bool = False,
) -> Decision:
    """Return whether ``person`` may be reached by ``channel`` for ``purpose`` and about ``topic``, at this moment.

    Ask when a message is put into a queue AND again when it is sent, with the ``address`` that it goes to: in between
    somebody may have withdrawn, or asked never to be contacted. Where the person has a say, it holds the person's lock
    until the transaction ends, so that a withdrawal that was answered is never followed by a yes. Without an
    ``address`` the person's own is looked up. What is asked is audited, and a gap in the register becomes work for the
    data protection officer.

    ``solicited`` is for what somebody asked for a moment ago, or must be told about their own account: a wish never to
    be contacted does not stop that, an address that bounced does.
    """
    locate = people.lock if purpose in CONSENT_PURPOSES else people.bearings
    where = (await locate(uow, [person])).get(person)
    if where is None:
        decision = _refused(Reason.PERSON_UNKNOWN)
    elif purpose in PURPOSES and channel not in PURPOSES[purpose].channels:
        decision = _refused(Reason.CHANNEL_UNFIT)
    else:
        record = await _answer(uow, Question(person, purpose, channel, topic))
        decision = decide(purpose, record, uow.now, where.market)
        await note_gap(uow, decision, purpose, where.market)
        if decision.allowed:
            decision = await _reachable(uow, person, channel, address, decision, solicited=solicited)
    uow.record(
        Action.CONTACT_DECIDED,
        subject=person,
        resource=None if decision.event is None else f"consent:{decision.event}",
        reason=decision.reason,
        outcome="succeeded" if decision.allowed else "refused",
        purpose=purpose,
        notice_version=decision.notice_version,
        **narrowed(channel, topic),
    )
    return decision


async def _answer(uow: UnitOfWork, asked: Question) -> Record | None:
    """Return the answer that counts for what is asked, or that nothing may be done although nothing was answered."""
    record = covering(await store.answers(uow, [asked.person], [asked.purpose]), asked)
    if record is None:
        record = (await store.standing(uow, [asked.person], [asked.purpose])).get((asked.person, asked.purpose))
    return record


async def _reachable(
    uow: UnitOfWork, person: PersonId, channel: Channel, address: str | None, decision: Decision, *, solicited: bool
) -> Decision:
    """Return ``decision``, unless the address is not known or is never to be used."""
    kind = _ADDRESSES.get(channel)
    if kind is None:
        return decision
    if address is None:
        address = await _own_address(uow, person, kind)
        address = address if address and is_address(Address(kind, address)) else None
    if address is None:
        return _refused(Reason.ADDRESS_UNKNOWN)
    suppressed = await suppression_of(uow, Address(kind, address))
    if suppressed is None or (solicited and suppressed.reason is not SuppressionReason.BOUNCED):
        return decision
    return _refused(Reason.ADDRESS_SUPPRESSED)


async def _own_address(uow: UnitOfWork, person: PersonId, kind: AddressKind) -> str | None:
    """Return the address that the vault has of ``person``; nothing else of it is opened."""
    if kind is AddressKind.EMAIL:
        return (await people.view(uow, person, {Field.EMAIL})).email or None
    return (await people.view(uow, person, {Field.PHONE})).phone or None


def _refused(reason: Reason) -> Decision:
    return Decision(allowed=False, outcome=Outcome.REFUSED, reason=reason)


async def note_gap(uow: UnitOfWork, decision: Decision, purpose: str, market: str | None) -> None:
    """Make work for the data protection officer of a decision that the register has no ground for."""
    if decision.outcome is Outcome.UNCONFIGURED and market is not None:
        await gaps.note(uow, purpose, market)


async def open_gaps(uow: UnitOfWork) -> list[GapView]:
    """Return where the register still has no lawful basis for what was asked; what it has by now is done."""
    found = [each for each in await gaps.noted(uow) if decide(each.purpose, None, uow.now, each.market) == UNCONFIGURED]
    uow.record(Action.GAPS_READ, count=len(found))
    return found
