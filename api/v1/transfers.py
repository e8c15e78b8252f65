"""Transfers of value, for compliance officers: by pseudonym, never by name."""

from typing import Annotated

import msgspec
from litestar.params import FromQuery, QueryParameter

import gamification
from access import Caller, Permission
from api.routing import query
from api.v1.wire import Limit
from consent.vocabulary import Purpose
from gamification import NearCap, Transfer, TransferTotal
from gamification.vocabulary import Action
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

Year = Annotated[int | None, QueryParameter(ge=2000, le=2200)]


class TransfersOfValue(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a year's transfers, its totals, and who is near a yearly limit (for accounts of all markets)."""

    year: int
    items: list[Transfer]
    next: str | None
    totals: list[TransferTotal]
    near_caps: list[NearCap]


@query.get(
    "/compliance/transfers-of-value",
    permission=Permission.TRANSFERS_OF_VALUE_READ,
    purpose=Purpose.COMPLIANCE,
    records=Action.TRANSFERS_READ,
)
async def transfers_of_value(
    uow: UnitOfWork, caller: Caller, year: Year = None, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> TransfersOfValue:
    """Return the transfers of value of a year (this one unless given) in the caller's markets, oldest claim first."""
    year = year or uow.now.year
    found = await gamification.transfers(uow, year, caller.markets, cursors.read_id(cursor), limit + 1)
    return TransfersOfValue(
        year=year,
        items=found[:limit],
        next=cursors.written(found[limit - 1].claim) if len(found) > limit else None,
        totals=await gamification.transfer_totals(uow, year, caller.markets),
        near_caps=await gamification.near_caps(uow, year, caller.markets),
    )


ROUTES = [transfers_of_value]
