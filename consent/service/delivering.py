"""Many answers of many people at once, as other systems bring them: each is recorded or refused alone."""

from collections.abc import Collection, Sequence

import people
from consent.service.recording import carry_out, check, plan
from consent.store import standing as store
from consent.values import ConsentEvent, DeliveredConsent, DeliveryResult
from consent.vocabulary import Action, DeliveryStatus
from kernel.errors import ConflictError, ForbiddenError, InvalidError, LaurelError
from kernel.unit_of_work import UnitOfWork
from people import Bearings
from people.vocabulary import PersonId

_REFUSALS = (InvalidError, ConflictError, ForbiddenError)
"""What is one answer's own fault; anything else ends the whole delivery."""


async def deliver_consents(
    uow: UnitOfWork, deliveries: Sequence[DeliveredConsent], markets: Collection[str]
) -> list[DeliveryResult]:
    """Record each of ``deliveries`` of people in ``markets`` (``*`` for all), and return what became of each, in order.

    One that was recorded before, word for word, is ``repeated`` and changes nothing, so that a file can be sent again.
    """
    persons = sorted({each.person for each in deliveries})
    results = await _each(uow, deliveries, markets, await people.lock(uow, persons), write=True)
    recorded = sum(result.status is DeliveryStatus.RECORDED for result in results)
    uow.record(Action.CONSENTS_DELIVERED, count=recorded, deliveries=len(results))
    return results


async def check_consents(
    uow: UnitOfWork, deliveries: Sequence[DeliveredConsent], markets: Collection[str]
) -> list[DeliveryResult]:
    """Return what ``deliver_consents`` would answer, and change nothing."""
    persons = sorted({each.person for each in deliveries})
    results = await _each(uow, deliveries, markets, await people.bearings(uow, persons), write=False)
    uow.record(Action.CONSENTS_CHECKED, count=len(results))
    return results


async def _each(
    uow: UnitOfWork,
    deliveries: Sequence[DeliveredConsent],
    markets: Collection[str],
    where: dict[PersonId, Bearings],
    *,
    write: bool,
) -> list[DeliveryResult]:
    known = {_key_of(event) for event in await store.events_of(uow, list(where))}
    results = []
    for each in deliveries:
        bearings = where.get(each.person)
        if bearings is None or not ("*" in markets or bearings.market in markets):
            results.append(DeliveryResult(DeliveryStatus.REFUSED, "person-not-found", "person", "Nobody has this id."))
            continue
        if _key(each) in known:
            results.append(DeliveryResult(DeliveryStatus.REPEATED))
            continue
        try:
            results.append(await _one(uow, each, bearings.market, write=write))
        except _REFUSALS as error:
            results.append(_refused(error))
            continue
        known.add(_key(each))
    return results


async def _one(uow: UnitOfWork, each: DeliveredConsent, market: str, *, write: bool) -> DeliveryResult:
    check(each.purpose, each.choice, uow.now)
    planned = await plan(uow, each.person, market, [(each.purpose, each.choice)])
    if write:
        await carry_out(uow, each.person, market, planned)
    return DeliveryResult(DeliveryStatus.WAITING if planned.asked else DeliveryStatus.RECORDED)


def _refused(error: LaurelError) -> DeliveryResult:
    field = error.facts.get("field")
    return DeliveryResult(DeliveryStatus.REFUSED, error.code, None if field is None else str(field), error.detail)


def _key(each: DeliveredConsent) -> tuple[object, ...]:
    choice = each.choice
    answer = (each.purpose, choice.channel, choice.topic, choice.state)
    return each.person, *answer, choice.occurred_at, choice.method, choice.evidence


def _key_of(event: ConsentEvent) -> tuple[object, ...]:
    answer = (event.purpose, event.channel, event.topic, event.state)
    return event.person, *answer, event.occurred_at, event.method, event.evidence
