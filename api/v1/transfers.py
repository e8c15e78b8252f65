"""Transfers of value: for compliance officers by pseudonym, never by name; and for recipients, who may dispute them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter

import gamification
from access import Caller, Permission
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from gamification import Dispute, DisputeGround, DisputeState, NearCap, Transfer, TransferTotal
from gamification.vocabulary import Action
from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import PersonId

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


class Disputing(Body, frozen=True, kw_only=True):
    """What is wrong with the record."""

    ground: DisputeGround


class DisputeAnswer(Body, frozen=True, kw_only=True):
    """The record stands, or it is corrected to ``amount``, in minor units of its currency."""

    answer: Literal["stands", "corrected"]
    amount: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None = None


@query.get(
    "/me/transfers-of-value",
    permission=Permission.CLAIMS_READ,
    purpose=Purpose.SERVICE,
    records=Action.TRANSFERS_READ,
)
async def own_transfers(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[Transfer]:
    """Return what the caller was, or is to be, handed over, newest first, and what of it is disputed."""
    found = await gamification.own_transfers(uow, _person(caller), cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/me/transfers-of-value/{claim:uuid}/disputes",
    permission=Permission.TRANSFER_DISPUTE,
    purpose=Purpose.SERVICE,
    records=Action.DISPUTE_OPENED,
    creates=True,
)
async def dispute_transfer(uow: UnitOfWork, caller: Caller, claim: FromPath[UUID], data: Disputing) -> Dispute:
    """Say that a record is wrong: it is reported as disputed until a compliance officer has answered."""
    return await gamification.dispute_transfer(uow, _person(caller), claim, data.ground)


@command.post(
    "/compliance/transfers-of-value/{claim:uuid}/answer",
    permission=Permission.TRANSFER_DISPUTE_ANSWER,
    purpose=Purpose.COMPLIANCE,
    records=Action.DISPUTE_ANSWERED,
)
async def answer_dispute(uow: UnitOfWork, caller: Caller, claim: FromPath[UUID], data: DisputeAnswer) -> Dispute:
    """Answer a dispute: the record stands, or the right amount is added to the book."""
    return await gamification.answer_dispute(
        uow, claim, DisputeState(data.answer), data.amount, account=caller.account, markets=caller.markets
    )


def _person(caller: Caller) -> PersonId:
    assert caller.person is not None  # noqa: S101 - only HCPs hold these permissions, and each is a person
    return caller.person


ROUTES = [transfers_of_value, own_transfers, dispute_transfer, answer_dispute]
