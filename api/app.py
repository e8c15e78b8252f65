"""The application: routes, gate, seal and problems, put together; it refuses to start with an undeclared route."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from litestar import Litestar, Request, Router
from litestar.config.cors import CORSConfig
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from api import scim, tlog, v1
from api.background import Background
from api.contract import Contract
from api.four_eyes import guarded
from api.gate import gate
from api.problems import EXCEPTION_HANDLERS
from api.routing import Policy, policy_of
from api.runtime import Runtime
from api.sealing import Seal
from api.v1 import credentials, wellknown


class UndeclaredRouteError(RuntimeError):
    """A route was added without its declaration."""


def create_app(runtime: Runtime, *, with_worker: bool, more_routes: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """Return the application; ``with_worker`` runs sequencer, relay and board in this process.

    ``more_routes`` are those of whoever stands above the API; they are held to the same declarations.

    Raises:
        UndeclaredRouteError: a route was not declared through ``api.routing``.

    """
    app = Litestar(
        route_handlers=[
            *wellknown.ROUTES,
            *credentials.ROUTES,
            *tlog.ROUTES,
            *scim.ROUTES,
            Router("/v1", route_handlers=v1.ROUTES),
            *more_routes,
        ],
        before_request=gate,
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[_lifespan(runtime, with_worker=with_worker)],
        cors_config=_cors(runtime.settings.cors_origins),
        request_max_body_size=runtime.settings.body_limit_bytes,
        openapi_config=OPENAPI,
        logging_config=None,
        debug=False,
    )
    for handler in declared_handlers(app):
        if policy_of(handler) is None or getattr(handler, "resolve_before_request", str)() is not gate:
            message = f"{handler}: declare it with command, query, merged or public of api.routing, and keep the gate."
            raise UndeclaredRouteError(message)
    app.state.runtime = runtime
    runtime.guarded = guarded(app)
    app.asgi_handler = Seal(app.asgi_handler, runtime)
    return app


def _cors(origins: Sequence[str]) -> CORSConfig | None:
    """Return which other origins' pages may call; there are no cookies, so credentials are never among what is sent."""
    if not origins:
        return None
    return CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "DPoP", "Idempotency-Key", "Approval"],
        expose_headers=[
            "X-Request-Id",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Idempotent-Replayed",
            "WWW-Authenticate",
        ],
        max_age=600,
    )


def declared_handlers(app: Litestar) -> list[BaseRouteHandler]:
    """Return every handler but the OPTIONS ones that Litestar makes by itself."""
    handlers: list[BaseRouteHandler] = []
    for route in app.routes:
        handlers += route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
    return [handler for handler in handlers if getattr(handler, "http_methods", set()) != {"OPTIONS"}]


def _lifespan(runtime: Runtime, *, with_worker: bool) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with runtime.opened():
            await runtime.require_replayed()
            if not with_worker:
                yield
                return
            async with working(runtime):
                yield

    return lifespan


@asynccontextmanager
async def working(runtime: Runtime) -> AsyncIterator[None]:
    """Run the worker's loops in the background while the block lasts."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[None]] = [loop.create_task(run(stop)) for run in Background(runtime).loops()]
    try:
        yield
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        for task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                continue


SCHEMA_POLICY = Policy("public", because="whoever builds a client reads the contract before having an account")
OPENAPI = OpenAPIConfig(
    title="Laurel",
    version="0.1.0",
    description="Gamified engagement for healthcare professionals, behind a privacy layer.",
    openapi_router=Router("/schema", route_handlers=[], opt={"policy": SCHEMA_POLICY}),
    render_plugins=[Contract()],
    use_handler_docstrings=True,
    components=Components(
        security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
    ),
)

__all__ = ["ControllerRouterHandler", "Request", "create_app"]
