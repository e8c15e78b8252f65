"""Letting go what has been kept for long enough: the schedule is declared beside the tables."""

from typing import Final

from consent.request_values import NewRequest, Overdue
from consent.request_vocabulary import RequestType
from consent.requests.registry import Registry
from consent.requests.service.asking import ask
from consent.requests.service.handling import complete
from consent.requests.store import holdings
from consent.vocabulary import Action
from kernel.holdings import Holding, Keeps
from kernel.unit_of_work import UnitOfWork
from people import PersonId

LET_GO_AT_ONCE: Final = 20_000
"""Rows per table and transaction."""


HELD_TOO_LONG: Final = Keeps(
    0,
    "$1::timestamptz",
    "for a claim that is over: the person was erased",
    only="t.person in (select person from consent.erasure)",
)
"""Records that a hold kept from an erasure, from the moment at which nothing holds them any more."""


def schedule(registry: Registry) -> list[tuple[Holding, Keeps]]:
    """Return every table that lets rows or columns go after some time, children before what they hang on."""
    return [
        (holding, keeps)
        for holding in registry.holdings
        for keeps in (holding.keeps, holding.reduces, HELD_TOO_LONG if holding.holdable else None)
        if keeps is not None
    ]


async def overdue(uow: UnitOfWork, registry: Registry) -> list[Overdue]:
    """Return the lines of the schedule, one or more per table: how many rows are past their time now."""
    lines = [await _line(uow, holding, keeps, 0) for holding, keeps in schedule(registry)]
    uow.record(Action.RETENTION_READ, count=sum(line.rows for line in lines))
    return lines


async def retain(uow: UnitOfWork, registry: Registry) -> list[Overdue]:
    """Remove rows that are past their time, some of each table; lines whose ``rows`` are left need another round."""
    lines = []
    for holding, keeps in schedule(registry):
        removed = await holdings.let_go(uow, holding, keeps, LET_GO_AT_ONCE)
        lines.append(await _line(uow, holding, keeps, removed))
    removed = sum(line.removed for line in lines)
    if removed:
        tables = {line.table: 0 for line in lines if line.removed}
        for line in lines:
            if line.removed:
                tables[line.table] += line.removed
        uow.record(Action.RETENTION_ENFORCED, count=removed, tables=tables)
    return lines


async def forget(uow: UnitOfWork, registry: Registry, person: PersonId) -> None:
    """Have everything about somebody erased, though they did not ask: what it was for has not come about.

    GDPR Article 5(1)(e). The worker does it as it does what was asked for.

    Raises:
        PersonNotFoundError: nobody active has this id.
        RequestOpenError: they did ask.

    """
    asked = await ask(uow, registry, person, NewRequest(type=RequestType.ERASURE))
    await complete(uow, registry, ["*"], asked.id)


async def _line(uow: UnitOfWork, holding: Holding, keeps: Keeps, removed: int) -> Overdue:
    rows, held = await holdings.overdue(uow, holding, keeps)
    return Overdue(
        table=holding.table,
        purpose=keeps.purpose,
        days=keeps.days,
        since=keeps.since,
        rows=rows,
        held=held,
        removed=removed,
    )
