"""Alerts: what an account's owner should know, written in the transaction in which it happens."""

from uuid import UUID

from access.service.letters import write_word
from access.store import alerts as store
from access.values import Alert
from access.vocabulary import AccountId, Action, AlertKind, SessionId
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork


async def alert(uow: UnitOfWork, account: AccountId, kind: AlertKind, session: SessionId | None = None) -> None:
    """Leave word for whoever owns ``account``, also who is signed out by what happened, and send it by e-mail."""
    await store.insert_alert(uow, account, kind, session)
    await write_word(uow, account, kind)


async def alerts(uow: UnitOfWork, account: AccountId, before: UUID | None = None, limit: int = 50) -> Page[Alert]:
    """Return the newest alerts of an account, at most ``limit`` of those older than ``before``."""
    found = page(await store.alerts(uow, account, before, limit + 1), limit)
    uow.record(Action.ALERTS_READ, resource=f"account:{account}", count=len(found.items))
    return found
