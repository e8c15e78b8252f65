"""Second factors: handing out, confirming, proving and removing them."""

import secrets
from typing import Final

import people
from access.errors import AuthenticatorExistsError, AuthenticatorNotFoundError, OneTimePasswordWrongError
from access.rules.one_time import (
    RECOVERY_BYTES,
    RECOVERY_CODES,
    base32,
    is_one_time,
    key_uri,
    matching_step,
    recovery_code,
    recovery_hash,
)
from access.service.alerting import alert
from access.store import accounts, sessions
from access.store import factors as store
from access.values import Caller, Enrolment, FactorView
from access.vocabulary import AccountId, Action, AlertKind, Method
from kernel import crypto, epochs
from kernel.unit_of_work import UnitOfWork

ISSUER: Final = "Laurel"
SECRET_BYTES: Final = 32


async def factors(uow: UnitOfWork, account: AccountId) -> FactorView:
    """Return which second factors an account has."""
    known = await store.authenticator(uow, account)
    left = await store.codes_left(uow, account)
    uow.record(Action.FACTORS_READ, resource=f"account:{account}")
    works = known is not None and known.confirmed
    return FactorView(authenticator=works, passkeys=await store.passkeys(uow, account), recovery_codes_left=left)


async def enrol_authenticator(uow: UnitOfWork, caller: Caller) -> Enrolment:
    """Hand out a secret for an authenticator app; it counts once ``confirm_authenticator`` was shown a password of it.

    Raises:
        AuthenticatorExistsError: the account has one that works; it must be removed first.
        AuthenticatorNotFoundError: a machine has none.

    """
    if caller.person is None:
        raise AuthenticatorNotFoundError("A machine client has no authenticator; it has its secret.")
    secret = secrets.token_bytes(SECRET_BYTES)
    sealed = await people.seal_secret(uow, caller.person, secret, _context(caller.account))
    if not await store.put(uow, caller.account, sealed):
        raise AuthenticatorExistsError("This account has an authenticator already.")
    name = (await people.profile(uow, caller.person)).email or str(caller.account)
    uow.record(Action.AUTHENTICATOR_OFFERED, subject=caller.person, resource=f"account:{caller.account}")
    return Enrolment(secret=base32(secret), uri=key_uri(secret, name, ISSUER))


async def confirm_authenticator(uow: UnitOfWork, caller: Caller, given: str) -> list[str]:
    """Make the authenticator count, end every other session, and return recovery codes, which are shown only now.

    Raises:
        AuthenticatorNotFoundError: none waits to be confirmed.
        OneTimePasswordWrongError: this is not its password now.

    """
    known = await store.authenticator(uow, caller.account)
    if known is None or known.confirmed:
        raise AuthenticatorNotFoundError("No authenticator waits to be confirmed.")
    if not await _used(uow, caller.account, known, given, confirm=True):
        raise OneTimePasswordWrongError("This is not the authenticator's password at the moment.", field="otp")
    await sessions.proved(uow, caller.session, Method.ONE_TIME_PASSWORD)
    codes = await _new_codes(uow, caller.account)
    await changed_factors(uow, caller, Action.AUTHENTICATOR_CONFIRMED, AlertKind.AUTHENTICATOR_ADDED)
    return codes


async def remove_authenticator(uow: UnitOfWork, caller: Caller) -> None:
    """Remove the caller's authenticator, and end every other session; recovery codes go with the last factor.

    Raises:
        AuthenticatorNotFoundError: there is none.

    """
    if not await store.remove(uow, caller.account):
        raise AuthenticatorNotFoundError("This account has no authenticator.")
    await changed_factors(uow, caller, Action.AUTHENTICATOR_REMOVED, AlertKind.AUTHENTICATOR_REMOVED)


async def renew_recovery_codes(uow: UnitOfWork, caller: Caller) -> list[str]:
    """Return new recovery codes in the place of all old ones.

    Raises:
        AuthenticatorNotFoundError: there is no second factor that they could stand in for.

    """
    if not await has_second(uow, caller.account):
        raise AuthenticatorNotFoundError("This account has no authenticator and no passkey.")
    codes = await _new_codes(uow, caller.account)
    await changed_factors(uow, caller, Action.RECOVERY_CODES_RENEWED, AlertKind.RECOVERY_CODES_RENEWED)
    return codes


async def prove_second(uow: UnitOfWork, account: AccountId, given: str) -> Method | None:
    """Use up a one-time password or a recovery code; return which it was, or None if it is neither."""
    if is_one_time(given):
        known = await store.authenticator(uow, account)
        works = known is not None and known.confirmed and await _used(uow, account, known, given, confirm=False)
        return Method.ONE_TIME_PASSWORD if works else None
    if not await store.use_code(uow, account, recovery_hash(account, given)):
        return None
    await alert(uow, account, AlertKind.RECOVERY_CODE_USED)
    return Method.RECOVERY_CODE


async def has_second(uow: UnitOfWork, account: AccountId) -> bool:
    """Tell whether an account has a second factor that works."""
    return await store.has_second(uow, account)


async def first_codes(uow: UnitOfWork, account: AccountId) -> list[str]:
    """Return recovery codes for an account that is about to get its first second factor; otherwise none."""
    return [] if await has_second(uow, account) else await _new_codes(uow, account)


async def changed_factors(uow: UnitOfWork, caller: Caller, action: Action, kind: AlertKind) -> None:
    """End every other session of somebody who changed how they sign in, and leave word; no factor, no codes."""
    # Whoever signs in holds the same lock: either that session is here already, or it is asked for the new factor.
    await accounts.lock_account(uow, caller.account)
    if not await has_second(uow, caller.account):
        await store.remove_codes(uow, caller.account)
    ended = await sessions.end_sessions(uow, caller.account, but=caller.session)
    epochs.move_or_wait(uow, caller.account)
    await alert(uow, caller.account, kind, caller.session)
    uow.record(action, subject=caller.person, resource=f"account:{caller.account}", sessions_ended=ended)


async def _used(
    uow: UnitOfWork, account: AccountId, known: store.StoredAuthenticator, given: str, *, confirm: bool
) -> bool:
    secret = await people.open_secret(uow, known.person, known.sealed_secret, _context(account))
    step = matching_step(secret, given, uow.now, known.last_step)
    return step is not None and await store.use_step(uow, account, step, confirm=confirm)


async def _new_codes(uow: UnitOfWork, account: AccountId) -> list[str]:
    codes = [recovery_code(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    await store.replace_codes(uow, account, [recovery_hash(account, code) for code in codes])
    return codes


def _context(account: AccountId) -> bytes:
    return crypto.cell("access.authenticator", "wrapped_secret", account)
