"""What an ASGI server loads: `asgi:create`. Everything it needs to know stands in LAUREL_* variables."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time

from litestar import Litestar

import console
from api.app import create_app
from api.cli.environment import settings_of
from api.runtime import Runtime
from kernel.keys import load_keys
from kernel.log import configure_log
from kernel.settings import Settings

PARENT_DEATH_SIGNAL = 1
WITH_WORKER = "_LAUREL_WITH_WORKER"
MADE_BEFORE_COLLECTING = 50_000
"""How many more objects must be made than freed before the youngest are searched for garbage: a few seconds' load."""


def create() -> Litestar:
    """Return the application of one worker process."""
    die_with(starter())
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


def starter() -> int:
    """Return the process that started this one, which may have been killed before this one could ask who it is."""
    parent = multiprocessing.parent_process()
    return os.getppid() if parent is None or parent.pid is None else parent.pid


def die_with(parent: int) -> None:
    """End this process when its parent is killed: an orphan would keep the port and answer with old code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), name="watch-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
