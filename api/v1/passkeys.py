"""The caller's passkeys: keys in their devices that prove who they are (W3C Web Authentication)."""

from uuid import UUID

from litestar.params import FromPath

import access
from access import Caller, NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest, PasskeyView, Permission
from access.vocabulary import Action
from api.routing import command, query
from api.v1.factors import FRESH_SECONDS
from api.v1.wire import Body, Listing
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork


class Passkey(Body, frozen=True, kw_only=True):
    """What ``navigator.credentials.create()`` gave for the options, as its ``toJSON()`` writes it."""

    passkey: PasskeyAnswer


@query.get(
    "/me/passkeys", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE, records=Action.PASSKEYS_READ
)
async def own_passkeys(uow: UnitOfWork, caller: Caller) -> Listing[PasskeyView]:
    """Return the caller's passkeys, the oldest first."""
    return Listing(await access.passkeys(uow, caller.account))


@command.post(
    "/me/passkeys/options", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.PASSKEY_OFFERED, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def offer_passkey(uow: UnitOfWork, caller: Caller) -> PasskeyCreation:
    """Get what a device needs to make a passkey; it is good once, for five minutes."""
    return await access.offer_passkey(uow, caller)


@command.post(
    "/me/passkeys", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.PASSKEY_ADDED, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def add_passkey(uow: UnitOfWork, caller: Caller, data: Passkey) -> NewPasskey:
    """Add the passkey that a device made: from now on one is asked for at sign-in, and every other session ends."""
    return await access.add_passkey(uow, caller, data.passkey)


@command.delete(
    "/me/passkeys/{passkey:uuid}", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.PASSKEY_REMOVED, status_code=204, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def remove_passkey(uow: UnitOfWork, caller: Caller, passkey: FromPath[UUID]) -> None:
    """Remove a passkey; every other session ends."""
    await access.remove_passkey(uow, caller, passkey)


@command.post(
    "/sessions/current/proof/options", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.PASSKEY_ASKED,
)  # fmt: skip
async def ask_passkey(uow: UnitOfWork, caller: Caller) -> PasskeyRequest:
    """Get what a passkey is to sign for POST /v1/sessions/current/proof; it is good once, for five minutes."""
    return await access.ask_passkey(uow, caller)


ROUTES = [own_passkeys, offer_passkey, add_passkey, remove_passkey, ask_passkey]
