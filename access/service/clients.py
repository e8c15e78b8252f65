"""Machine clients: programs that sign in with an id and a secret, which is shown once."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from access.errors import ClientNotFoundError, InvalidAccountError
from access.policy import ROLE_PERMISSIONS
from access.rules.scope import reached, scope
from access.service.sessions import hashed
from access.store import accounts, sessions
from access.store import clients as store
from access.values import Caller, ClientCredentials, MachineClient
from access.vocabulary import ALL_BRANDS, MACHINES, AccountId, Action, Permission, Role
from kernel import epochs
from kernel.cursors import Page, page
from kernel.unit_of_work import UnitOfWork

NAME_LENGTH: Final = 200
SECRET_BYTES: Final = 32
LONGEST: Final = timedelta(days=730)


async def create_machine_client(
    uow: UnitOfWork,
    name: str,
    markets: Sequence[str],
    role: Role = Role.LEARNING_SYSTEM,
    *,
    brands: Sequence[str] = (ALL_BRANDS,),
    permissions: Sequence[Permission] | None = None,
    lifetime: timedelta | None = None,
    shown_to: AccountId | None = None,
) -> ClientCredentials:
    """Make a machine client with a ``role`` of ``MACHINES``; its secret is returned here and never again.

    ``permissions`` narrow what its role may do; its secret stops working after ``lifetime``. ``shown_to`` sees it.

    Raises:
        InvalidAccountError: the facts hold the ``field`` that is wrong.

    """
    if not name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidAccountError(f"The field name must be one line of 1 to {NAME_LENGTH} characters.", field="name")
    if role not in MACHINES:
        raise InvalidAccountError("The field role: this role is a person's, not a machine client's.", field="role")
    if not set(permissions or ()) <= ROLE_PERMISSIONS[role]:
        raise InvalidAccountError("The field permissions must lie within those of the role.", field="permissions")
    scoped = scope(role, markets, brands, None)
    account, client = AccountId(uow.new_id()), uow.new_id()
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await accounts.insert_account(uow, account, None, role, scoped, None)
    await store.insert(
        uow,
        client,
        account,
        name=name.strip(),
        secret_hash=hashed(secret),
        permissions=permissions,
        expires_at=None if lifetime is None else uow.now + _checked(lifetime),
        shown_to=shown_to,
    )
    uow.record(Action.CLIENT_CREATED, resource=f"account:{account}", client=str(client), **scoped.said())
    return ClientCredentials(account=account, client_id=str(client), client_secret=secret)


async def machine_clients(uow: UnitOfWork, caller: Caller, after: UUID | None, limit: int) -> Page[MachineClient]:
    """Return machine clients whose scope lies within the caller's, the oldest first; no secret is kept to be shown."""
    found = page(await store.clients(uow, caller.scope, after, limit + 1), limit)
    uow.record(Action.CLIENTS_READ, count=len(found.items))
    return found


async def rotate_secret(uow: UnitOfWork, caller: Caller, client: UUID, lifetime: timedelta | None) -> ClientCredentials:
    """Give a client another secret, shown here and never again; the old one and its sessions end at once.

    Raises:
        ClientNotFoundError: there is none within the caller's scope, or it was revoked.

    """
    account = await _within(uow, caller, client)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    expires_at = None if lifetime is None else uow.now + _checked(lifetime)
    if not await store.replace_secret(uow, client, hashed(secret), expires_at, caller.account):
        raise ClientNotFoundError("There is no such client that is not revoked.")
    await _out(uow, account, client, Action.SECRET_ROTATED)
    return ClientCredentials(account=account, client_id=str(client), client_secret=secret)


async def revoke_client(uow: UnitOfWork, caller: Caller, client: UUID) -> None:
    """Revoke a client for good: its secret opens nothing more, and its sessions end at once.

    Raises:
        ClientNotFoundError: there is none within the caller's scope, or it was revoked.

    """
    account = await _within(uow, caller, client)
    if not await store.revoke(uow, client):
        raise ClientNotFoundError("There is no such client that is not revoked.")
    await _out(uow, account, client, Action.CLIENT_REVOKED)


async def _within(uow: UnitOfWork, caller: Caller, client: UUID) -> AccountId:
    found = await store.client(uow, client)
    theirs = None if found is None else await accounts.scope_of(uow, found.account)
    if found is None or theirs is None:
        raise ClientNotFoundError("There is no such client.")
    if not caller.scope.covers(reached(await accounts.role_of(uow, found.account), theirs)):
        raise ClientNotFoundError("There is no such client.")
    return found.account


async def _out(uow: UnitOfWork, account: AccountId, client: UUID, action: Action) -> None:
    ended = await sessions.end_sessions(uow, account)
    epochs.move_or_wait(uow, account)
    uow.record(action, resource=f"account:{account}", client=str(client), sessions_ended=ended)


def _checked(lifetime: timedelta) -> timedelta:
    if not timedelta(0) < lifetime <= LONGEST:
        raise InvalidAccountError(f"A secret lives for 1 to {LONGEST.days} days.", field="expires_in_days")
    return lifetime
