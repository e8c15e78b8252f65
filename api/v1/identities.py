"""Signing in with an account elsewhere (OpenID Connect): providers, visits to them, and what opens an account."""

import secrets
from uuid import UUID

import msgspec
from litestar.params import FromPath

import access
from access import Caller, PasskeyAnswer, Permission
from access.errors import IdentityRefusedError
from access.values import IdentityView
from access.vocabulary import Action
from api.evenly import evenly_when_refused
from api.passage import Passage
from api.routing import command, merged, public, query
from api.v1.factors import FRESH_SECONDS
from api.v1.sessions import TokenAnswer, count_attempt, token_answer
from api.v1.wire import Body, Code, Listing
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork

NOBODY_YET = "nobody has a token before signing in"


class ProviderView(msgspec.Struct, frozen=True):
    """A provider that one can sign in with."""

    key: str
    name: str


class Start(Body, frozen=True, kw_only=True):
    """Where the provider sends the browser back to: one of the addresses that the operator listed, or the first."""

    redirect_uri: str | None = None


class StartLink(Start, frozen=True, kw_only=True):
    """Which provider to link."""

    provider: str


class Visit(msgspec.Struct, frozen=True):
    """Send the browser to ``authorization_url``; keep ``attempt`` in it, and nowhere else, for ten minutes."""

    authorization_url: str
    attempt: str


class Return(Body, frozen=True, kw_only=True):
    """What the provider sent back with the browser, and the secret that the same browser kept."""

    attempt: str
    code: str
    state: str
    iss: str | None = None


class Second(Body, frozen=True, kw_only=True):
    """The second factor of an account that a provider vouched for."""

    attempt: str
    otp: Code | None = None
    passkey: PasskeyAnswer | None = None


@public.get("/identity-providers", because=NOBODY_YET)
async def identity_providers(passage: Passage) -> Listing[ProviderView]:
    """Return the providers that one can sign in with."""
    return Listing([ProviderView(key, name) for key, name in passage.runtime.openid.names().items()])


@public.post(
    "/identity-providers/{provider:str}/sign-ins", because=NOBODY_YET, purpose=Purpose.SERVICE,
    records=(Action.IDENTITY_ASKED, Action.SIGN_IN_FAILED),
)  # fmt: skip
async def begin_sign_in(data: Start, passage: Passage, provider: FromPath[str]) -> Visit:
    """Begin to sign in with an account elsewhere."""
    return await _begun(passage, provider, data.redirect_uri, None)


@public.post(
    "/sessions/identity", because=NOBODY_YET, purpose=Purpose.SERVICE,
    records=(Action.SIGNED_IN, Action.SIGN_IN_FAILED),
)  # fmt: skip
async def sign_in_with_identity(data: Return, passage: Passage, bound_to: str | None) -> TokenAnswer:
    """Sign in with what the provider sent back; who is new is registered as the provider says."""
    provider, known = await _vouched(passage, data, None)
    async with passage.begin() as uow:
        answer = await access.identities.admit(uow, provider, known, _secret(data.attempt))
        answer = await access.bind_session(uow, answer, bound_to)
    return token_answer(answer)


@public.post(
    "/sessions/identity/second", because=NOBODY_YET, purpose=Purpose.SERVICE,
    records=(Action.SIGNED_IN, Action.SIGN_IN_FAILED),
)  # fmt: skip
async def show_second_factor(data: Second, passage: Passage, bound_to: str | None) -> TokenAnswer:
    """Show the second factor that the account has, within five minutes after the provider vouched."""
    async with evenly_when_refused():
        async with passage.begin() as uow:
            account = await access.identities.awaited(uow, _secret(data.attempt))
        counted = await count_attempt(passage, "account", str(account), familiar=False)
        async with passage.begin() as uow:
            answer = await access.identities.admit_second(uow, _secret(data.attempt), data.otp, data.passkey)
            answer = await access.bind_session(uow, answer, bound_to)
        found = token_answer(answer)
        await passage.runtime.limits.give_back(counted)
        return found


@query.get(
    "/me/identities", permission=Permission.OWN_IDENTITIES_MANAGE, purpose=Purpose.SERVICE,
    records=Action.IDENTITIES_READ,
)  # fmt: skip
async def own_identities(uow: UnitOfWork, caller: Caller) -> Listing[IdentityView]:
    """Return which accounts elsewhere open the caller's."""
    return Listing(await access.identities.listed(uow, caller.account))


@merged.post(
    "/me/identities", permission=Permission.OWN_IDENTITIES_MANAGE, purpose=Purpose.SERVICE,
    records=Action.IDENTITY_ASKED, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def begin_link(data: StartLink, caller: Caller, passage: Passage) -> Visit:
    """Begin to let an account elsewhere open the caller's."""
    return await _begun(passage, data.provider, data.redirect_uri, caller)


@merged.post(
    "/me/identities/complete", permission=Permission.OWN_IDENTITIES_MANAGE, purpose=Purpose.SERVICE,
    records=(Action.IDENTITY_LINKED, Action.SIGN_IN_FAILED),
)  # fmt: skip
async def complete_link(data: Return, caller: Caller, passage: Passage) -> IdentityView:
    """Let what the provider sent back open the caller's account; every other session ends."""
    provider, known = await _vouched(passage, data, caller)
    async with passage.begin() as uow:
        return await access.identities.link(uow, caller, provider, known)


@command.delete(
    "/me/identities/{identity:uuid}", permission=Permission.OWN_IDENTITIES_MANAGE, purpose=Purpose.SERVICE,
    records=Action.IDENTITY_REMOVED, status_code=204, factor_seconds=FRESH_SECONDS,
)  # fmt: skip
async def remove_identity(uow: UnitOfWork, caller: Caller, identity: FromPath[UUID]) -> None:
    """Let an account elsewhere no longer open the caller's; every other session ends."""
    await access.identities.remove(uow, caller, identity)


async def _begun(passage: Passage, provider: str, wanted: str | None, caller: Caller | None) -> Visit:
    openid, attempt = passage.runtime.openid, secrets.token_bytes(access.ATTEMPT_BYTES)
    redirect_uri = openid.redirect_uri(provider, wanted)
    address = await openid.authorization_url(provider, redirect_uri, attempt)
    async with passage.begin() as uow:
        await access.identities.begin_visit(uow, attempt, provider, redirect_uri, caller)
    return Visit(address, attempt.hex())


async def _vouched(passage: Passage, data: Return, caller: Caller | None) -> tuple[str, access.Claimed]:
    """Ask the provider between two units of work: it may take seconds, and must hold no connection meanwhile."""
    attempt = _secret(data.attempt)
    async with passage.begin() as uow:
        visit = await access.identities.end_visit(uow, attempt, caller)
    try:
        if visit is None:
            raise access.identities.unknown_visit()
        known = await passage.runtime.openid.exchange(
            visit.provider, visit.redirect_uri, attempt, code=data.code, state=data.state, issuer=data.iss
        )
    except IdentityRefusedError as error:
        async with passage.begin() as uow:
            access.identities.refuse_visit(uow, error)
        raise
    return visit.provider, known


def _secret(attempt: str) -> bytes:
    """Return the bytes of a browser's secret; what is none is one that nobody was given."""
    try:
        return bytes.fromhex(attempt)
    except ValueError:
        return b""


ROUTES = [
    identity_providers,
    begin_sign_in,
    sign_in_with_identity,
    show_second_factor,
    own_identities,
    begin_link,
    complete_link,
    remove_identity,
]
