"""Entries for people: CSV that no spreadsheet takes for formulas, and a page of HTML. The bytes stay in JSON Lines."""

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from audit.values import Entry

COLUMNS: Final = (
    "index", "at", "actor", "role", "on_behalf_of", "subject", "action", "resource", "decision", "reason", "policy",
    "purpose", "basis", "consent", "notice_version", "route", "request", "outcome", "count", "address", "detail",
    "leaf_hash",
)  # fmt: skip

_FORMULA = re.compile("[\\s\ufeff\u200b-\u200f\u2060-\u2064]*[=+\\-@\\t\\r\\n\0\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet computes (OWASP ASVS 5.0, 1.2.10), in full width and behind what isn't seen."""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Audit entries</title>
<style>body{font:14px sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:2px 6px;
text-align:left;vertical-align:top}th{background:#eee;position:sticky;top:0}</style></head><body>
<h1>Audit entries</h1><p>For reading. What was hashed and signed stands in entries.jsonl, byte for byte.</p><table>
"""
PAGE_END: Final = "</table></body></html>\n"


def cells(entry: Entry) -> list[str]:
    """Return an entry's values as texts, in the order of ``COLUMNS``; what is absent is empty."""
    return [_text(getattr(entry, name)) for name in COLUMNS]


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV (RFC 4180), every cell quoted; one that looks like a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not compute."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def page_start() -> str:
    """Return the beginning of a page, up to its first row."""
    return _PAGE + _row(COLUMNS, "th")


def page_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of a page's table; nothing in them is markup."""
    return "".join(_row(row, "td") for row in rows)


def _row(row: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>\n"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
