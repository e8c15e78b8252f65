"""Routes that one person alone can't use: whoever sends the request names somebody else's approval of exactly it."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from litestar import Litestar, Request

import access
from access import ApprovalRefusedError, Caller, Permission, decide
from api.bodies import decoded, json_bytes
from api.passage import Passage
from kernel.errors import ForbiddenError, InvalidError, NotFoundError
from kernel.unit_of_work import UnitOfWork

HEADER: Final = "approval"


class ApprovalMissingError(ForbiddenError):
    """This needs two people."""

    code = "approval-missing"
    remedy = "Ask for it with POST /v1/approvals; once somebody agreed, send the approval's id in the header Approval."


class NothingToApproveError(NotFoundError):
    """The caller may use no such route that needs two people."""

    code = "nothing-to-approve"
    remedy = "Name the method and path of a route with x-four-eyes in the OpenAPI document that your role may use."


class Guarded(NamedTuple):
    """A route that needs two people."""

    operation: re.Pattern[str]
    permission: Permission
    shape: Any


def guarded(app: Litestar) -> list[Guarded]:
    """Return the routes of an application that need two people."""
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            policy = handler.opt.get("policy")
            if policy is not None and policy.four_eyes:
                path = "[^/]+".join(map(re.escape, re.split(r"{[^}]*}", route.path)))
                (method,) = handler.http_methods
                found.append(Guarded(re.compile(f"{method} {path}"), policy.permission, policy.shape))
    return found


def check(routes: Sequence[Guarded], caller: Caller, operation: str, body: dict[str, Any]) -> None:
    """See that ``caller`` may send ``operation``, were it not for the second person, and that ``body`` fits it.

    Raises:
        NothingToApproveError: there is no such route, or not for this caller.
        InvalidError: the body would be refused; the facts hold ``field``.

    """
    found = [each for each in routes if each.operation.fullmatch(operation)]
    if not found or not decide(caller, found[0].permission).allowed:
        raise NothingToApproveError("There is no such route for you that needs two people.", field="operation")
    if found[0].shape is not None:
        decoded(msgspec.json.Decoder(found[0].shape), msgspec.json.encode(body))
    elif body:
        raise InvalidError("The field body must be empty: the route takes none.", field="body")


async def require(uow: UnitOfWork, passage: Passage, request: Request[Any, Any, Any]) -> None:
    """Use up the approval that the request names; where the installation asks for two people, there must be one.

    Raises:
        ApprovalMissingError: it names none.
        InvalidError: what it names is no id.
        ApprovalRefusedError: it covers another request, or this one no more.

    """
    given = request.headers.get(HEADER)
    if given is None:
        if passage.runtime.settings.needs_four_eyes:
            raise ApprovalMissingError("This needs the approval of somebody else.")
        return
    try:
        identifier = UUID(given)
    except ValueError:
        raise InvalidError("The header Approval must be the id of an approval.", field="Approval") from None
    content = await json_bytes(request)
    body = decoded(msgspec.json.Decoder(dict[str, Any]), content) if content else {}
    if passage.caller is None:
        raise ApprovalRefusedError("This approval does not cover this request.")
    asked = f"?{request.url.query}" if request.url.query else ""  # nobody has agreed to what stands behind the path
    operation = f"{request.method} {request.url.path}{asked}"
    await access.approvals.use(uow, passage.caller, identifier, operation, body)
