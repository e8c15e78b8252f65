"""Breaking the glass: access in an emergency, in front of witnesses, and its review."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

from access import BreakGlass, Caller, Permission, emergencies
from access.vocabulary import Action, Finding
from api.routing import command, query
from api.v1.joining import FACTOR_SECONDS
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

OPENING_FACTOR_SECONDS = 300
"""Who breaks the glass has shown who they are within so many seconds."""


class Emergency(Body, frozen=True, kw_only=True):
    """What is needed, a ``permission`` or a ``market``, for how many ``minutes``, and why."""

    permission: Permission | None = None
    market: Annotated[str, msgspec.Meta(max_length=2)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=60)] = 60
    reason: str


class Judgement(Body, frozen=True, kw_only=True):
    """What to think of it, and in which words."""

    finding: Finding
    words: str


@command.post(
    "/break-glass", permission=Permission.BREAK_GLASS_OPEN, purpose=Purpose.COMPLIANCE,
    records=Action.BREAK_GLASS_OPENED, creates=True, factor_seconds=OPENING_FACTOR_SECONDS,
)  # fmt: skip
async def break_glass(uow: UnitOfWork, caller: Caller, data: Emergency) -> BreakGlass:
    """Take, for an hour at the most, what the role lacks or a market beyond the own; who oversees is told at once."""
    return await emergencies.break_glass(uow, caller, data.permission, data.market, data.reason, data.minutes)


@command.delete(
    "/me/break-glass", permission=Permission.BREAK_GLASS_OPEN, purpose=Purpose.COMPLIANCE,
    records=Action.BREAK_GLASS_ENDED, status_code=204,
)  # fmt: skip
async def end_own_break_glass(uow: UnitOfWork, caller: Caller) -> None:
    """End one's own emergency access before its time."""
    await emergencies.end_own(uow, caller)


@query.get(
    "/break-glass", permission=Permission.BREAK_GLASS_REVIEW, purpose=Purpose.COMPLIANCE,
    records=Action.BREAK_GLASS_READ,
)  # fmt: skip
async def unreviewed_break_glass(
    uow: UnitOfWork, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[BreakGlass]:
    """Return emergency access that is open, or over and waits for its review, the oldest first."""
    found = await emergencies.unreviewed(uow, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/break-glass/{emergency:uuid}/revoke", permission=Permission.BREAK_GLASS_REVIEW, purpose=Purpose.COMPLIANCE,
    records=Action.BREAK_GLASS_ENDED,
)  # fmt: skip
async def revoke_break_glass(uow: UnitOfWork, caller: Caller, emergency: FromPath[UUID]) -> BreakGlass:
    """End somebody's emergency access at once, on every worker."""
    return await emergencies.revoke(uow, caller, emergency)


@command.post(
    "/break-glass/{emergency:uuid}/review", permission=Permission.BREAK_GLASS_REVIEW, purpose=Purpose.COMPLIANCE,
    records=Action.BREAK_GLASS_REVIEWED, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def review_break_glass(uow: UnitOfWork, caller: Caller, emergency: FromPath[UUID], data: Judgement) -> BreakGlass:
    """Say what to think of somebody else's emergency access that is over."""
    return await emergencies.review(uow, caller, emergency, data.finding, data.words)


ROUTES = [break_glass, end_own_break_glass, unreviewed_break_glass, revoke_break_glass, review_break_glass]
