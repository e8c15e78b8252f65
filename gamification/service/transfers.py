"""The book of transfers of value, for compliance officers: shown and exported, every time with a trace."""

from collections.abc import AsyncIterator, Collection, Sequence
from uuid import UUID

import consent
from consent.vocabulary import Purpose
from gamification.reward_values import NearCap, Transfer, TransferTotal
from gamification.rules.disclosures import YearlyReport, by_person
from gamification.rules.layouts import efpia
from gamification.rules.policy import Packs
from gamification.store import claims
from gamification.store import transfers as store
from gamification.vocabulary import Action
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

AT_ONCE = 5_000
PEOPLE_AT_ONCE = 1_000
MOST_ALERTS = 200


async def transfers(
    uow: UnitOfWork, year: int, markets: Collection[str], after: UUID | None, limit: int
) -> list[Transfer]:
    """Return the transfers of a year in ``markets`` as they stand, by pseudonym, oldest claim first."""
    found = await store.page(uow, year, markets, after, limit)
    uow.record(Action.TRANSFERS_READ, resource=f"transfers:{year}", count=len(found))
    return found


async def transfer_totals(uow: UnitOfWork, year: int, markets: Collection[str]) -> list[TransferTotal]:
    """Return what was handed over in a year by market, legal entity and category."""
    return await store.totals(uow, year, markets)


async def near_caps(uow: UnitOfWork, year: int, markets: Collection[str]) -> list[NearCap]:
    """Return who has used up most of a year's limits, newest first; only for an account that sees every market."""
    return await claims.near_caps(uow, year, MOST_ALERTS) if "*" in markets else []


async def handed_over(uow: UnitOfWork, year: int, markets: Collection[str]) -> AsyncIterator[Transfer]:
    """Yield the transfers of a year that were handed over, page by page; call ``exported`` when all are written."""
    after: UUID | None = None
    while page := await store.page(uow, year, markets, after, AT_ONCE, done=True):
        for each in page:
            yield each
        after = page[-1].claim


async def yearly_report(
    uow: UnitOfWork, year: int, markets: Collection[str], packs: Packs
) -> AsyncIterator[dict[str, str] | int]:
    """Yield the rows of the yearly report: of single recipients first, then totals, and last how many were left out.

    Whoever agrees to be named when the report is made stands in it alone; so do those whom the law of a country names.
    """
    report = YearlyReport(packs)
    after: UUID | None = None
    while found := await store.people_page(uow, year, markets, after, PEOPLE_AT_ONCE):
        named = await _named(uow, found)
        for theirs in by_person(found):
            for heading, line in report.add(theirs, named=theirs[0].person in named):
                yield efpia(heading, line, year)
        after = found[-1].person
    for heading, line in sorted(report.totals.items()):
        yield efpia(heading, line, year, report.named_percent(heading.market, heading.payer))
    yield report.unpublished


async def _named(uow: UnitOfWork, transfers: Sequence[Transfer]) -> set[PersonId]:
    """Return who agrees to be named, in every country in which they got something."""
    places = {(each.person, each.market) for each in transfers}
    records = await consent.standing(uow, list({person for person, _ in places}), [Purpose.NAMED_DISCLOSURE])
    refused = {
        person
        for person, market in places
        if not consent.decide(
            Purpose.NAMED_DISCLOSURE, records.get((person, Purpose.NAMED_DISCLOSURE)), uow.now, market
        ).allowed
    }
    return {person for person, _ in places} - refused


def exported(uow: UnitOfWork, year: int, layout: str, count: int) -> None:
    """Leave a trace of an export."""
    uow.record(Action.TRANSFERS_EXPORTED, resource=f"transfers:{year}", count=count, layout=layout)
