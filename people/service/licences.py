"""What can be done with licences: their holders submit them, staff decide, and registers are asked."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people.detailing import seal_detail
from people.errors import InvalidLicenceError, PersonNotFoundError
from people.rules import registers as rules
from people.rules.licences import check_decision, check_submission, standing_on
from people.rules.registers import RegisterSource
from people.service.persons import lock
from people.store import licences, profiles
from people.values import Inquiry, LegalStanding, Licence, LicenceDecision, RegisterEntry, WaitingLicence
from people.vocabulary import Action, Field, LicenceStatus, PersonId, RegisterFinding, is_market


async def submit_licence(
    uow: UnitOfWork, person: PersonId, market: str, evidence: str, expires_on: date | None
) -> Licence:
    """Store what ``person`` says of their licence in ``market``, to be looked at by staff: it is pending until then.

    Raises:
        InvalidLicenceError: the facts hold the ``field`` that is wrong.
        LicenceStepError: it is verified, and would not be any more.
        PersonNotFoundError: nobody active has this id.
        PersonErasedError: the person's key was destroyed.

    """
    data_key, known = await _licence(uow, person, market)
    check_submission(known, evidence, expires_on, uow.now.date())
    decision = LicenceDecision(status=LicenceStatus.PENDING, evidence=evidence, expires_on=expires_on)
    return await _put_licence(uow, person, market, data_key, known, decision)


async def decide_licence(uow: UnitOfWork, person: PersonId, market: str, decision: LicenceDecision) -> Licence:
    """Store what was decided about the licence of ``person`` in ``market``, and return the licence as it is now.

    Raises:
        InvalidLicenceError: the facts hold the ``field`` that is wrong.
        LicenceStepError: its status can't follow the one before it.
        PersonNotFoundError: nobody active has this id.
        PersonErasedError: the person's key was destroyed.

    """
    data_key, known = await _licence(uow, person, market)
    check_decision(known, decision, uow.now.date())
    return await _put_licence(uow, person, market, data_key, known, decision)


async def standings(
    uow: UnitOfWork, people: Collection[PersonId], market: str, at: datetime | None = None
) -> dict[PersonId, LegalStanding]:
    """Return what the licence of each of ``people`` in ``market`` is worth at a moment (now), in one query.

    Whoever has none is unverified. Nothing that is sealed is opened. What was decided after ``at`` counts as if it had
    been decided before: only the last decision is kept, and the audit log has those before it.
    """
    day = (at or uow.now).date()
    known = await licences.unopened(uow, people, market)
    return {person: standing_on(known.get(person), day) for person in people}


async def pending_licences(
    uow: UnitOfWork, markets: Collection[str], after: UUID | None, limit: int
) -> cursors.Page[WaitingLicence]:
    """Return licences that wait for a decision, of people in ``markets`` (``*`` for all), the oldest first."""
    found = cursors.page(await licences.waiting(uow, markets, after, limit + 1), limit)
    uow.record(Action.LICENCES_READ, count=len(found.items))
    return found


async def claim_inquiry(uow: UnitOfWork, sources: Mapping[str, RegisterSource]) -> Inquiry | None:
    """Return a pending licence that one of these registers is to be asked about now, None if there is none.

    COMMIT before asking: until there is an answer it counts as unavailable, so that whoever dies meanwhile leaves it to
    be asked again, and of any number of workers one asks. The audit entry is there before the number leaves.
    """
    claimed = await licences.next_inquiry(uow, sources)
    if claimed is None:
        return None
    inquiry, attempts = claimed
    again_at = rules.again_at(attempts, uow.now)
    await licences.put_finding(uow, inquiry, RegisterFinding.UNAVAILABLE, again_at, attempts + 1)
    uow.record(
        Action.REGISTER_ASKED, subject=inquiry.person, resource=_resource(inquiry.market), register=inquiry.register
    )
    return inquiry


async def identifier_of(uow: UnitOfWork, inquiry: Inquiry) -> str:
    """Return the number that the register of ``inquiry`` knows the person by.

    Raises:
        PersonNotFoundError: the person has none any more.
        PersonErasedError: the person's key was destroyed.

    """
    found = await profiles.fields(uow, inquiry.person, frozenset({Field.IDENTIFIERS}))
    number = _number(inquiry, found)
    if number is None:
        raise PersonNotFoundError("Nobody has such a number.")
    return number


async def settle_inquiry(
    uow: UnitOfWork, inquiry: Inquiry, identifier: str, entry: RegisterEntry | None, *, answered: bool = True
) -> RegisterFinding:
    """Store what a register said of ``identifier``, or that it was not ``answered``, and return what that came to.

    A clear yes verifies the licence, with the register as evidence. Everything else leaves it to staff, with what the
    register said; nobody is rejected by a register. What was decided, submitted or corrected meanwhile stands, and the
    answer, which was about something else, counts as none.

    Raises:
        PersonNotFoundError: nobody active has this id.
        PersonErasedError: the person's key was destroyed.

    """
    data_key, known = await _licence(uow, inquiry.person, inquiry.market)
    found = await profiles.fields(uow, inquiry.person, frozenset({Field.NAME, Field.IDENTIFIERS}))
    finding, same = RegisterFinding.UNAVAILABLE, False
    if known is not None and await licences.waits(uow, inquiry) and _number(inquiry, found) == identifier:
        same = True
        if answered:
            finding = rules.judge(entry, found[Field.NAME], known.expires_on, uow.now.date())
        if finding is RegisterFinding.ACTIVE and entry is not None:
            verified = rules.decision(inquiry, entry, known)
            check_decision(known, verified, uow.now.date())
            await _put_licence(uow, inquiry.person, inquiry.market, data_key, known, verified)
        elif answered:
            await licences.put_finding(uow, inquiry, finding, None)
    uow.record(
        Action.REGISTER_ANSWERED,
        subject=inquiry.person,
        resource=_resource(inquiry.market),
        reason=None if same else "changed-meanwhile",
        register=inquiry.register,
        finding=finding,
    )
    return finding


def _number(inquiry: Inquiry, fields: Mapping[str, Any]) -> str | None:
    return next((each.value for each in fields[Field.IDENTIFIERS] if each.system == inquiry.system), None)


async def _licence(uow: UnitOfWork, person: PersonId, market: str) -> tuple[bytes, Licence | None]:
    """Return the person's key and the licence in ``market``, locked."""
    if not is_market(market):
        raise InvalidLicenceError("The field market must be an ISO 3166-1 alpha-2 code such as GB.", field="market")
    if person not in await lock(uow, [person]):
        raise PersonNotFoundError("Nobody active has this id.")
    data_key = await profiles.key_of(uow, person)
    known = {each.market: each for each in await licences.licences_of(uow, person, data_key)}
    return data_key, known.get(market)


async def _put_licence(
    uow: UnitOfWork, person: PersonId, market: str, data_key: bytes, known: Licence | None, decision: LicenceDecision
) -> Licence:
    licence = Licence(
        market=market,
        status=decision.status,
        evidence=decision.evidence,
        expires_on=decision.expires_on,
        changed_at=uow.now,
        states=decision.states,
        public_employee=decision.public_employee,
        covered_recipient=decision.covered_recipient,
    )
    await licences.put_licence(uow, person, data_key, licence)
    before = [] if known is None else [known]
    values = {"new": {Field.LICENCES.value: [licence]}, "old": {Field.LICENCES.value: before}}
    sealed = await seal_detail(uow, person, msgspec.to_builtins(values))
    resource = _resource(market)
    uow.record(Action.LICENCE_CHANGED, subject=person, resource=resource, sealed=[sealed], status=decision.status)
    return licence


def _resource(market: str) -> str:
    return f"licence:{market}"
