"""The gate that every request passes before its handler, and before its body is even read.

Authenticate, authorise, ask for consent: in this order, each with its own refusal, all of them audited by the seal.
A handler without a declaration is closed, whatever it does.
"""

from typing import Any

import msgspec
from litestar import Request

import consent
from access import (
    Caller,
    Claims,
    Permission,
    Reason,
    Role,
    Standing,
    TokenFault,
    TokenRefusedError,
    decide,
    decide_factors,
    decide_training,
    dpop,
    under,
)
from access.errors import KeyProofRefusedError
from api.dpop import shown_key
from api.limiting import take_anonymous
from api.passage import Passage
from api.routing import Policy, policy_of
from api.scim_documents import PREFIX
from api.sealing import UNLIMITED
from api.text import check_query
from consent.values import Decision
from consent.vocabulary import Outcome
from kernel.errors import ForbiddenError, NotFoundError, TooManyError, UnauthenticatedError

BEARER = "bearer"
BOUND = "dpop"
"""In lower case: a client may write a scheme as it likes (RFC 9110, section 11.1)."""


class UndeclaredRouteError(NotFoundError):
    """The route was not declared through ``api.routing``; it does not exist for anybody."""

    code = "not-found"


class SecondFactorMissingError(ForbiddenError):
    """The caller's role needs a second factor."""

    code = "second-factor-missing"
    remedy = (
        "Set up a passkey with POST /v1/me/passkeys/options, or an authenticator app with POST /v1/me/authenticator."
    )


class FactorTooOldError(UnauthenticatedError):
    """The caller showed who they are too long ago for this."""

    code = "factor-too-old"
    remedy = "Show a password or one-time password with POST /v1/sessions/current/proof, and send the request again."


class TrainingMissingError(ForbiddenError):
    """The caller would see who somebody is, and has not lately learnt what to mind."""

    code = "training-missing"
    remedy = (
        "Complete the security and privacy module that GET /v1/me/training names; your learning system, or a colleague"
        " with POST /v1/training, records it."
    )


class RequestLimitError(TooManyError):
    """One account sent more requests in a minute than it may."""

    code = "too-many-requests"


class PermissionMissingError(ForbiddenError):
    """The caller's role does not include this."""

    code = "permission-missing"


async def gate(request: Request[Any, Any, Any]) -> None:
    """Let the request through or raise; installed once, on the application, before every handler."""
    scope = request.scope
    passage: Passage = scope["state"]["passage"]
    passage.route = f"{scope['method']} {scope['path_template']}"
    if scope["method"] == "OPTIONS":
        return
    policy = policy_of(scope["route_handler"])
    if policy is None:
        message = "There is nothing at this path."
        raise UndeclaredRouteError(message)
    passage.policy = policy
    if policy.kind == "public":
        await _count_network(request, passage)
    else:
        claims = await _verified(request, passage)
        passage.caller = claims.caller
        if policy.shape is not None:
            await request.body()  # whole before it is decided: who sends it slowly may be shut out meanwhile
        await admit(passage, policy, claims)
    if scope["query_string"]:
        check_query(request, None if policy.kind == "public" or scope["path"].startswith(PREFIX) else policy.parameters)


async def admit(passage: Passage, policy: Policy, claims: Claims) -> None:
    """Decide for a verified token: is the session alive, may the role, did the person agree."""
    standings, claimed = passage.runtime.standings, claims.caller
    marks = await standings.marks(claimed)
    passage.quota = marks.quota
    if not marks.quota.allowed:
        message = "This account sent too many requests in this minute."
        raise RequestLimitError(message, retry_after_seconds=marks.quota.resets_in)
    standing = await standings.standing(claimed, marks.account)
    if not standing.live or standing.role is None:
        message = "This session has ended."
        raise TokenRefusedError(message, reason="session-ended")
    if claims.kid in standing.removed_keys:
        message = "The access token is not valid."
        raise TokenRefusedError(message, reason=TokenFault.REMOVED_KEY.value)
    caller = claimed
    same_scope = standing.markets == claimed.markets and standing.brands == claimed.brands
    if standing.role is not claimed.role or not same_scope or standing.narrowed is not None:
        caller = msgspec.structs.replace(
            claimed,
            role=standing.role,
            markets=standing.markets,
            brands=standing.brands,
            narrowed=standing.narrowed,
        )
        passage.caller = caller
    permission = declared(policy)
    if standing.opened is not None:
        passage.caller = caller = under(caller, standing.opened, permission, passage.runtime.clock.now())
    verdict = decide(caller, permission)
    if not verdict.allowed:
        whom = "client is narrowed and" if verdict.reason is Reason.CLIENT_NARROWED else f"role {caller.role.value}"
        message = f"The {whom} does not include {permission.value}."
        raise PermissionMissingError(message, reason=verdict.reason)
    require_factors(passage, policy, caller, standing)
    require_training(passage, permission, caller, standing)
    if caller.role is Role.HCP:
        await ask_consent(passage, policy, caller, marks.person)


def require_factors(passage: Passage, policy: Policy, caller: Caller, standing: Standing) -> None:
    """Refuse staff without a second factor, and whoever showed a factor longer ago than the route accepts.

    Raises:
        SecondFactorMissingError: the role needs one, and this is not the way to get it.
        FactorTooOldError: RFC 9470's challenge; it says how old the factor may be.

    """
    verdict = decide_factors(
        caller.role,
        declared(policy),
        enrolled=standing.second_factor,
        needed=passage.runtime.settings.needs_second_factor,
        age=None if standing.proved_at is None else passage.runtime.clock.now() - standing.proved_at,
        most=policy.factor_seconds,
    )
    if verdict.reason is Reason.SECOND_FACTOR_MISSING:
        message = f"The role {caller.role.value} needs a second factor, and this account has none."
        raise SecondFactorMissingError(message)
    if not verdict.allowed:
        message = f"This needs a password or one-time password shown within the last {policy.factor_seconds} seconds."
        raise FactorTooOldError(message, max_age=policy.factor_seconds)


def require_training(passage: Passage, permission: Permission, caller: Caller, standing: Standing) -> None:
    """Refuse staff who would see who somebody is, and have completed no module on security and privacy lately.

    Raises:
        TrainingMissingError: it says what to do.

    """
    settings = passage.runtime.settings
    if not settings.needs_training:
        return
    now = passage.runtime.clock.now()
    if not decide_training(caller.role, permission, standing.trained_at, now, settings.training_days).allowed:
        message = f"This needs a security and privacy module completed within the last {settings.training_days} days."
        raise TrainingMissingError(message)


def declared(policy: Policy) -> Permission:
    """Return the permission of a route that is not public."""
    assert policy.permission is not None  # noqa: S101 - a declaration without one stops the start
    return policy.permission


async def ask_consent(passage: Passage, policy: Policy, caller: Caller, mark: Any) -> None:
    """Refuse unless the HCP agreed to the route's purpose, or the purpose does not rest on consent."""
    personal = await passage.runtime.standings.personal(caller, mark)
    passage.bearings = personal.bearings
    assert policy.purpose is not None  # noqa: S101 - a declaration without one stops the start
    market = None if personal.bearings is None else personal.bearings.market
    decision: Decision = consent.decide(
        policy.purpose, personal.consents.get(policy.purpose), passage.runtime.clock.now(), market
    )
    passage.decision = decision
    if not decision.allowed:
        if decision.outcome is Outcome.UNCONFIGURED:
            async with passage.runtime.work.begin(passage.origin()) as uow:  # the request's own never comes about
                await consent.note_gap(uow, decision, policy.purpose, market)
        raise consent.refused(policy.purpose, decision.reason)


async def _verified(request: Request[Any, Any, Any], passage: Passage) -> Claims:
    try:
        return await _shown(request, passage)
    except (TokenRefusedError, KeyProofRefusedError):
        await _count_network(request, passage)
        raise


async def _shown(request: Request[Any, Any, Any], passage: Passage) -> Claims:
    """Return what the token says; a bound one needs a proof of its key (RFC 9449 section 7.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in {BEARER, BOUND} or not token.strip():
        message = "There is no bearer token in the Authorization header."
        raise TokenRefusedError(message, reason="token-missing")
    claims = passage.runtime.verifier.verify(token)
    if scheme.lower() == BEARER:
        if claims.key is not None:
            raise TokenRefusedError("The access token is not valid.", reason=TokenFault.KEY_NOT_SHOWN.value)
        return claims
    key = await shown_key(request, passage, token)
    if claims.key is None or not dpop.same(claims.key, key):
        raise dpop.refused()
    return claims


async def _count_network(request: Request[Any, Any, Any], passage: Passage) -> None:
    """Count what the outermost layer has not, since a good token stands in it: one in the wrong hands, or in vain."""
    if passage.quota is None and request.scope["path"] not in UNLIMITED:
        await take_anonymous(passage)
