"""The log: JSON lines with an allow-list of fields.

A field that is not on the list is dropped and counted, so that a careless call can't print a name, a token or a
password (invariant 13). Events are fixed words: text that somebody typed never becomes part of one.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from typing_extensions import override

ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "request", "method", "route", "status", "milliseconds", "error", "action",
        "count", "size", "index", "seconds", "server", "worker", "code", "reason", "dropped", "version", "url",
    }
)  # fmt: skip
"""Every field that a log line may carry; all are chosen by the program, none is typed by a person."""

LONGEST: Final = 200


def keep_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not allowed, keep how many, and cut long values."""
    kept = {
        name: value[:LONGEST] if isinstance(value, str) else value for name, value in event.items() if name in ALLOWED
    }
    if len(kept) != len(event):
        kept["dropped"] = len(event) - len(kept)
    return kept


def configure_log(level: str) -> None:
    """Send every log line, also those of libraries, to standard error as JSON; libraries only from warnings on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _LibraryLine(logging.Formatter):
    """Shows where a library warned, not what it said: its words may quote what somebody sent."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        line = {"event": "library_warned", "server": record.name, "level": record.levelname.lower(), "error": error}
        return str(structlog.processors.JSONRenderer()(None, "", line))
