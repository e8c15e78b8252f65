"""Columns joined to one text agree with the entries exactly when each value does."""

import json

import pytest

from audit.rules import columns as searched
from audit.rules.columns import ABSENT, COLUMNS, SEPARATOR

SAID = {
    "id": "019cadc6-9e68-735d-9d06-95eb18e95df7", "at": "2026-03-02T09:00:01.000000Z", "actor": "anonymous",
    "action": "audit:entry:read", "decision": "allowed", "outcome": "succeeded", "route": "GET /",
}  # fmt: skip


def body(**more: object) -> bytes:
    return json.dumps(SAID | more, ensure_ascii=False).encode()


Row = dict[str, str]


def columns(*rows: Row) -> list[Row]:
    return [SAID | row for row in rows]


def agree(bodies: list[bytes], rows: list[Row]) -> bool:
    """Put the rows together as the database does: what is absent as ABSENT, and how many may be absent and are not."""
    texts = [ABSENT if (value := row.get(name)) is None else value for row in rows for name in COLUMNS]
    present = sum(row.get(name) is not None for row in rows for name in ("purpose", "request", "resource", "subject"))
    return searched.agree(bodies, SEPARATOR.join(texts), present)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
def test_columns_that_say_what_the_entries_say_agree(count: int) -> None:
    assert agree(
        [body(purpose=str(number)) for number in range(count)], columns(*({"purpose": str(n)} for n in range(count)))
    )
    assert not agree([body() for _ in range(count)], columns(*({} for _ in range(count - 1)), {"purpose": "care"}))


@pytest.mark.parametrize("name", COLUMNS)
def test_each_column_is_compared(name: str) -> None:
    assert agree([body(), body(**{name: "x"})], columns({}, {name: "x"}))
    assert not agree([body(), body(**{name: "x"})], columns({}, {name: "y"}))


def test_values_that_hold_the_marks_are_never_taken_for_others() -> None:
    assert agree([body(actor="a"), body(actor="b")], columns({"actor": "a"}, {"actor": "b"}))
    assert not agree([body(actor="a\nb"), body(actor="c")], columns({"actor": "a"}, {"actor": "b\nc"}))
    assert agree([body()], columns({}))
    assert not agree([body(purpose=ABSENT)], columns({}))
    assert not agree([body()], columns({"purpose": ABSENT})), "a value that looks like none is one"
    assert not agree([body().replace(b'"route"', b'"purpose": "\\u000d", "route"')], columns({}))


def test_a_quote_or_a_letter_beyond_ascii_is_compared_as_it_is() -> None:
    assert agree([body(resource='a "word"'), body(resource="é")], columns({"resource": 'a "word"'}, {"resource": "é"}))
    assert not agree([body(resource='a "word"')], columns({"resource": 'a \\"word\\"'}))


@pytest.mark.parametrize("broken", [b"", b"{}", b"\xff\x00", body() + b"," + body(), body(subject=None)])
def test_an_entry_that_is_broken_never_agrees(broken: bytes) -> None:
    assert agree([body(), body()], columns({}, {}))
    assert not agree([body(), broken], columns({}, {}))
