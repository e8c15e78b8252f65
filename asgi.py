"""What an ASGI server loads: `asgi:create`. Everything it needs to know stands in LAUREL_* variables."""

import gc
import os

from litestar import Litestar

import console
from api.app import create_app
from api.cli.environment import settings_of
from api.runtime import Runtime
from kernel.keys import load_keys
from kernel.log import configure_log
from kernel.settings import Settings

WITH_WORKER = "_LAUREL_WITH_WORKER"
MADE_BEFORE_COLLECTING = 50_000
"""How many more objects must be made than freed before the youngest are searched for garbage: a few seconds' load."""


def create() -> Litestar:
    """Return the application of one worker process."""
    settings = settings_of(os.environ)
    configure_log(settings.log_level)
    app = application(settings, with_worker=os.environ.get(WITH_WORKER) == "1")
    keep_what_is_loaded()
    return app


def keep_what_is_loaded() -> None:
    """Never search what is loaded now for garbage again: it lives as long as the process and is most of its objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BEFORE_COLLECTING)


def application(settings: Settings, *, with_worker: bool) -> Litestar:
    """Return the API with the console's pages in front of it."""
    runtime = Runtime(settings, load_keys(settings))
    return create_app(runtime, with_worker=with_worker, more_routes=console.ROUTES)
