"""Who the caller is, and who looked at the caller's data."""

from datetime import datetime

import msgspec
from litestar.params import FromPath, FromQuery

import audit
import people
from access import Caller, Permission
from api.routing import query
from api.v1.wire import Limit, Listing
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork
from people.vocabulary import Action


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's own profile and role; a machine client has no person."""

    account: str
    role: str
    roles: list[str]
    markets: list[str]
    brands: list[str]
    person: str | None
    name: str | None
    email: str | None
    market: str | None
    zone: str | None
    locale: str | None


class AccessLine(msgspec.Struct, frozen=True, kw_only=True):
    """One time that somebody used the caller's data."""

    index: int
    at: datetime
    action: str
    purpose: str | None
    role: str
    route: str
    decision: str


@query.get("/me", permission=Permission.OWN_PROFILE_READ, purpose=Purpose.SERVICE, records=Action.PROFILE_READ)
async def me(uow: UnitOfWork, caller: Caller) -> Me:
    """Return the caller's own profile and roles."""
    profile = await people.profile(uow, caller.person) if caller.person else None
    return Me(
        account=str(caller.account),
        role=caller.role.value,
        roles=[caller.role.value],
        markets=sorted(caller.markets),
        brands=sorted(caller.brands),
        person=str(caller.person) if caller.person else None,
        name=profile.name if profile else None,
        email=profile.email if profile else None,
        market=profile.market if profile else None,
        zone=profile.zone if profile else None,
        locale=profile.locale if profile else None,
    )


@query.get(
    "/me/access-log",
    permission=Permission.OWN_ACCESS_LOG_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ACCESS_LOG_READ,
    settled=True,
)
async def access_log(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[AccessLine]:
    """Return who saw the caller's data, why and when, newest first."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    page = await audit.access_log(uow, caller.person, cursors.read_number(cursor), limit)
    items = [
        AccessLine(
            index=each.index,
            at=each.at,
            action=each.action,
            purpose=each.purpose,
            role=each.role,
            route=each.route,
            decision=each.decision,
        )
        for each in page.items
    ]
    return Listing(items, cursors.written(page.next) if page.next is not None else None)


@query.get(
    "/me/access-log/{index:int}/proof",
    permission=Permission.OWN_ACCESS_LOG_READ,
    purpose=Purpose.COMPLIANCE,
    records=audit.Action.ENTRY_PROVED,
)
async def prove_access(uow: UnitOfWork, caller: Caller, index: FromPath[int]) -> audit.LeafProof:
    """Return the proof that a line of the caller's access log is in the log that was signed."""
    assert caller.person is not None  # noqa: S101 - only HCPs hold this permission, and each is a person
    return (await audit.own_proof(uow, caller.person, index)).without_entry()


ROUTES = [me, access_log, prove_access]
