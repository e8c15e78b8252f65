"""Signing in, staying signed in, showing once more who one is, signing out."""

import hashlib
from typing import Literal

import msgspec

import access
from access import Caller, PasskeyAnswer, Permission
from access.vocabulary import Action
from api.evenly import evenly_when_refused
from api.limiting import take
from api.passage import Passage
from api.routing import command, merged, public
from api.v1.wire import Body, Code, Email, Password
from consent.vocabulary import Purpose
from kernel.crypto import normalise
from kernel.errors import InvalidError, TooManyError
from kernel.limits import Counted, Limit
from kernel.unit_of_work import UnitOfWork

ADDRESS_FACTOR = 10
"""A whole address prefix may fail so many times more often than one account: hospitals share one."""
Named = Literal["email", "account", "client"]
"""What an attempt names whom it is about by."""
HOUR_SECONDS = 3_600
HOUR_FACTOR = 4
"""An account that networks guess at from which its owner never signed in allows so many minutes' failures an hour."""


class SignIn(Body, frozen=True, kw_only=True):
    """A person's e-mail and password, or a machine's client id and secret.

    Where the account has a second factor, ``otp`` is a one-time password or a recovery code; or ``passkey`` is the
    answer of ``navigator.credentials.get()`` to the problem's ``passkey``, as its ``toJSON()`` writes it.
    """

    email: Email | None = None
    password: Password | None = None
    otp: Code | None = None
    passkey: PasskeyAnswer | None = None
    client_id: Code | None = None
    client_secret: Code | None = None


class Refresh(Body, frozen=True, kw_only=True):
    """The refresh token of the last answer; it is used up by this request."""

    refresh_token: Code


class FactorProof(Body, frozen=True, kw_only=True):
    """The password, or ``otp`` or ``passkey`` where the account has a second factor."""

    password: Password | None = None
    otp: Code | None = None
    passkey: PasskeyAnswer | None = None


class TokenAnswer(msgspec.Struct, frozen=True):
    """Tokens; ``expires_in`` is in seconds. A machine client gets no refresh token."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | None


class TooManyFailuresError(TooManyError):
    """Too many sign-ins failed, for this account or from this network."""

    code = "too-many-failed-sign-ins"


@public.post(
    "/sessions",
    because="nobody has a token before signing in",
    purpose=Purpose.SERVICE,
    records=(Action.SIGNED_IN, Action.SIGN_IN_FAILED),
)
async def sign_in(data: SignIn, passage: Passage, bound_to: str | None) -> TokenAnswer:
    """Sign in with e-mail and password, or with client credentials; a DPoP header binds the tokens to its key."""
    person = data.email is not None and data.password is not None
    machine = data.client_id is not None and data.client_secret is not None
    if person == machine:
        field = "password" if data.email is not None else "email"
        message = "Give email and password, or client_id and client_secret."
        raise InvalidError(message, field=field)
    async with evenly_when_refused():
        if machine:
            answer = await _client_sign_in(passage, data, bound_to)
        else:
            answer = await _sign_in(passage, data, bound_to)
        return token_answer(answer)


async def _sign_in(passage: Passage, data: SignIn, bound_to: str | None) -> access.Tokens | access.SignInRefused:
    """Check the password between two units of work: Argon2 takes long and must hold no connection meanwhile.

    The attempt is counted before it is made, so that of many at the same moment no more are tried than may be.
    """
    email = data.email or ""
    async with passage.read() as uow:
        credential = await access.credential(uow, email)
    counted = await count_attempt(passage, "email", email, familiar=credential.familiar)
    proof = await proved(passage, credential, data.password or "", counted)
    async with passage.begin() as uow:
        answer = await access.bind_session(uow, await access.admit(uow, proof, data.otp, data.passkey), bound_to)
    if isinstance(answer, access.Tokens):
        await passage.runtime.limits.give_back(counted)
    return answer


async def _client_sign_in(passage: Passage, data: SignIn, bound_to: str | None) -> access.Tokens | access.SignInRefused:
    client_id, secret = data.client_id or "", data.client_secret or ""
    counted = await count_attempt(passage, "client", client_id, familiar=True)
    async with passage.begin() as uow:
        answer = await access.bind_session(uow, await access.client_sign_in(uow, client_id, secret), bound_to)
    if isinstance(answer, access.Tokens):
        await passage.runtime.limits.give_back(counted)
    return answer


@public.post(
    "/sessions/refresh",
    because="the access token has run out; the refresh token is the proof",
    purpose=Purpose.SERVICE,
    records=(Action.SESSION_REFRESHED, Action.REFRESH_REUSED, Action.SIGN_IN_FAILED),
)
async def refresh_session(data: Refresh, passage: Passage, bound_to: str | None) -> TokenAnswer:
    """Exchange a refresh token for new tokens; using one twice ends the session. Bound ones need a DPoP header."""
    async with passage.begin() as uow:
        answer = await access.refresh(uow, data.refresh_token, bound_to)
    return token_answer(answer)


@merged.post(
    "/sessions/current/proof", permission=Permission.OWN_FACTORS_MANAGE, purpose=Purpose.SERVICE,
    records=(Action.FACTOR_PROVED, Action.FACTOR_REFUSED), status_code=204,
)  # fmt: skip
async def prove_factor(data: FactorProof, caller: Caller, passage: Passage) -> None:
    """Show once more who one is, for routes that accept no older proof (RFC 9470)."""
    async with passage.read() as uow:
        credential = await access.own_credential(uow, caller)
    counted = await count_proof(passage, caller.account)
    given = data.password
    proof = await proved(passage, credential, given, counted) if given is not None else None
    async with passage.begin() as uow:
        refused = await access.prove_again(uow, caller, proof, data.otp, data.passkey)
    if refused is not None:
        raise refused.error
    await passage.runtime.limits.give_back(counted)


@command.delete(
    "/sessions/current", permission=Permission.SESSION_END, purpose=Purpose.SERVICE, records=Action.SESSION_ENDED,
    status_code=204,
)  # fmt: skip
async def sign_out(uow: UnitOfWork, caller: Caller) -> None:
    """End this session; its tokens are refused from now on, everywhere."""
    await access.end_session(uow, caller.session)


async def count_proof(passage: Passage, account: access.AccountId) -> Counted:
    """Count an attempt to show once more who one is, from wherever it comes: only who is in can use this up.

    Raises:
        TooManyFailuresError: too many have failed.

    """
    return await count_attempt(passage, "account", str(account), familiar=False)


async def count_attempt(passage: Passage, kind: Named, name: str, *, familiar: bool) -> Counted:
    """Count an attempt to sign in as ``name``, before it is made; return what to give back if it succeeds.

    An account is limited per network and, from networks where it was never signed in to, as a whole: so whoever guesses
    at it from elsewhere slows down nobody but others elsewhere, and never its owner at the usual place. It is counted
    under the form by which it is found, so that another spelling is no other account; and apart by ``kind``, so that
    nobody uses up one by typing its name as another.

    Raises:
        TooManyFailuresError: too many have failed.

    """
    most = passage.runtime.settings.failed_sign_ins_per_minute
    digest = hashlib.sha256(f"{kind}:{normalise(name)}".encode("utf-8", "replace")).hexdigest()[:32]
    limits = [
        Limit(f"sign-in:{digest}:{passage.address}", most),
        Limit(f"sign-in:from:{passage.address}", most * ADDRESS_FACTOR),
    ]
    if not familiar:
        limits.append(Limit(f"sign-in:to:{digest}", most))
        limits.append(Limit(f"sign-in:to:{digest}:hour", most * HOUR_FACTOR, HOUR_SECONDS))
    return await take(passage, limits, TooManyFailuresError("Too many sign-ins failed."))


async def proved(passage: Passage, known: access.Credential, password: str, counted: Counted) -> access.Proof:
    """Check a password. Where too many wait to be checked it was no attempt, and what was ``counted`` is given back.

    Raises:
        PasswordsBusyError: too many wait already.

    """
    try:
        return await access.prove(known, password)
    except access.PasswordsBusyError:
        await passage.runtime.limits.give_back(counted)
        raise


def token_answer(answer: access.Tokens | access.SignInRefused) -> TokenAnswer:
    """Return tokens as they are sent, or raise why there are none."""
    if isinstance(answer, access.SignInRefused):
        raise answer.error
    return TokenAnswer(answer.access_token, answer.token_type, answer.expires_in, answer.refresh_token)


ROUTES = [sign_in, refresh_session, prove_factor, sign_out]
