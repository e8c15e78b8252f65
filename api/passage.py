"""One request's way through the house: who asks, what was decided, what is still to be written down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from access import POLICY_HASH, Caller
from api.vocabulary import Action
from consent.values import PURPOSES, Decision
from consent.vocabulary import Purpose
from kernel.facts import Fact, Origin
from kernel.limits import Quota
from kernel.unit_of_work import UnitOfWork
from people import Bearings, PersonNotFoundError

if TYPE_CHECKING:
    from api.routing import Policy
    from api.runtime import Runtime


REFUSALS: Final = frozenset({401, 403, 404, 405, 429})
"""HTTP statuses that say no; any other from 400 on says that something went wrong."""

_POLICY: Final = POLICY_HASH[:16]
"""Enough to tell tables of permissions apart, in every entry."""


class Passage:
    """Made by the outermost layer, filled in on the way, sealed before the answer leaves.

    ``sealed`` is True once an audit entry of this request is durable; the response does not start before that.
    """

    __slots__ = (
        "address",
        "bearings",
        "caller",
        "decision",
        "entries",
        "limit",
        "policy",
        "quota",
        "reason",
        "request",
        "route",
        "runtime",
        "sealed",
    )

    def __init__(self, runtime: "Runtime", request: UUID, address: str | None) -> None:
        """Begin with a request id and the network prefix it comes from."""
        self.runtime = runtime
        self.request = request
        self.address = address
        self.route = "unrouted"
        self.policy: Policy | None = None
        self.caller: Caller | None = None
        self.decision: Decision | None = None
        self.bearings: Bearings | None = None
        self.entries: list[tuple[Origin, Fact]] = []
        self.reason: str | None = None
        self.sealed = False
        self.quota: Quota | None = None
        self.limit: asyncio.Timeout | None = None

    def origin(self, *, subject_decision: Decision | None = None, purpose: Purpose | None = None) -> Origin:
        """Return what every audit entry of this request says about who, from where and why."""
        decision = subject_decision or self.decision
        chosen = purpose or (self.policy.purpose if self.policy else None)
        caller = self.caller
        return Origin(
            request=self.request,
            actor=str(caller.account) if caller else "anonymous",
            role=caller.role.value if caller else "anonymous",
            route=self.route,
            purpose=chosen.value if chosen else None,
            basis=_basis(chosen, decision),
            consent=decision.event if decision else None,
            notice_version=decision.notice_version if decision else None,
            address=self.address,
            break_glass=caller.break_glass if caller else None,
            policy=_POLICY,
        )

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Open a writing unit of work whose audit entries seal this request when it commits."""
        async with self.runtime.work.begin(self.origin()) as uow:
            yield uow
        self.sealed = self.sealed or bool(uow.entries)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        """Open a reading unit of work; what it records is sealed before the answer leaves."""
        async with self.runtime.work.read(self.origin()) as uow:
            yield uow
        self.entries.extend(uow.entries)

    def more_time(self, time: timedelta) -> None:
        """Give a long answer that has begun so much ``time`` from now on; its next part asks again."""
        if self.limit is not None and self.sealed:
            self.limit.reschedule(asyncio.get_running_loop().time() + time.total_seconds())

    def whereabouts(self) -> Bearings:
        """Return the market, zone and locale of the HCP who asks."""
        if self.bearings is None:
            message = "There is no such person any more."
            raise PersonNotFoundError(message)
        return self.bearings

    def closing_fact(self, status: int) -> Fact:
        """Return the entry of a request that left none: a denial, a failure, or a query's plain reading."""
        subject = self.caller.person if self.caller else None
        if status < 400:  # noqa: PLR2004 - HTTP
            action, decision, outcome = Action.ROUTES_LISTED.value, "allowed", "succeeded"
        elif status in REFUSALS:
            action, decision, outcome = Action.REQUEST_REFUSED.value, "refused", "refused"
        else:
            action, decision, outcome = Action.REQUEST_REFUSED.value, "allowed", "failed"
        if self.policy and self.policy.records:
            action = self.policy.records[0].value
        detail: dict[str, Any] = {"status": status}
        return Fact(
            action=action,
            subject=subject,
            decision=decision,
            reason=self.reason,
            outcome=outcome,
            detail=self.origin().detailed(detail),
        )


def _basis(purpose: Purpose | None, decision: Decision | None) -> str | None:
    """Return the ground that the gate found; where it was not asked, the purpose's usual one."""
    if decision is not None and decision.basis is not None:
        return decision.basis.value
    return PURPOSES[purpose].basis.value if purpose else None
