"""The outermost layer: a request id, the limits, and the seal.

The seal: no response leaves before its audit entry is durable (invariant 6). It sits around everything, so that also a
404 of the router, a malformed body or a defect of ours leaves an entry. If the entry can't be made durable the answer
is 503 with no body.
"""

import asyncio
import time
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from access import TokenRefusedError
from api.limiting import AddressLimitError, headers, take_anonymous
from api.passage import REFUSALS, Passage
from api.problems import laurel_problem
from kernel.facts import Fact, Origin
from kernel.ids import uuid7

if TYPE_CHECKING:
    from api.routing import Policy
    from api.runtime import Runtime

_log = structlog.get_logger()

SECURITY_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
CACHEABLE_HEADERS: Final = SECURITY_HEADERS[1:]
"""The same, for an answer that says itself how long it may be kept: by everybody if it is public, else by who asked."""

STRICT_TRANSPORT: Final = ((b"strict-transport-security", b"max-age=63072000; includeSubDomains"),)
CONTENT_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""An answer that is no page loads nothing and stands in no frame; a page says itself what it needs."""

UNLIMITED: Final = frozenset({"/health/live", "/health/ready"})
"""Load balancers ask often, and must get an answer of ours and not of Valkey's."""

TIMED_OUT: Final = 503


class UnsealedError(Exception):
    """The audit entry could not be made durable."""


class Seal:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, runtime: "Runtime") -> None:
        """Wrap ``app``."""
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through and hold its answer until it is written down."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        runtime = self._runtime
        passage = Passage(runtime, uuid7(runtime.clock.now()), prefix_of(client_address(scope, runtime)))
        scope["state"] = {**scope.get("state", {}), "passage": passage}
        started = time.perf_counter()
        deadline = asyncio.get_running_loop().time() + runtime.settings.request_seconds
        status = 0

        async def sealed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                await self._seal(passage, message, deadline)
                status = message["status"]
            await send(message)

        try:
            async with asyncio.timeout_at(deadline) as passage.limit:
                await self._answer(scope, receive, sealed_send, passage)
        except Exception as error:
            # Litestar wraps what is raised while an answer leaves; before its first byte any failure means: unsealed.
            if status != 0:
                raise
            status = TIMED_OUT
            _log.error("request_unsealed", request=str(passage.request), error=type(error.__cause__ or error).__name__)
            await _send_bare(scope, send, TIMED_OUT, passage)
        _log.debug(
            "request",
            request=str(passage.request),
            method=scope["method"],
            route=passage.route,
            status=status,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            code=passage.reason,
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send, passage: Passage) -> None:
        """Answer a request, unless its network has used up its minute.

        Who shows no token, or none of ours, is counted at once, whatever path it asks for; who shows one, by the gate.
        What reaches no gate has shown it in vain, and is counted before its answer leaves.
        """
        may_pass = scope["path"] in UNLIMITED or _shows_token(scope, passage) or await _counted(passage)

        async def counted_send(message: Message) -> None:
            nonlocal may_pass
            if message["type"] == "http.response.start" and passage.quota is None and scope["path"] not in UNLIMITED:
                may_pass = await _counted(passage)
            if may_pass:
                await send(message)

        if may_pass:
            await self._app(scope, receive, counted_send)
        if not may_pass:
            await too_many(scope, receive, send)

    async def _seal(self, passage: Passage, message: HTTPResponseStartEvent, deadline: float) -> None:
        """Make the entry durable by ``deadline``; MUST be awaited before the first byte leaves.

        The limit around the whole request ends the waiting too, as long as it has not struck before.
        """
        policy = passage.policy
        message["headers"] = [
            *message.get("headers", ()),
            (b"x-request-id", str(passage.request).encode()),
            *(headers(passage.quota) if passage.quota else ()),
            *(CACHEABLE_HEADERS if _may_be_kept(policy, message) else SECURITY_HEADERS),
            *(() if _has_content_policy(message) else (CONTENT_POLICY,)),
            *(STRICT_TRANSPORT if self._runtime.settings.public_url.startswith("https:") else ()),
        ]
        if passage.sealed or (policy is not None and policy.kind == "public" and not policy.records):
            return
        entries: list[tuple[Origin, Fact]] = passage.entries
        if not entries or message["status"] >= 400:  # noqa: PLR2004 - HTTP
            entries = [(passage.origin(), passage.closing_fact(message["status"]))]
        try:
            # Whoever gave up a query because of the deadline may have turned that into an answer.
            if asyncio.get_running_loop().time() >= deadline:
                raise TimeoutError  # noqa: TRY301 - unsealed like everything else that fails here
            is_stranger = passage.caller is None and message["status"] in REFUSALS
            if not (is_stranger and await self._runtime.floods.absorb(passage)):
                await self._runtime.trail.submit(entries, weight=len(entries))
        except Exception as error:  # whatever it was, the entry is not durable
            raise UnsealedError from error
        passage.sealed = True


async def _counted(passage: Passage) -> bool:
    """Count a request against its network; tell whether it may be answered."""
    try:
        await take_anonymous(passage)
    except AddressLimitError:
        return False
    return True


def _shows_token(scope: Scope, passage: Passage) -> bool:
    """Tell whether a request shows a token that is valid; what it is good for is the gate's question."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            try:
                passage.runtime.verifier.verify(value.decode("latin-1").partition(" ")[2])
            except TokenRefusedError:
                return False
            return True
    return False


def _has_content_policy(message: HTTPResponseStartEvent) -> bool:
    return any(name.lower() == CONTENT_POLICY[0] for name, _ in message.get("headers", ()))


async def too_many(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that is not even routed: its network has used up its minute."""
    request: Request[Any, Any, Any] = Request(scope)
    error = AddressLimitError(
        "This network sent too many requests without a valid token in this minute.",
        retry_after_seconds=request.scope["state"]["passage"].quota.resets_in,
    )
    problem = laurel_problem(request, error)
    problem.headers.update(_cross_origin(scope))
    response = problem.to_asgi_response(app=None, request=request)
    await response(scope, receive, send)


def _cross_origin(scope: Scope) -> dict[str, str]:
    """Return what lets a page of an allowed origin read an answer that the framework, which says so, did not make."""
    config = scope["litestar_app"].cors_config
    origin = Headers.from_scope(scope).get("origin")
    if config is None or origin is None or not config.is_origin_allowed(origin):
        return {}
    return {**config.simple_headers, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def _may_be_kept(policy: "Policy | None", message: HTTPResponseStartEvent) -> bool:
    if policy is None or message["status"] >= 400:  # noqa: PLR2004 - HTTP
        return False
    said = [value for name, value in message.get("headers", ()) if name.lower() == b"cache-control"]
    return bool(said) and (policy.kind == "public" or all(value.startswith(b"private") for value in said))


async def _send_bare(scope: Scope, send: Send, status: int, passage: Passage) -> None:
    headers: list[tuple[bytes, bytes]] = [
        (b"content-length", b"0"),
        (b"retry-after", b"1"),
        (b"x-request-id", str(passage.request).encode()),
        *SECURITY_HEADERS,
        *((name.lower().encode(), value.encode()) for name, value in _cross_origin(scope).items()),
    ]
    start: Any = {"type": "http.response.start", "status": status, "headers": headers}
    body: Any = {"type": "http.response.body", "body": b"", "more_body": False}
    await send(start)
    await send(body)


def client_address(scope: Scope, runtime: "Runtime") -> str | None:
    """Return the client's address; a forwarding header counts only when a trusted proxy sent it.

    Of X-Forwarded-For the last entry that is not a trusted proxy is taken: everything before it was typed by whoever
    sent the request.
    """
    client = scope.get("client")
    peer = client[0] if client else None
    trusted = runtime.settings.trusted_proxies
    if not trusted or peer is None or not _inside(peer, trusted):
        return peer
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    for hop in reversed([each.strip() for each in forwarded.split(",") if each.strip()]):
        if not _inside(hop, trusted):
            return hop if _parsed(hop) else peer
    return peer


@lru_cache(maxsize=4_096)
def prefix_of(address: str | None) -> str | None:
    """Return the network that an address belongs to: /24 or /48, which is all that the trail may know."""
    parsed = _parsed(address) if address else None
    if parsed is None:
        return None
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))  # noqa: PLR2004 - IP version


def _inside(address: str, networks: tuple[Any, ...]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """Return the address; one of IPv4 that an IPv6 socket shows as ``::ffff:1.2.3.4`` is what it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
