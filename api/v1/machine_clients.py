"""Machine clients: learning systems and others that sign in with an id and a secret."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery

import access
from access import ALL_BRANDS, Caller, MachineClient, Permission, Role, Scope
from access.vocabulary import Action
from api.routing import command, query
from api.v1.joining import FACTOR_SECONDS
from api.v1.wire import Body, Limit, Listing
from consent.vocabulary import Purpose
from kernel import cursors
from kernel.unit_of_work import UnitOfWork

Days = Annotated[int, msgspec.Meta(ge=1, le=730)]


class NewClient(Body, frozen=True, kw_only=True):
    """A program; without ``permissions`` it may do what its role may, without ``expires_in_days`` until revoked."""

    name: str
    markets: list[str]
    brands: list[str] = msgspec.field(default_factory=lambda: [ALL_BRANDS])
    role: Role = Role.LEARNING_SYSTEM
    permissions: list[Permission] | None = None
    expires_in_days: Days | None = None


class NewSecret(Body, frozen=True, kw_only=True):
    """For how long the new secret works."""

    expires_in_days: Days | None = None


class SecretShown(msgspec.Struct, frozen=True):
    """What the program signs in with; the secret is shown only here."""

    account: UUID
    client_id: str
    client_secret: str


@command.post(
    "/machine-clients", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE, records=Action.CLIENT_CREATED,
    factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def create_client(uow: UnitOfWork, caller: Caller, data: NewClient) -> SecretShown:
    """Make a machine client. Nothing keeps its secret: if the answer is lost, revoke it and make another."""
    given = Scope(frozenset(data.markets), frozenset(data.brands))
    access.require_within(caller.scope, access.reached(data.role, given))
    made = await access.create_machine_client(
        uow,
        data.name,
        data.markets,
        data.role,
        brands=data.brands,
        permissions=data.permissions,
        lifetime=_lifetime(data.expires_in_days),
        shown_to=caller.account,
    )
    return SecretShown(made.account, made.client_id, made.client_secret)


@query.get(
    "/machine-clients", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE, records=Action.CLIENTS_READ
)
async def machine_clients(
    uow: UnitOfWork, caller: Caller, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Listing[MachineClient]:
    """Return machine clients, when they were used last and until when they work; the oldest first."""
    found = await access.machine_clients(uow, caller, cursors.read_id(cursor), limit)
    return Listing(found.items, found.next)


@command.post(
    "/machine-clients/{client:uuid}/rotate", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE,
    records=Action.SECRET_ROTATED, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def rotate_client(uow: UnitOfWork, caller: Caller, client: FromPath[UUID], data: NewSecret) -> SecretShown:
    """Give a client another secret; the old one and its sessions end at once."""
    made = await access.rotate_secret(uow, caller, client, _lifetime(data.expires_in_days))
    return SecretShown(made.account, made.client_id, made.client_secret)


@command.delete(
    "/machine-clients/{client:uuid}", permission=Permission.ACCOUNT_MANAGE, purpose=Purpose.SERVICE,
    records=Action.CLIENT_REVOKED, status_code=204, factor_seconds=FACTOR_SECONDS,
)  # fmt: skip
async def revoke_client(uow: UnitOfWork, caller: Caller, client: FromPath[UUID]) -> None:
    """Revoke a client for good; its sessions end at once."""
    await access.revoke_client(uow, caller, client)


def _lifetime(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)


ROUTES = [create_client, machine_clients, rotate_client, revoke_client]
