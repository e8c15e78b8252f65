"""Where the caller is signed in, and what the caller should know about it."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import access
from access import Alert, Caller, Permission, SessionId
from access.vocabulary import Action
from api.routing import command, query
from api.v1.joining import FACTOR_SECONDS
from api.v1.wire import Limit, Listing
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork


class SessionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One place where the caller is signed in; ``address`` is a network, ``current`` marks this very session."""

    id: UUID
    current: bool
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    methods: list[str]


@query.get(
    "/me/sessions", permission=Permission.OWN_SESSIONS_READ, purpose=Purpose.SERVICE, records=Action.SESSIONS_READ
)
async def own_sessions(uow: UnitOfWork, caller: Caller) -> Listing[SessionLine]:
    """Return where the caller is signed in, the newest session first."""
    found = await access.own_sessions(uow, caller.account)
    return Listing([_line(each, caller) for each in found])


@command.delete(
    "/me/sessions", permission=Permission.SESSION_END, purpose=Purpose.SERVICE, records=Action.SESSION_ENDED,
    status_code=204, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def end_other_sessions(uow: UnitOfWork, caller: Caller) -> None:
    """End every session of the caller but this one."""
    await access.end_other_sessions(uow, caller.session, caller.account)


@command.delete(
    "/me/sessions/{session:uuid}", permission=Permission.SESSION_END, purpose=Purpose.SERVICE,
    records=Action.SESSION_ENDED, status_code=204, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def end_own_session(uow: UnitOfWork, caller: Caller, session: FromPath[UUID]) -> None:
    """End one of the caller's sessions, on whichever device it is."""
    await access.end_own_session(uow, SessionId(session), caller.account)


@query.get("/me/alerts", permission=Permission.OWN_ALERTS_READ, purpose=Purpose.SERVICE, records=Action.ALERTS_READ)
async def own_alerts(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[Alert]:
    """Return what the caller should know about the account's security, newest first."""
    found = await access.alerts(uow, caller.account, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


def _line(view: access.SessionView, caller: Caller) -> SessionLine:
    return SessionLine(
        id=view.session,
        current=view.session == caller.session,
        started_at=view.started_at,
        last_used_at=view.last_used_at,
        expires_at=view.expires_at,
        address=view.address,
        methods=list(view.methods),
    )


ROUTES = [own_sessions, end_other_sessions, end_own_session, own_alerts]
