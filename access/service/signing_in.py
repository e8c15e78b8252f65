"""Signing in: with a password and perhaps a second factor, or with a machine's secret.

Whatever is refused here is an answer and not an exception: the refusal's audit entry has to be committed.
"""

import hmac
from uuid import UUID

import people
from access.errors import OneTimePasswordRequiredError, SignInFailedError
from access.passwords import PASSWORDS
from access.refusals import Refusal
from access.service.factors import has_second, prove_second
from access.service.passkeys import prove_passkey, request_for
from access.service.sessions import SESSION_LIFETIME, TOKEN_LIFETIME, begin, hashed, refuse
from access.store import accounts, clients, sessions
from access.values import Caller, Credential, Proof, SignInRefused, Tokens
from access.vocabulary import AccountId, AccountStatus, Action, Ceremony, Method
from access.webauthn_json import PasskeyAnswer
from kernel import epochs
from kernel.unit_of_work import UnitOfWork


async def sign_in(uow: UnitOfWork, email: str, password: str, otp: str | None = None) -> Tokens | SignInRefused:
    """Sign in by e-mail address and password, and a second factor where the account has one.

    The transaction of ``uow`` stays open for the 80 ms that the password takes, and for as long as it queues. Where
    many sign in, call ``credential``, ``prove`` and ``admit`` one after the other and hold no connection meanwhile.

    Raises:
        PasswordsBusyError: too many wait already.

    """
    return await admit(uow, await prove(await credential(uow, email), password), otp)


async def credential(uow: UnitOfWork, email: str) -> Credential:
    """Return what is needed to check a password for ``email``: the same two queries whether or not anyone has it."""
    return await accounts.credential(uow, await people.find_by_email(uow, email))


async def prove(known: Credential, password: str) -> Proof:
    """Check ``password``, with the same work whether or not there is anything to check it against.

    Raises:
        PasswordsBusyError: too many wait already.

    """
    right, rehashed = await PASSWORDS.verify(password, known.password_hash)
    return Proof(credential=known, right=right, rehashed=rehashed)


async def admit(
    uow: UnitOfWork, proof: Proof, otp: str | None = None, passkey: PasskeyAnswer | None = None
) -> Tokens | SignInRefused:
    """Begin a session for whoever proved the password, provided that the account has not changed since.

    Where the account has a second factor, ``otp`` is a one-time password of it or a recovery code, or ``passkey`` the
    answer to what the refusal without one has asked.
    """
    known = proof.credential
    if known.account is None:
        return refuse(uow, Refusal.UNKNOWN)
    if not proof.right:
        return refuse(uow, Refusal.WRONG_SECRET, known.account, person=known.person)
    if not await accounts.still_stands(uow, known):
        return refuse(uow, Refusal.DISABLED, known.account, person=known.person)
    methods = [Method.PASSWORD]
    if await has_second(uow, known.account):
        second = await show_second(uow, known.account, otp, passkey, Ceremony.SIGN_IN)
        if second is None:
            return await _without_second(uow, known, otp, passkey)
        methods.append(second)
    if proof.rehashed is not None:
        await accounts.set_password_hash(uow, known.account, proof.rehashed)
    return await begin(uow, known.account, SESSION_LIFETIME, *methods)


async def prove_again(
    uow: UnitOfWork, caller: Caller, proof: Proof | None, otp: str | None, passkey: PasskeyAnswer | None = None
) -> SignInRefused | None:
    """Note that whoever sits in a session has shown a factor once more; where there is a second one, it must be that.

    The attempt is recorded either way, so COMMIT before the error of a refusal is raised.
    """
    if await has_second(uow, caller.account):
        method = await show_second(uow, caller.account, otp, passkey, Ceremony.PROOF)
    else:
        stands = proof is not None and proof.right and await accounts.still_stands(uow, proof.credential)
        method = Method.PASSWORD if stands else None
    resource = f"session:{caller.session}"
    if method is None:
        uow.record(Action.FACTOR_REFUSED, subject=caller.person, resource=resource, outcome="failed")
        return SignInRefused(SignInFailedError("These credentials are not valid."))
    await sessions.proved(uow, caller.session, method)
    epochs.move_or_wait(uow, caller.account)
    uow.record(Action.FACTOR_PROVED, subject=caller.person, resource=resource, method=method.value)
    return None


async def show_second(
    uow: UnitOfWork, account: AccountId, otp: str | None, passkey: PasskeyAnswer | None, ceremony: Ceremony
) -> Method | None:
    """Return what was shown besides the password, or None; of two things, the passkey counts."""
    if passkey is not None:
        role = await accounts.role_of(uow, account)
        return Method.PASSKEY if await prove_passkey(uow, account, role, passkey, ceremony) else None
    return None if otp is None else await prove_second(uow, account, otp)


async def _without_second(
    uow: UnitOfWork, known: Credential, otp: str | None, passkey: PasskeyAnswer | None
) -> SignInRefused:
    """Refuse whoever knows the password alone; only they learn that there is a second factor, and what is asked."""
    assert known.account is not None  # noqa: S101 - somebody's password was right
    if otp is not None or passkey is not None:
        wrong = Refusal.WRONG_OTP if passkey is None else Refusal.WRONG_PASSKEY
        return refuse(uow, wrong, known.account, person=known.person)
    refuse(uow, Refusal.OTP_MISSING, known.account, person=known.person)
    role = await accounts.role_of(uow, known.account)
    asked = await request_for(uow, known.account, role, Ceremony.SIGN_IN)
    facts = {} if asked is None else {"passkey": asked}
    return SignInRefused(OneTimePasswordRequiredError("This account has a second factor.", **facts))


async def client_sign_in(uow: UnitOfWork, client_id: str, client_secret: str) -> Tokens | SignInRefused:
    """Sign in a machine client. It gets no refresh token: it has its secret, and its session ends with its token.

    Both end with the secret, where that runs out before.

    The secret is 256 random bits, not something a person chose: one SHA-256 is as hard to invert as Argon2id would be,
    and costs a microsecond.
    """
    try:
        found = await clients.client(uow, UUID(client_id))
    except ValueError:
        found = None
    if found is None:
        return refuse(uow, Refusal.UNKNOWN)
    if not hmac.compare_digest(hashed(client_secret), found.secret_hash):
        return refuse(uow, Refusal.WRONG_SECRET, found.account)
    if found.status is not AccountStatus.ACTIVE or not found.usable:
        return refuse(uow, Refusal.DISABLED, found.account)
    await clients.used(uow, UUID(client_id))
    lifetime = TOKEN_LIFETIME if found.expires_at is None else min(TOKEN_LIFETIME, found.expires_at - uow.now)
    return await begin(uow, found.account, lifetime, Method.CLIENT_SECRET)
