"""The gate that every request passes before its handler, and before its body is even read.

Authenticate, authorise, ask for consent: in this order, each with its own refusal, all of them audited by the seal.
A handler without a declaration is closed, whatever it does.
"""

from typing import Any

import msgspec
from litestar import Request

import consent
from access import Caller, Claims, Role, TokenFault, TokenRefusedError, decide
from api.passage import Passage
from api.routing import Policy, policy_of
from api.text import refuse_nul
from consent.values import Decision
from kernel.errors import ForbiddenError, NotFoundError

BEARER = "Bearer "


class UndeclaredRouteError(NotFoundError):
    """The route was not declared through ``api.routing``; it does not exist for anybody."""

    code = "not-found"


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
    if policy.kind != "public":
        claims = passage.runtime.verifier.verify(_token(request))
        passage.caller = claims.caller
        await admit(passage, policy, claims)
    if policy.kind != "merged":
        refuse_nul(request)


async def admit(passage: Passage, policy: Policy, claims: Claims) -> None:
    """Decide for a verified token: is the session alive, may the role, did the person agree."""
    standings, claimed = passage.runtime.standings, claims.caller
    account_mark, person_mark = await standings.marks(claimed)
    standing = await standings.standing(claimed, account_mark)
    if not standing.live or standing.role is None:
        message = "This session has ended."
        raise TokenRefusedError(message, reason="session-ended")
    if claims.kid in standing.removed_keys:
        message = "The access token is not valid."
        raise TokenRefusedError(message, reason=TokenFault.REMOVED_KEY.value)
    caller = claimed
    if standing.role is not claimed.role or standing.markets != claimed.markets:
        caller = msgspec.structs.replace(claimed, role=standing.role, markets=standing.markets)
        passage.caller = caller
    assert policy.permission is not None  # noqa: S101 - a declaration without one stops the start
    verdict = decide(caller, policy.permission)
    if not verdict.allowed:
        message = f"The role {caller.role.value} does not include {policy.permission.value}."
        raise PermissionMissingError(message, reason=verdict.reason)
    if caller.role is Role.HCP:
        await ask_consent(passage, policy, caller, person_mark)


async def ask_consent(passage: Passage, policy: Policy, caller: Caller, mark: Any) -> None:
    """Refuse unless the HCP agreed to the route's purpose, or the purpose does not rest on consent."""
    personal = await passage.runtime.standings.personal(caller, mark)
    passage.bearings = personal.bearings
    assert policy.purpose is not None  # noqa: S101 - a declaration without one stops the start
    decision: Decision = consent.decide(
        policy.purpose, personal.consents.get(policy.purpose), passage.runtime.clock.now()
    )
    passage.decision = decision
    if not decision.allowed:
        message = f"There is no consent for {policy.purpose.value}."
        raise consent.ConsentRequiredError(message, purpose=policy.purpose.value, reason=decision.reason.value)


def _token(request: Request[Any, Any, Any]) -> str:
    header = request.headers.get("authorization", "")
    if not header.startswith(BEARER):
        message = "There is no bearer token in the Authorization header."
        raise TokenRefusedError(message, reason="token-missing")
    return header[len(BEARER) :]
