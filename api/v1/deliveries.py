"""Consents that other systems bring, many at once: to be checked first, or to be recorded."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec

import access
import consent
import gamification
from access import Caller, Permission
from api.passage import Passage
from api.routing import command, query
from api.v1.consents import known_purpose
from api.v1.hcps import OWN_METHODS, PaperConsent, choice_of
from api.v1.wire import Body
from consent.values import DeliveredConsent, DeliveryResult
from consent.vocabulary import Action, Answer, DeliveryStatus, Purpose
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

UNKNOWN: Final = DeliveryResult(DeliveryStatus.REFUSED, "person-not-found", "person", "Nobody has this id.")


class ConsentOf(PaperConsent, frozen=True, kw_only=True):
    """One answer of one person."""

    person: UUID


class Deliveries(Body, frozen=True, kw_only=True):
    """Up to five hundred answers; each is recorded or refused alone."""

    consents: Annotated[list[ConsentOf], msgspec.Meta(min_length=1, max_length=500)]


class DeliveryResults(msgspec.Struct, frozen=True):
    """What became of each answer, in the order in which they were sent."""

    results: list[DeliveryResult]


@command.post(
    "/consents",
    permission=Permission.CONSENT_DELIVER,
    purpose=Purpose.COMPLIANCE,
    records=Action.CONSENTS_DELIVERED,
    creates=True,
)
async def deliver_consents(uow: UnitOfWork, caller: Caller, passage: Passage, data: Deliveries) -> DeliveryResults:
    """Record answers that people gave elsewhere, with their evidence; ``results`` say what became of each, in order."""
    given, refused = await _admitted(uow, data.consents)
    results = await consent.deliver_consents(uow, given, caller.markets)
    said_no: dict[PersonId, set[Purpose]] = {}
    for each in given:
        if each.choice.state is not Answer.GRANTED:
            said_no.setdefault(each.person, set()).add(each.purpose)
    for person in sorted(said_no):
        await gamification.leave(uow, passage.runtime.boards, person, said_no[person])
    return _in_order(refused, results)


@query.post(
    "/consents/check",
    permission=Permission.CONSENT_DELIVER,
    purpose=Purpose.COMPLIANCE,
    records=Action.CONSENTS_CHECKED,
)
async def check_consents(uow: UnitOfWork, caller: Caller, data: Deliveries) -> DeliveryResults:
    """Tell what would become of each answer, and record none."""
    given, refused = await _admitted(uow, data.consents)
    return _in_order(refused, await consent.check_consents(uow, given, caller.markets))


async def _admitted(
    uow: UnitOfWork, consents: Sequence[ConsentOf]
) -> tuple[list[DeliveredConsent], list[DeliveryResult | None]]:
    """Return the answers that can be one, and for each place the refusal of the one that can't.

    Nobody delivers answers of colleagues, or of their own: here members of staff are as unknown as everywhere else.
    """
    staff = await access.staff_among(uow, {PersonId(each.person) for each in consents})
    given: list[DeliveredConsent] = []
    refused: list[DeliveryResult | None] = []
    for each in consents:
        if each.person in staff:
            refused.append(UNKNOWN)
            continue
        try:
            given.append(_delivered(each))
        except InvalidError as error:
            field = str(error.facts["field"])
            refused.append(DeliveryResult(DeliveryStatus.REFUSED, error.code, field, error.detail))
        else:
            refused.append(None)
    return given, refused


def _in_order(refused: Sequence[DeliveryResult | None], results: Sequence[DeliveryResult]) -> DeliveryResults:
    waiting = iter(results)
    return DeliveryResults([next(waiting) if each is None else each for each in refused])


def _delivered(given: ConsentOf) -> DeliveredConsent:
    if given.method in OWN_METHODS:
        message = "An answer given in an app is given by the person, at PUT /v1/me/consents/{purpose}."
        raise InvalidError(message, field="method")
    return DeliveredConsent(PersonId(given.person), known_purpose(given.purpose), choice_of(given))


ROUTES = [deliver_consents, check_consents]
