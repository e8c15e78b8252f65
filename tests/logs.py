"""What modules log, whatever this process was configured to log before: a logger keeps the configuration it met."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import structlog
from structlog.testing import LogCapture

NAME = "_log"
"""What every module calls its logger."""


@contextmanager
def captured(*modules: ModuleType) -> Iterator[list[MutableMapping[str, Any]]]:
    """Keep what ``modules`` log while the block lasts, and lend the list."""
    heard, before = LogCapture(), [getattr(module, NAME) for module in modules]
    listening = structlog.wrap_logger(
        structlog.PrintLogger(),
        processors=[heard],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=False,
    )
    for module in modules:
        setattr(module, NAME, listening)
    try:
        yield heard.entries
    finally:
        for module, log in zip(modules, before, strict=True):
            setattr(module, NAME, log)
