"""The whole application without its audit log, which nothing in the program itself can switch off: for comparison."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Litestar
from typing_extensions import override

from api import app as app_module
from api.app import create_app
from api.background import Background
from api.cli.environment import settings_of
from api.runtime import Runtime
from asgi import WITH_WORKER, keep_what_is_loaded
from kernel.database import Connection
from kernel.facts import Fact, Origin
from kernel.keys import load_keys
from kernel.log import configure_log

OF_THE_LOG = 2
"""How many of the worker's loops, the first ones, sequence and publish the log."""


class Unaudited(Runtime):
    """Decides, stores and answers everything, and writes no entry."""

    @override
    async def _append(self, many: Sequence[Sequence[tuple[Origin, Fact]]]) -> Sequence[BaseException | None]:
        return [None] * len(many)


class WithoutLog(Background):
    """Does the worker's work but that of the log."""

    @override
    def loops(self) -> list[Callable[[asyncio.Event], Coroutine[Any, Any, None]]]:
        return super().loops()[OF_THE_LOG:]


async def _record_nothing(
    connection: Connection,  # noqa: ARG001 - called by its names
    entries: Sequence[tuple[Origin, Fact]],  # noqa: ARG001
    at: datetime,  # noqa: ARG001
) -> list[UUID]:
    return []


def create() -> Litestar:
    """Return the application of one worker process."""
    settings = settings_of(os.environ)
    configure_log(settings.log_level)
    runtime = Unaudited(settings, load_keys(settings))
    runtime.work._recorder = _record_nothing  # noqa: SLF001 - there is no door for this, on purpose
    setattr(app_module, "Background", WithoutLog)  # noqa: B010 - the same
    app = create_app(runtime, with_worker=os.environ.get(WITH_WORKER) == "1")
    keep_what_is_loaded()
    return app
