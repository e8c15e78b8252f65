"""From the environment to settings, servers and an open runtime: what every command begins with."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import TYPE_CHECKING

import click
import msgspec

from api.runtime import Runtime
from kernel.clock import SystemClock
from kernel.errors import LaurelError
from kernel.facts import Origin
from kernel.ids import uuid7
from kernel.keys import load_keys
from kernel.log import configure_log
from kernel.settings import Settings, load

if TYPE_CHECKING:
    from kernel.embedded import Running


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings that the environment gives."""
    return load(environment)


def failing(error: LaurelError) -> click.ClickException:
    """Return the one line that a refusal is on the command line."""
    return click.ClickException(f"{error.detail} {error.remedy}")


def on_embedded(settings: Settings, running: "Running") -> Settings:
    """Return ``settings`` with the URLs of the embedded servers: its superuser migrates, the application works."""
    return msgspec.structs.replace(
        settings,
        database_url=running.application_url,
        migration_database_url=running.database_url,
        redis_url=running.redis_url,
    )


@contextmanager
def servers(beside: "Callable[[Running], AbstractContextManager[object]]" = nullcontext) -> Iterator[Settings]:
    """Give settings with both URLs; the embedded servers run while the block lasts, if they are wanted.

    ``beside`` them something may go on for as long as they run.
    """
    settings = settings_of(os.environ)
    configure_log(settings.log_level)
    if not settings.embedded:
        yield settings
        return
    from kernel import embedded  # noqa: PLC0415 - with both URLs given they are never imported

    with embedded.start(settings.home) as running:
        if running.note:
            click.echo(running.note, err=True)
        with beside(running):
            yield on_embedded(settings, running)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """Open a runtime for one command."""
    async with Runtime(settings, load_keys(settings)).opened() as runtime:
        yield runtime


def command_origin(route: str) -> Origin:
    """Return the origin of what a command does: the operator at the terminal, who is not an account."""
    return Origin(request=uuid7(SystemClock().now()), actor="system:operator", role="operator", route=f"cli {route}")
