"""Signing in, staying signed in, signing out."""

import hashlib

import msgspec

import access
from access import Caller, Permission
from access.vocabulary import Action
from api.passage import Passage
from api.routing import command, public
from api.v1.wire import Body
from consent.vocabulary import Purpose
from kernel.errors import InvalidError, TooManyError
from kernel.unit_of_work import UnitOfWork

ADDRESS_FACTOR = 10
"""A whole address prefix may fail so many times more often than one account: hospitals share one."""


class SignIn(Body, frozen=True, kw_only=True):
    """A person's e-mail and password, or a machine's client id and secret."""

    email: str | None = None
    password: str | None = None
    otp: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class Refresh(Body, frozen=True, kw_only=True):
    """The refresh token of the last answer; it is used up by this request."""

    refresh_token: str


class TokenAnswer(msgspec.Struct, frozen=True):
    """Tokens; ``expires_in`` is in seconds. A machine client gets no refresh token."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | None


class TooManyFailuresError(TooManyError):
    """Too many sign-ins failed in this minute, for this account or from this network."""

    code = "too-many-failed-sign-ins"


@public.post(
    "/sessions",
    because="nobody has a token before signing in",
    purpose=Purpose.SERVICE,
    records=(Action.SIGNED_IN, Action.SIGN_IN_FAILED),
)
async def sign_in(data: SignIn, passage: Passage) -> TokenAnswer:
    """Sign in with e-mail and password, or with client credentials."""
    person = data.email is not None and data.password is not None
    machine = data.client_id is not None and data.client_secret is not None
    if person == machine:
        field = "password" if data.email is not None else "email"
        message = "Give email and password, or client_id and client_secret."
        raise InvalidError(message, field=field)
    name = data.email or data.client_id or ""
    limits = _limits(passage, name)
    if await passage.runtime.limits.exceeded(limits):
        message = "Too many sign-ins failed in this minute."
        raise TooManyFailuresError(message, retry_after_seconds=60)
    if machine:
        answer = await _client_sign_in(passage, data.client_id or "", data.client_secret or "")
    else:
        answer = await _sign_in(passage, data.email or "", data.password or "")
    if isinstance(answer, access.SignInRefused):
        await passage.runtime.limits.count([limit for limit, _ in limits])
    return _tokens(answer)


async def _sign_in(passage: Passage, email: str, password: str) -> access.Tokens | access.SignInRefused:
    """Check the password between two units of work: Argon2 takes long and must hold no connection meanwhile."""
    async with passage.read() as uow:
        credential = await access.credential(uow, email)
    proof = await access.prove(credential, password)
    async with passage.begin() as uow:
        return await access.admit(uow, proof)


async def _client_sign_in(passage: Passage, client_id: str, secret: str) -> access.Tokens | access.SignInRefused:
    async with passage.begin() as uow:
        return await access.client_sign_in(uow, client_id, secret)


@public.post(
    "/sessions/refresh",
    because="the access token has run out; the refresh token is the proof",
    purpose=Purpose.SERVICE,
    records=(Action.SESSION_REFRESHED, Action.REFRESH_REUSED, Action.SIGN_IN_FAILED),
)
async def refresh_session(data: Refresh, passage: Passage) -> TokenAnswer:
    """Exchange a refresh token for new tokens; using one twice ends the session."""
    async with passage.begin() as uow:
        answer = await access.refresh(uow, data.refresh_token)
    return _tokens(answer)


@command.delete(
    "/sessions/current", permission=Permission.SESSION_END, purpose=Purpose.SERVICE, records=Action.SESSION_ENDED,
    status_code=204,
)  # fmt: skip
async def sign_out(uow: UnitOfWork, caller: Caller) -> None:
    """End this session; its tokens are refused from now on, everywhere."""
    await access.end_session(uow, caller.session)


def _limits(passage: Passage, name: str) -> list[tuple[str, int]]:
    most = passage.runtime.settings.failed_sign_ins_per_minute
    digest = hashlib.sha256(name.strip().casefold().encode("utf-8", "replace")).hexdigest()[:32]
    return [(f"sign-in:{digest}", most), (f"sign-in-from:{passage.address}", most * ADDRESS_FACTOR)]


def _tokens(answer: access.Tokens | access.SignInRefused) -> TokenAnswer:
    if isinstance(answer, access.SignInRefused):
        raise answer.error
    return TokenAnswer(answer.access_token, answer.token_type, answer.expires_in, answer.refresh_token)


ROUTES = [sign_in, refresh_session, sign_out]
