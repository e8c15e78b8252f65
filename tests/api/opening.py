"""Opening Laurel for tests: the application on this loop, a second worker beside it, notices and rules in it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

import consent
import gamification
from api.app import create_app
from api.runtime import Runtime
from consent.values import CONSENT_PURPOSES, NewNotice
from gamification.service import publishing
from kernel.clock import MovableClock
from kernel.settings import Settings
from tests.api.house import ORIGIN, House
from tests.conftest import EMPTY, KEYS, START

SAMPLES = Path(__file__).parents[2] / "samples"
URL = "http://laurel.test"


@asynccontextmanager
async def opened_house(settings: Settings, look: str) -> AsyncIterator[House]:
    """Open an application with its worker, publish notices and rules, and lend it; ``look`` leads to the database."""
    database = await asyncpg.connect(look)
    try:
        await database.execute(EMPTY)
        clock = MovableClock(START)
        runtime = Runtime(settings, KEYS, clock)
        await runtime.cache.client.flushdb()
        app = create_app(runtime, with_worker=True)
        async with running(app), client_of(app) as http:
            await publish(runtime)
            yield House(runtime, http, clock, database)
    finally:
        await database.close()


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Start and stop an application as a server does (ASGI lifespan), in a task of its own."""
    asked, said = asyncio.Queue[Any](), asyncio.Queue[Any]()
    lifespan: Any = {"type": "lifespan", "asgi": {"version": "3.0"}}
    task = asyncio.create_task(app(lifespan, asked.get, said.put))

    async def go(step: str) -> None:
        await asked.put({"type": f"lifespan.{step}"})
        message = await said.get()
        assert message["type"] == f"lifespan.{step}.complete", message

    await go("startup")
    try:
        yield
    finally:
        await go("shutdown")
        await task


@asynccontextmanager
async def served_house(settings: Settings, look: str) -> AsyncIterator[House]:
    """Open the same behind a real server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = await asyncpg.connect(look)
    await database.execute(EMPTY)
    clock = MovableClock(START)
    runtime = Runtime(settings, KEYS, clock)
    await runtime.cache.client.flushdb()
    server = Server(create_app(runtime, with_worker=True), port=port, interface=Interfaces.ASGI, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            await live(http)
            await publish(runtime)
            yield House(runtime, http, clock, database)
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving
        await database.close()


async def live(http: httpx.AsyncClient) -> None:
    """Wait until a server answers."""
    async with asyncio.timeout(30):
        while True:
            try:
                if (await http.get("/health/live")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def publish(runtime: Runtime, version: int = 1) -> None:
    """Publish the sample notices and the demonstration's rules."""
    publishing._versions.clear()  # this process may have had other rules under the same number, in an emptied database
    async with runtime.work.begin(ORIGIN) as uow:
        for purpose in CONSENT_PURPOSES:
            text = (SAMPLES / "notices" / f"{purpose}.md").read_text(encoding="utf-8")
            await consent.publish_notice(uow, NewNotice(purpose=purpose, version=version, locale="en", text=text))
        await gamification.publish_rules(uow, (SAMPLES / "rules" / "demonstration.yaml").read_text(encoding="utf-8"))


def client_of(app: Litestar, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a client at ``address`` of an application that runs on this loop."""
    transport = httpx.ASGITransport(cast("Any", app), client=(address, 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=URL, timeout=60)


@asynccontextmanager
async def worker(house: House, address: str = "127.0.0.1", **settings: object) -> AsyncIterator[httpx.AsyncClient]:
    """Lend another worker of a house, asked from ``address``: it shares nothing but the two servers."""
    runtime = Runtime(msgspec.structs.replace(house.runtime.settings, **settings), KEYS, house.clock)
    try:
        async with client_of(create_app(runtime, with_worker=False), address) as http:
            yield http
    finally:
        await runtime.cache.close()
        await runtime.openid.close()
