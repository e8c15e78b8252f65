"""Log lines: JSON, an allow-list of fields, and nothing that anybody typed."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.log import ALLOWED, LONGEST, keep_allowed
from kernel.settings import CHECKOUT

SAYING = """
import logging, structlog
from kernel.log import configure_log
configure_log({level!r})
log = structlog.get_logger()
log.debug("quiet")
log.info("request", request="1", status=200, email="ana@klinik.example", password="secret", name="Dr Ana")
log.warning("long", reason="x" * 1000)
logging.getLogger("asyncpg").warning("duplicate key value: (email)=(ana@klinik.example)")
logging.getLogger("httpx").info("GET /?name=Ana")
try:
    raise ValueError("Dr Ana")
except ValueError:
    logging.getLogger("asyncio").exception("Dr Ana was here")
"""


def said(level: str) -> tuple[str, list[dict[str, object]]]:
    """Return what a process writes to standard error at this level, as text and as lines of JSON."""
    run = subprocess.run(
        [sys.executable, "-c", SAYING.format(level=level)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert run.stdout == ""
    return run.stderr, [json.loads(line) for line in run.stderr.splitlines()]


def test_a_line_is_json_and_holds_what_is_allowed_and_nothing_else() -> None:
    text, lines = said("info")
    assert [line["event"] for line in lines] == ["request", "long", "library_warned", "library_warned"]
    assert all(set(line) <= ALLOWED for line in lines)
    assert (lines[0]["request"], lines[0]["status"], lines[0]["dropped"]) == ("1", 200, 3)
    assert lines[1]["reason"] == "x" * LONGEST
    for secret in ("Ana", "ana@", "secret", "klinik", "Traceback"):
        assert secret not in text


def test_a_library_says_where_and_never_what() -> None:
    _, lines = said("info")
    assert [(line["server"], line["level"], line["error"]) for line in lines[2:]] == [
        ("asyncpg", "warning", None),
        ("asyncio", "error", "ValueError"),
    ]


@pytest.mark.parametrize(("level", "events"), [("debug", 5), ("info", 4), ("warning", 3), ("error", 2)])
def test_a_level_leaves_out_what_is_below_it(level: str, events: int) -> None:
    _, lines = said(level)
    assert len(lines) == events


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=300) | st.integers()))
def test_a_field_that_is_not_on_the_list_is_dropped_and_counted(fields: dict[str, object]) -> None:
    kept = dict(keep_allowed(None, "info", dict(fields)))
    dropped = [name for name in fields if name not in ALLOWED]
    if dropped:
        assert kept.pop("dropped") == len(dropped)
    assert set(kept) == set(fields) - set(dropped)
    assert all(len(value) <= LONGEST for value in kept.values() if isinstance(value, str))
