"""`laurel serve` and `laurel worker`."""

import asyncio
import importlib
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec
from granian.constants import HTTPModes, Interfaces, Loops
from granian.errors import FatalError
from granian.server.mp import MPServer
from litestar.types import ASGIApp

from api.app import working
from api.cli.environment import opened, servers, settings_of
from api.cli.migrating import migrated, require_migrated
from api.cli.privacy import require_replayed
from kernel.settings import Settings
from kernel.starter import die_with_starter

if TYPE_CHECKING:
    from kernel.embedded import Running

SUPERVISION_SECONDS = 1.0
BACKLOG = 2_048


@click.command("serve")
@click.option("--host", help="Address to listen on; otherwise LAUREL_HOST, otherwise 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port; otherwise LAUREL_PORT, otherwise 8000.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes; otherwise LAUREL_WORKERS, otherwise one per core, at most four.",
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the API. In embedded mode this runs servers, migrations and the worker as well."""
    with servers(supervising) as settings:
        chosen = msgspec.structs.replace(
            settings, host=host or settings.host, port=port or settings.port, workers=workers or settings.workers
        )
        chosen = listenable(chosen)
        asyncio.run(_ready(chosen))
        listen(chosen)


@click.command("worker")
def worker() -> None:
    """Run the sequencer, the outbox relay and the board's keeper until stopped."""
    with servers(supervising) as settings:
        asyncio.run(_ready(settings))
        asyncio.run(_work(settings))


def listenable(settings: Settings) -> Settings:
    """Return settings whose host is a numeric address, once it is sure that its port can be had.

    The server itself would take another program's port for a defect of its own and fill the terminal with it.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        # `localhost` may mean both; everybody types 127.0.0.1.
        family, kind, _, _, place = min(found, key=lambda each: each[0] is not socket.AF_INET)
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was left a moment ago is free
            probe.bind(place)
    except OSError as error:
        message = (
            f"The server can't listen on {settings.host}:{settings.port}: {error.strerror}."
            " Choose another port (--port, LAUREL_PORT) or host (LAUREL_HOST)."
        )
        raise click.ClickException(message) from error
    return msgspec.structs.replace(settings, host=str(place[0]))


def listen(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; worker processes learn everything from the environment.

    The worker runs in the web process in embedded mode; production runs ``laurel worker`` beside it.
    """
    embedded = settings_of(os.environ).embedded
    os.environ |= {
        "LAUREL_DATABASE_URL": settings.database_url or "",
        "LAUREL_REDIS_URL": settings.redis_url or "",
        "_LAUREL_WITH_WORKER": "1" if embedded else "0",
    }
    server = granian("asgi:create", settings.host, settings.port, workers=settings.workers)
    try:
        server.serve(target_loader=load)
    except FatalError as error:
        message = f"The server could not start on {settings.host}:{settings.port}; is the port in use?"
        raise click.ClickException(message) from error


def load(target: str) -> ASGIApp:
    """Return the application that the factory ``target`` (``module:function``) makes: what ``serve`` is to load.

    The server's own loader looks in the folder in which the command was typed, and takes that folder for a package
    where it holds an ``__init__.py``.
    """
    die_with_starter()
    module, _, name = target.partition(":")
    made: ASGIApp = getattr(importlib.import_module(module), name)()
    return made


def granian(target: str, host: str, port: int, *, workers: int) -> MPServer:
    """Return the server of an ASGI factory, not yet serving; have ``serve`` load it with ``load``."""
    # A forked worker would inherit locks and thread pools whose threads did not come along.
    multiprocessing.set_start_method("spawn", force=True)
    return MPServer(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # what a proxy in front speaks, and nothing that it would have to translate
        workers=workers,
        loop=Loops.uvloop,
        factory=True,
        backlog=BACKLOG,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )


@contextmanager
def supervising(running: "Running") -> Iterator[None]:
    """Start embedded servers that die again while the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=_supervise, args=(running, stop), name="supervise", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _supervise(running: "Running", stop: threading.Event) -> None:
    while not stop.wait(SUPERVISION_SECONDS):
        try:
            running.supervise()
        except Exception as error:  # noqa: BLE001 - the thread must outlive a server that is slow to come back
            click.echo(f"An embedded server does not come back yet: {error}", err=True)
            time.sleep(SUPERVISION_SECONDS)


async def _ready(settings: Settings) -> None:
    """See that the database has the newest schema, and nobody who was erased since it was backed up."""
    await (migrated(settings) if settings_of(os.environ).embedded else require_migrated(settings))
    await require_replayed(settings)


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with opened(settings) as runtime, working(runtime):
        await stop.wait()
