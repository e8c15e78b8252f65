"""What a package looks like: pieces of JSON, its schema, and a page to read. Everything that is written is escaped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

import msgspec

from consent.request_values import PrivacyRequest
from kernel.holdings import Holding

Column = tuple[str, str, bool]
FORMAT: Final = "laurel-package/1"
PAGE_END: Final = b"</main></body></html>\n"

_TYPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "bigint": {"type": "integer"},
    "smallint": {"type": "integer"},
    "double precision": {"type": "number"},
    "real": {"type": "number"},
    "bytea": {},
    "text[]": {"type": "array", "items": {"type": "string"}},
    "character varying[]": {"type": "array", "items": {"type": "string"}},
}
_TEXT: Final = {"type": "string"}

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;font-size:.875rem}"
    "div{overflow-x:auto}"
)


def schema(tables: Sequence[tuple[Holding, Sequence[Column]]]) -> bytes:
    """Return the JSON Schema (2020-12) of ``data.json``."""
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Everything that Laurel holds about one person",
                "type": "object",
                "required": ["format", "request", "person", "type", "made_at", "data"],
                "additionalProperties": False,
                "properties": {
                    "format": {"const": FORMAT},
                    "request": _TYPES["uuid"],
                    "person": _TYPES["uuid"],
                    "type": _TEXT,
                    "made_at": _TYPES["timestamp with time zone"],
                    "data": _object({holding.table: _table(holding, columns) for holding, columns in tables}),
                },
            }
        )
    )


def _table(holding: Holding, columns: Sequence[Column]) -> dict[str, Any]:
    record = _object({name: _column(holding, name, kind, optional=optional) for name, kind, optional in columns})
    return _object(
        {
            "title": {"const": holding.title},
            "withheld": {"const": dict(holding.withheld)},
            "records": {"type": "array", "items": record},
        }
    )


def _column(holding: Holding, name: str, kind: str, *, optional: bool) -> dict[str, Any]:
    known = dict(_TEXT if name in holding.sealed else _TYPES.get(kind, _TEXT))
    if optional and "type" in known:
        known["type"] = [known["type"], "null"]
    return known


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": dict(properties),
    }


def plain(value: object) -> object:
    """Return a column's value as it stands in JSON: bytes that are JSON as what they say, others in hexadecimal."""
    if not isinstance(value, bytes):
        return value
    if value[:1] in {b"{", b"["}:
        try:
            _ = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return value.hex()
        return msgspec.Raw(value)
    return value.hex()


def json_head(request: PrivacyRequest, now: datetime) -> bytes:
    """Return how ``data.json`` begins."""
    head = {
        "format": FORMAT,
        "request": request.id,
        "person": request.person,
        "type": request.type,
        "made_at": now,
    }
    return msgspec.json.encode(head)[:-1] + b',"data":{'


def json_table_head(holding: Holding, *, first: bool) -> bytes:
    """Return how one table of ``data.json`` begins; its records follow."""
    head = {"title": holding.title, "withheld": dict(holding.withheld)}
    comma = b"" if first else b",\n"
    return comma + msgspec.json.encode(holding.table) + b":" + msgspec.json.encode(head)[:-1] + b',"records":['


def page_head(request: PrivacyRequest, now: datetime) -> bytes:
    """Return how the readable page begins."""
    title = "Your data" if request.type == "access" else "The data you gave us"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"</head><body><main><h1>{title}</h1><p>Made on {now:%Y-%m-%d %H:%M} UTC for request {request.id}. "
        "The same is in data.json for programs, complete; schema.json says what its parts mean.</p>\n"
    ).encode()


def page_table_head(holding: Holding, columns: Sequence[str]) -> bytes:
    """Return how one table of the page begins."""
    left_out = "".join(
        f"<li>{escape(name.replace('_', ' '))}: {escape(reason)}</li>" for name, reason in holding.withheld.items()
    )
    head = "".join(f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in columns)
    note = f"<p>Left out:</p><ul>{left_out}</ul>" if left_out else ""
    return f"<h2>{escape(holding.title)}</h2>{note}<div><table><thead><tr>{head}</tr></thead><tbody>\n".encode()


def page_row(row: Mapping[str, object]) -> bytes:
    """Return one row of the page."""
    return ("<tr>" + "".join(f"<td>{escape(_shown(value))}</td>" for value in row.values()) + "</tr>\n").encode()


def page_table_end(total: int, most: int) -> bytes:
    """Return how one table of the page ends: with how many records there are."""
    more = f", of which the first {most:,} are shown here and all in data.json" if total > most else ""
    return f"</tbody></table></div><p>{total:,} records{more}.</p>\n".encode()


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else str(value)
