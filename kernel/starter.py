"""A process that was started to serve ends with whoever started it, however that one ended."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from typing import Final

LOOK_SECONDS: Final = 0.5
_PARENT_DEATH_SIGNAL: Final = 1


def die_with_starter() -> None:
    """End this process when its starter is killed: an orphan would keep the port and answer with old code.

    The starter may have been killed before this process could ask who it is; then its parent is another one already.
    """
    started = multiprocessing.parent_process()
    starter = os.getppid() if started is None or started.pid is None else started.pid
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_watch, args=(starter,), name="watch-starter", daemon=True).start()


def _watch(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
