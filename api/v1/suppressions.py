"""Addresses that are never to be used again: kept as keyed hashes, looked up by address, lifted with a reason."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import consent
from access import Caller, Permission
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing
from consent import SuppressionView
from consent.values import Address
from consent.vocabulary import Action, AddressKind, LiftReason, Purpose, SuppressionReason
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

Handed = Annotated[str, msgspec.Meta(min_length=3, max_length=320)]


class GivenAddress(Body, frozen=True, kw_only=True):
    """An address to look up; it is not kept."""

    kind: AddressKind
    address: Handed


class SuppressedAddress(GivenAddress, frozen=True, kw_only=True):
    """An address that is never to be used again; it is kept as a keyed hash only."""

    reason: SuppressionReason = SuppressionReason.ASKED


class SuppressionDone(msgspec.Struct, frozen=True):
    """That it will be so."""

    kind: AddressKind


class Lift(Body, frozen=True, kw_only=True):
    """Why the address may be used again."""

    reason: LiftReason


@command.post(
    "/suppressions",
    permission=Permission.SUPPRESSION_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=Action.ADDRESS_SUPPRESSED,
    creates=True,
)
async def suppress_address(uow: UnitOfWork, data: SuppressedAddress) -> SuppressionDone:
    """See to it that an address is never used again, also when its person is erased or registers anew."""
    await consent.suppress(uow, [Address(data.kind, data.address)], data.reason)
    return SuppressionDone(data.kind)


@query.get(
    "/suppressions",
    permission=Permission.SUPPRESSION_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=Action.SUPPRESSIONS_READ,
)
async def suppressions(
    uow: UnitOfWork, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[SuppressionView]:
    """Return what is suppressed and why; no address can be told from it."""
    found = await consent.suppressions(uow, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@query.post(
    "/suppressions/search",
    permission=Permission.SUPPRESSION_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=Action.SUPPRESSIONS_READ,
)
async def find_suppression(uow: UnitOfWork, data: GivenAddress) -> Listing[SuppressionView]:
    """Return the suppression of one address, if there is one."""
    return Listing(await consent.find_suppression(uow, Address(data.kind, data.address)))


@command.post(
    "/suppressions/{suppression:uuid}/lift",
    permission=Permission.SUPPRESSION_WRITE,
    purpose=Purpose.COMPLIANCE,
    records=Action.SUPPRESSION_LIFTED,
)
async def lift_suppression(uow: UnitOfWork, caller: Caller, suppression: FromPath[UUID], data: Lift) -> SuppressionView:
    """Let an address be used again; what its person agreed to or not holds as before."""
    return await consent.lift_suppression(uow, suppression, caller.account, data.reason)


ROUTES: list[Any] = [suppress_address, suppressions, find_suppression, lift_suppression]
