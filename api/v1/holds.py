"""Legal holds of the trail: what is still needed keeps its content beyond the time of its kind."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import audit
from access import Caller, Permission
from api.routing import command, query
from api.v1.wire import Body, Limit, Listing
from audit import EntryHold, EntryHoldEnd, EntryHoldReason
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

Index = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class HoldRequest(Body, frozen=True, kw_only=True):
    """Which indexes, from the first up to the one after the last, also such as are not there yet; and why."""

    first_index: Index
    end_index: Index
    reason: EntryHoldReason


class HoldEndRequest(Body, frozen=True, kw_only=True):
    """Why the hold ends."""

    reason: EntryHoldEnd


@query.get(
    "/audit/holds",
    permission=Permission.AUDIT_HOLD,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.HOLDS_READ,
)
async def held_entries(uow: UnitOfWork, cursor: FromQuery[str | None] = None, limit: Limit = 50) -> Listing[EntryHold]:
    """Return the holds in force, oldest first."""
    found = await audit.holds(uow, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/audit/holds",
    permission=Permission.AUDIT_HOLD,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.HOLD_PLACED,
    creates=True,
)
async def hold_entries(uow: UnitOfWork, caller: Caller, data: HoldRequest) -> EntryHold:
    """Hold a part of the trail: its entries keep their content, whatever the retention of their kind."""
    return await audit.place_hold(uow, caller.account, range(data.first_index, data.end_index), data.reason)


@command.post(
    "/audit/holds/{hold:uuid}/lift",
    permission=Permission.AUDIT_HOLD,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.HOLD_LIFTED,
    status_code=204,
    four_eyes=True,
)
async def release_entries(uow: UnitOfWork, caller: Caller, hold: FromPath[UUID], data: HoldEndRequest) -> None:
    """End a hold; what is past its time goes with the next run of the retention."""
    await audit.lift_hold(uow, caller.account, hold, data.reason)


ROUTES: list[Any] = [held_entries, hold_entries, release_entries]
