"""The caller's second factors: an authenticator app, and codes for when it is lost."""

import msgspec

import access
from access import Caller, Enrolment, FactorView, Permission
from access.vocabulary import Action
from api.routing import command, query
from api.v1.wire import Body, Code
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork

FRESH_SECONDS = 300
"""Who changes how they sign in has shown who they are within so many seconds."""


class OneTimePassword(Body, frozen=True, kw_only=True):
    """What the authenticator app shows now."""

    otp: Code


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Codes that each open once instead of a one-time password; they are shown only here."""

    recovery_codes: list[str]


@query.get(
    "/me/factors", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE, records=Action.FACTORS_READ
)
async def own_factors(uow: UnitOfWork, caller: Caller) -> FactorView:
    """Return which second factors the caller has."""
    return await access.factors(uow, caller.account)


@command.post(
    "/me/authenticator", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.AUTHENTICATOR_OFFERED, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def enrol_authenticator(uow: UnitOfWork, caller: Caller) -> Enrolment:
    """Get a secret for an authenticator app; it counts when a password of it was confirmed."""
    return await access.enrol_authenticator(uow, caller)


@command.post(
    "/me/authenticator/confirm", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.AUTHENTICATOR_CONFIRMED, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def confirm_authenticator(uow: UnitOfWork, caller: Caller, data: OneTimePassword) -> RecoveryCodes:
    """Show a password of the app: from now on it is asked for at sign-in, and every other session ends."""
    return RecoveryCodes(await access.confirm_authenticator(uow, caller, data.otp))


@command.delete(
    "/me/authenticator", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.AUTHENTICATOR_REMOVED, status_code=204, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def remove_authenticator(uow: UnitOfWork, caller: Caller) -> None:
    """Remove the app and its recovery codes; every other session ends."""
    await access.remove_authenticator(uow, caller)


@command.post(
    "/me/recovery-codes", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=Action.RECOVERY_CODES_RENEWED, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def renew_recovery_codes(uow: UnitOfWork, caller: Caller) -> RecoveryCodes:
    """Get new recovery codes; the old ones are void."""
    return RecoveryCodes(await access.renew_recovery_codes(uow, caller))


ROUTES = [own_factors, enrol_authenticator, confirm_authenticator, remove_authenticator, renew_recovery_codes]
