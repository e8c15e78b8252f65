"""Errors on the wire: RFC 9457 problem details. The only place that knows HTTP statuses of errors."""

import re
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

import access
from access import PasskeyRequest, TokenRefusedError
from api.scim_documents import MEDIA_TYPE as SCIM_TYPE
from api.scim_documents import PREFIX
from kernel.decoding import located
from kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    LaurelError,
    NotFoundError,
    TooLargeError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
    UnprocessableError,
)

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:laurel:problem:"
FAMILIES: Final[tuple[tuple[type[LaurelError], int], ...]] = (
    (InvalidError, 400),
    (UnauthenticatedError, 401),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (TooLargeError, 413),
    (UnprocessableError, 422),
    (TooManyError, 429),
    (UnavailableError, 503),
)
HTTP_CODES: Final = {
    400: ("invalid-request", "Correct the request and send it again."),
    401: ("unauthenticated", "Sign in and send the access token as a bearer token."),
    403: ("forbidden", "Ask an administrator whether your role should include this."),
    404: ("not-found", "Check the path and the identifier."),
    405: ("method-not-allowed", "Use one of the methods in the Allow header."),
    413: ("too-large", "Send less in one request."),
    415: ("unsupported-media-type", "Send application/json."),
}
MISSING: Final = re.compile("Missing required [a-z]+ parameter '([a-z_-]+)'")
"""How Litestar says that a request lacks a parameter."""

SCIM_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_SCIM_TYPES: Final = {400: "invalidValue", 409: "uniqueness"}
INTERNAL: Final = ("internal-error", "Report the request id; nothing was changed.")

_log = structlog.get_logger()


class PromisedActionMissingError(RuntimeError):
    """A command was about to commit without the audit entry that its route declares."""


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    detail: str


class PolicyRefusal(msgspec.Struct, frozen=True):
    """One no of one country: by which rule of which pack, on which source, and whether that text was read."""

    country: str
    pack: str
    version: int
    code: str
    rule: str
    detail: str
    source: str
    confirmed: bool


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 problem details; ``type`` is stable, ``request_id`` names the request in the audit log."""

    type: str
    title: str
    status: int
    detail: str
    request_id: UUID | None
    remedy: str | None = None
    errors: list[FieldProblem] = []
    purpose: str | None = None
    reason: str | None = None
    refusals: list[PolicyRefusal] = []
    passkey: PasskeyRequest | None = None


class ScimProblem(msgspec.Struct, frozen=True, rename="camel"):
    """The same as a directory understands it (RFC 7644 section 3.12)."""

    schemas: tuple[str, ...]
    status: str
    detail: str
    scim_type: str | None


def form_of(path: str) -> tuple[type[Problem] | type[ScimProblem], str]:
    """Return the shape and media type that problems below ``path`` have."""
    return (ScimProblem, SCIM_TYPE) if path.startswith(PREFIX) else (Problem, MEDIA_TYPE)


def _title(code: str) -> str:
    return code.replace("-", " ").capitalize()


def status_of(error: LaurelError) -> int:
    """Return the HTTP status of a room's error."""
    return next((status for family, status in FAMILIES if isinstance(error, family)), 500)


def answer(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    remedy: str,
    errors: list[FieldProblem] | None = None,
    *,
    facts: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    """Return a problem and note its code for the audit entry."""
    passage = request.scope.get("state", {}).get("passage")
    if passage is not None:
        passage.reason = code
    known = facts or {}
    form, media_type = form_of(request.scope["path"])
    if form is ScimProblem:
        scim_type = known.get("scim_type", _SCIM_TYPES.get(status))
        said = ScimProblem((SCIM_ERROR,), str(status), detail, None if scim_type is None else str(scim_type))
        return Response(said, status_code=status, media_type=media_type, headers=headers)
    problem = Problem(
        type=TYPE_PREFIX + code,
        title=_title(code),
        status=status,
        detail=detail,
        request_id=passage.request if passage is not None else None,
        remedy=remedy,
        errors=errors or [],
        purpose=str(known["purpose"]) if "purpose" in known else None,
        reason=str(known["reason"]) if "reason" in known else None,
        refusals=msgspec.convert(known.get("refusals", []), list[PolicyRefusal]),
        passkey=msgspec.convert(known.get("passkey"), PasskeyRequest | None),
    )
    return Response(problem, status_code=status, media_type=media_type, headers=headers)


def laurel_problem(request: Request[Any, Any, Any], error: LaurelError) -> Response[Any]:
    """Answer a room's error."""
    status = status_of(error)
    headers = {}
    if status == 401:  # noqa: PLR2004 - RFC 9110 demands the challenge with this status
        headers["WWW-Authenticate"] = _challenge(request, error)
    if status in {429, 503}:
        headers["Retry-After"] = str(error.facts.get("retry_after_seconds", 1))
    field = error.facts.get("field")
    errors = [FieldProblem(str(field), error.detail)] if field else None
    return answer(
        request, status, error.code, error.detail, error.remedy, errors, facts=error.facts, headers=headers or None
    )


def _challenge(request: Request[Any, Any, Any], error: LaurelError) -> str:
    """Return what RFC 6750 asks of a 401, RFC 9449 of one with a key, and RFC 9470 where the last factor is too old.

    Who came with a key is asked for one again (RFC 9449 section 7.1).
    """
    faults = {}
    if "algorithms" in error.facts:
        faults = {"error": "invalid_dpop_proof"}
    elif isinstance(error, TokenRefusedError) and error.facts.get("reason") != "token-missing":
        faults = {"error": "invalid_token"}
    elif "max_age" in error.facts:
        faults = {
            "error": "insufficient_user_authentication",
            "error_description": error.detail,
            "max_age": str(error.facts["max_age"]),
        }
    shown, _, _ = request.headers.get("authorization", "").partition(" ")
    scheme = "DPoP" if "algorithms" in error.facts or shown.lower() == "dpop" else "Bearer"
    if scheme == "DPoP":
        faults["algs"] = " ".join(access.dpop.ALGORITHMS)
    words = ", ".join(f'{name}="{value}"' for name, value in faults.items())
    return f"{scheme} {words}".strip()


def http_problem(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer what Litestar itself refuses: routing, media types, parameters and bodies."""
    status = error.status_code
    code, remedy = HTTP_CODES.get(status, INTERNAL)
    errors: list[FieldProblem] = []
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        errors = [FieldProblem(_shown(each.get("key", "body")), str(each.get("message", ""))) for each in error.extra]
    elif missing := MISSING.match(error.detail):
        errors = [FieldProblem(_shown(missing[1]), "is required")]
    elif status == 400 and isinstance(error.__cause__, Exception):  # noqa: PLR2004
        cause = error.__cause__.__cause__ or error.__cause__
        errors = [FieldProblem(*located(cause))] if isinstance(cause, msgspec.DecodeError) else []
    detail = f"{errors[0].field}: {errors[0].detail}" if errors else _title(code) + "."
    if status == 400 and not errors:  # noqa: PLR2004
        errors = [FieldProblem("body", "is not valid JSON of the documented shape")]
    return answer(request, status, code, detail, remedy, errors, headers=dict(error.headers or {}) or None)


def _shown(name: object) -> str:
    """Return a parameter's name as clients write it; ``state`` is a name that Litestar keeps to itself."""
    return "state" if name == "in_state" else str(name)


def internal_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a defect of ours: no traceback, no words of the exception, which could quote somebody's data."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    _log.error("request_failed", error=type(error).__name__, reason=" ".join(frames[-8:]))
    return answer(request, 500, INTERNAL[0], "Something went wrong on our side.", INTERNAL[1])


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {
    LaurelError: laurel_problem,
    HTTPException: http_problem,
    Exception: internal_problem,
}
