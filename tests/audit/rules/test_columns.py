"""Columns joined to one text agree with the entries exactly when each value does."""

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules import columns as searched
from audit.rules.columns import ABSENT, ABSENT_ID, SEPARATOR, Columns
from audit.rules.entries import timestamp

SAID = {
    "id": "019cadc6-9e68-735d-9d06-95eb18e95df7", "at": "2026-03-02T09:00:01.000000Z", "actor": "anonymous",
    "action": "audit:entry:read", "decision": "allowed", "outcome": "succeeded", "route": "GET /",
}  # fmt: skip


def body(**more: object) -> bytes:
    return json.dumps(SAID | more, ensure_ascii=False).encode()


Row = dict[str, str]
WORDS = ("action", "actor", "decision", "purpose", "resource", "route")
IDS = ("id", "request", "subject")
OTHERS = {"at": "2026-03-02T09:00:01.000001Z"} | dict.fromkeys(IDS, "019cadc6-9e68-735d-9d06-95eb18e95df8")


def columns(*rows: Row) -> list[Row]:
    return [SAID | row for row in rows]


def agree(bodies: list[bytes], rows: list[Row]) -> bool:
    """Put the rows together as the database does, a column at a time, and count what is there."""
    words = {name: SEPARATOR.join(row.get(name, ABSENT) for row in rows) for name in WORDS}
    entry, request, subject = (b"".join(UUID(row.get(name, ABSENT_ID)).bytes for row in rows) for name in IDS)
    at = SEPARATOR.join(str(datetime.fromisoformat(row["at"])).removesuffix(":00") for row in rows)
    at = re.sub(r"(\.\d*?)0+\+", r"\1+", at)
    present = sum(row.get(name) is not None for row in rows for name in ("purpose", "request", "resource", "subject"))
    said = Columns(**words, at=at, entry=entry, request=request, subject=subject, present=present)
    return searched.agree(b"\n".join(bodies), len(bodies), said)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
def test_columns_that_say_what_the_entries_say_agree(count: int) -> None:
    assert agree(
        [body(purpose=str(number)) for number in range(count)], columns(*({"purpose": str(n)} for n in range(count)))
    )
    assert not agree([body() for _ in range(count)], columns(*({} for _ in range(count - 1)), {"purpose": "care"}))


@pytest.mark.parametrize("name", [*WORDS, *OTHERS])
def test_each_column_is_compared(name: str) -> None:
    value = OTHERS.get(name, "x")
    assert agree([body(), body(**{name: value})], columns({}, {name: value}))
    assert not agree(
        [body(), body(**{name: value})],
        columns({}, {name: SAID["id" if name in IDS else name] if name in OTHERS else "y"}),
    )


def shown(microseconds: int) -> str:
    return timestamp(datetime(2026, 3, 2, tzinfo=UTC) + timedelta(microseconds=microseconds))


@given(st.lists(st.integers(-(10**16), 10**16) | st.integers(-99, 99).map(lambda number: number * 10_000), min_size=1))
def test_times_agree_to_the_microsecond(times: list[int]) -> None:
    bodies = [body(at=shown(time)) for time in times]
    assert agree(bodies, columns(*({"at": shown(time)} for time in times)))
    assert not agree(bodies, columns(*({"at": shown(time)} for time in [*times[:-1], times[-1] + 1])))


@pytest.mark.parametrize("at", ["2026-03-02 09:00:01+00", "2026-03-02T09:00:01Z", "2026-03-02T09:00:01.000000+00:00"])
def test_a_time_that_is_written_otherwise_is_looked_at_alone(at: str) -> None:
    assert not agree([body(at=at)], columns({}))


@pytest.mark.parametrize("written", [OTHERS["id"].upper(), OTHERS["id"].replace("-", ""), f"{OTHERS['id']} "])
@pytest.mark.parametrize("name", IDS)
def test_an_id_that_is_written_otherwise_is_looked_at_alone(name: str, written: str) -> None:
    assert agree([body(**{name: OTHERS[name]})], columns({name: OTHERS[name]}))
    assert not agree([body(**{name: written})], columns({name: OTHERS[name]}))


def test_values_that_hold_the_marks_are_never_taken_for_others() -> None:
    assert agree([body(actor="a"), body(actor="b")], columns({"actor": "a"}, {"actor": "b"}))
    assert not agree([body(actor="a\nb"), body(actor="c")], columns({"actor": "a"}, {"actor": "b\nc"}))
    assert agree([body()], columns({}))
    assert not agree([body(purpose=ABSENT)], columns({}))
    assert not agree([body()], columns({"purpose": ABSENT})), "a value that looks like none is one"
    assert not agree([body().replace(b'"route"', b'"purpose": "\\u000d", "route"')], columns({}))
    assert not agree([body(subject=ABSENT_ID)], columns({}))
    assert not agree([body()], columns({"subject": ABSENT_ID})), "nor is an id that looks like none"


def test_a_quote_or_a_letter_beyond_ascii_is_compared_as_it_is() -> None:
    assert agree([body(resource='a "word"'), body(resource="é")], columns({"resource": 'a "word"'}, {"resource": "é"}))
    assert not agree([body(resource='a "word"')], columns({"resource": 'a \\"word\\"'}))


@pytest.mark.parametrize("broken", [b"", b"{}", b"\xff\x00", body() + b"," + body(), body(subject=None)])
def test_an_entry_that_is_broken_never_agrees(broken: bytes) -> None:
    assert agree([body(), body()], columns({}, {}))
    assert not agree([body(), broken], columns({}, {}))
