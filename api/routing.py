"""A route declares everything in one place: permission, purpose and audit action.

    @command.post("/activities", permission=Permission.ACTIVITY_RECORD, purpose=Purpose.ENGAGEMENT, records=...)
    @query.get("/points", permission=Permission.POINTS_READ, purpose=Purpose.GAMIFICATION, records=...)
    @public.get("/health/live", because="load balancers carry no token")

``command`` runs its function inside one writing unit of work, ``query`` inside a read-only one, ``merged`` inside none
of its own (its service merges many requests into one), ``public`` is the only door without a caller and says why;
one that touches people's data also says for which purpose, or the database shows it none (``kernel/row_security.py``).
A function asks for what it needs by name: ``uow``, ``caller``, ``passage``, ``body`` (the bytes as they came), ``data``
(the body, decoded strictly as what the parameter is annotated with), ``accept`` (the header), ``bound_to`` (a key);
Litestar never sees these. ``issuing`` is a command that is a GET: it hands something out and writes that down.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from access import Permission
from api import four_eyes, idempotency
from api.bodies import decoded, json_bytes
from api.describing import REQUEST_ID, operation, responses
from api.dpop import shown_key
from api.passage import Passage
from api.problems import PromisedActionMissingError
from consent.vocabulary import Purpose
from kernel.unit_of_work import UnitOfWork

Kind = Literal["command", "query", "merged", "public"]
WRITING: Final = frozenset({"command", "merged"})
INJECTED: Final = frozenset({"uow", "caller", "passage", "body", "data", "accept", "bound_to"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What a route declares. ``records`` lists audit actions of which a command leaves at least one.

    ``settled``: a query that waits until the audit log has indexed what was done before it. ``factor_seconds``: how
    long ago the caller may have shown a password, a one-time password or a secret for the last time (RFC 9470).
    ``four_eyes``: somebody else must have agreed to exactly this request. ``shape``: what its body must be;
    ``parameters``: what its query may hold.
    """

    kind: Kind
    permission: Permission | None = None
    purpose: Purpose | None = None
    records: tuple[StrEnum, ...] = ()
    because: str | None = None
    creates: bool = False
    settled: bool = False
    factor_seconds: int | None = None
    four_eyes: bool = False
    shape: Any = None
    parameters: frozenset[str] = frozenset()

    def __deepcopy__(self, _: object) -> "Policy":
        """Return itself: nothing of it changes, and Litestar copies what handlers carry, which types don't survive."""
        return self


def policy_of(handler: Any) -> Policy | None:
    """Return what a route handler declares, or None if it was not made here."""
    policy = handler.opt.get("policy")
    return policy if isinstance(policy, Policy) else None


class _Door:
    """One kind of route; its methods are the HTTP methods that the kind may have."""

    def __init__(self, kind: Kind, methods: Sequence[str]) -> None:
        self._kind: Kind = kind
        for method in methods:
            setattr(self, method.lower(), functools.partial(self._declare, method))

    def __getattr__(self, name: str) -> Callable[..., Callable[[Callable[..., Any]], HTTPRouteHandler]]:
        message = f"A {self._kind} route can't use the method {name.upper()}."
        raise AttributeError(message)

    def _declare(  # noqa: PLR0913 - everything about a route in one place
        self,
        method: str,
        path: str,
        *,
        permission: Permission | None = None,
        purpose: Purpose | None = None,
        records: StrEnum | tuple[StrEnum, ...] = (),
        because: str | None = None,
        creates: bool = False,
        settled: bool = False,
        factor_seconds: int | None = None,
        four_eyes: bool = False,
        status_code: int = 200,
        body_type: Any = None,
        media_types: Sequence[str] = (),
    ) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
        actions = records if isinstance(records, tuple) else (records,)
        declared = Policy(
            self._kind, permission, purpose, actions, because, creates, settled, factor_seconds, four_eyes
        )
        _check(declared, path)

        def declare(function: Callable[..., Any]) -> HTTPRouteHandler:
            shape = body_type or _data_type(function)
            policy = replace(declared, shape=shape, parameters=frozenset(_parameters(function)))
            return HTTPRouteHandler(
                path,
                http_method=method,  # type: ignore[arg-type]
                opt={"policy": policy},
                status_code=201 if creates else status_code,
                operation_class=operation(policy, shape, media_types),
                operation_id=function.__name__,
                responses=responses(policy, path, has_body=shape is not None),
                response_headers=[REQUEST_ID],
            )(_wrapped(function, policy))

        return declare


def _data_type(function: Callable[..., Any]) -> Any:
    """Return what the body must be, or None when the function takes no ``data``."""
    parameter = inspect.signature(function).parameters.get("data")
    return parameter.annotation if parameter else None


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    """Return the names of a function's query parameters, as clients write them."""
    for name, parameter in inspect.signature(function).parameters.items():
        for said in getattr(parameter.annotation, "__metadata__", ()):
            if isinstance(said, QueryParameter):
                yield said.name or name


def _check(policy: Policy, path: str) -> None:
    if policy.kind == "public":
        if not policy.because:
            message = f"{path}: a public route must say because= why."
            raise TypeError(message)
        if policy.records and not policy.purpose:
            raise TypeError(f"{path}: a public route with records= must say purpose=, or the database shows it nobody.")
    elif not (policy.permission and policy.purpose and policy.records):
        message = f"{path}: a route must declare permission=, purpose= and records=."
        raise TypeError(message)


@dataclass(slots=True)
class _Call:
    """One call of a route's function."""

    function: Callable[..., Any]
    policy: Policy
    passage: Passage
    request: Request[Any, Any, Any]
    wants_uow: bool
    arguments: dict[str, Any]


def _wrapped(function: Callable[..., Any], policy: Policy) -> Callable[..., Any]:
    """Return ``function`` with its unit of work around it, and with a signature that Litestar understands."""
    seen = inspect.signature(function)
    wanted = INJECTED & seen.parameters.keys()
    run = _RUNNERS[policy.kind]
    decoder = msgspec.json.Decoder(_data_type(function)) if "data" in wanted else None

    async def in_passage(request: Request[Any, Any, Any], **arguments: Any) -> Any:
        passage: Passage = request.scope["state"]["passage"]
        if "caller" in wanted:
            arguments["caller"] = passage.caller
        if "passage" in wanted:
            arguments["passage"] = passage
        if "body" in wanted:
            arguments["body"] = await json_bytes(request)
        if "accept" in wanted:
            arguments["accept"] = request.headers.get("accept", "*/*")
        if "bound_to" in wanted:
            arguments["bound_to"] = await shown_key(request, passage)
        if policy.kind in WRITING:
            await passage.runtime.pressure.admit()
        if decoder is not None:
            arguments["data"] = decoded(decoder, await json_bytes(request))
        return await run(_Call(function, policy, passage, request, "uow" in wanted, arguments))

    shown = [parameter for name, parameter in seen.parameters.items() if name not in INJECTED | {"request"}]
    asking = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    in_passage.__signature__ = seen.replace(  # type: ignore[attr-defined]
        parameters=[each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in shown] + [asking]
    )
    in_passage.__annotations__ = {each.name: each.annotation for each in shown} | {
        "request": Request,
        "return": seen.return_annotation,
    }
    for name in ("__name__", "__doc__", "__module__"):
        setattr(in_passage, name, getattr(function, name))
    return in_passage


def _require_promised(uow: UnitOfWork, policy: Policy, name: str) -> None:
    """MUST NOT let a command commit without the audit entry that its route promises."""
    if policy.records and not any(uow.recorded(action.value) for action in policy.records):
        message = f"{name} did not record {' or '.join(policy.records)}."
        raise PromisedActionMissingError(message)


async def _command(call: _Call) -> Any:
    policy, passage = call.policy, call.passage
    async with passage.begin() as uow:
        claim = await idempotency.claim(uow, passage, call.request) if policy.creates else None
        if claim is not None and claim.answer is not None:
            uow.record(policy.records[0], subject=None, reason="repeated")
            return claim.answer
        if policy.four_eyes:
            await four_eyes.require(uow, passage, call.request)
        result = await call.function(uow=uow, **call.arguments)
        _require_promised(uow, policy, call.function.__name__)
        if claim is not None:
            return await idempotency.keep(uow, claim, result)
    return result


async def _query(call: _Call) -> Any:
    if call.policy.settled:
        await call.passage.runtime.settling.submit(None)
    async with call.passage.read() as uow:
        if call.wants_uow:
            call.arguments["uow"] = uow
        result = await call.function(**call.arguments)
        if not any(uow.recorded(action.value) for action in call.policy.records):
            uow.record(call.policy.records[0], subject=call.passage.caller.person if call.passage.caller else None)
    return result


async def _plain(call: _Call) -> Any:
    return await call.function(**call.arguments)


_RUNNERS: Final[Mapping[Kind, Any]] = {"command": _command, "query": _query, "merged": _plain, "public": _plain}


command: Final = _Door("command", ("POST", "PUT", "PATCH", "DELETE"))
query: Final = _Door("query", ("GET", "POST"))
merged: Final = _Door("merged", ("POST",))
issuing: Final = _Door("command", ("GET",))
public: Final = _Door("public", ("GET", "POST"))

__all__ = ["Policy", "Response", "command", "issuing", "merged", "policy_of", "public", "query"]
