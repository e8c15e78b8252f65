"""Queries of alerts."""

from uuid import UUID

from access.values import Alert
from access.vocabulary import AccountId, AlertKind, SessionId
from kernel.unit_of_work import UnitOfWork


async def insert_alert(uow: UnitOfWork, account: AccountId, kind: AlertKind, session: SessionId | None) -> None:
    """Store an alert, caused from where the request came from."""
    await uow.execute(
        "insert into access.alert (id, account, kind, session, address, raised_at) values ($1, $2, $3, $4, $5, $6)",
        uow.new_id(),
        account,
        kind.value,
        session,
        uow.origin.address,
        uow.now,
    )


async def alerts(uow: UnitOfWork, account: AccountId, before: UUID | None, limit: int) -> list[Alert]:
    """Return at most ``limit`` alerts of an account, the newest first, those older than ``before``."""
    rows = await uow.fetch(
        "select id, kind, session, address, raised_at from access.alert"
        " where account = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        account,
        before,
        limit,
    )
    return [Alert(id=row[0], kind=AlertKind(row[1]), session=row[2], address=row[3], raised_at=row[4]) for row in rows]
