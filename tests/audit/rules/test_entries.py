"""Entries are canonical JSON, as short as they must be, and any bytes can be filed."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import EntryTooLargeError
from audit.rules.entries import LONGEST_WORD, MOST_BYTES, UNREADABLE, WORDS, Filed, file, timestamp, write
from kernel.canonical import SAFE_INTEGER, canonical
from kernel.facts import Fact, Origin, SealedDetail
from kernel.ids import uuid7

AT = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
IDENTIFIER = uuid7(AT)

words = st.text(max_size=30)
maybe_words = st.none() | words
maybe_numbers = st.none() | st.integers(-SAFE_INTEGER, SAFE_INTEGER)
origins = st.builds(
    Origin,
    request=st.uuids(),
    actor=words,
    role=words,
    route=words,
    purpose=maybe_words,
    basis=maybe_words,
    consent=st.none() | st.uuids(),
    notice_version=maybe_numbers,
    on_behalf_of=maybe_words,
    address=maybe_words,
    policy=maybe_words,
)
details = st.dictionaries(words, st.none() | st.booleans() | words | st.floats(allow_nan=False, allow_infinity=False))
facts = st.builds(
    Fact,
    action=words,
    subject=st.none() | st.uuids(),
    resource=maybe_words,
    decision=words,
    reason=maybe_words,
    outcome=words,
    count=maybe_numbers,
    detail=details,
    sealed=st.lists(
        st.builds(
            SealedDetail, subject=st.uuids(), commitment=st.binary(min_size=32, max_size=32), ciphertext=st.binary()
        ),
        max_size=2,
    ).map(tuple),
)


def said(origin: Origin, fact: Fact) -> dict[str, Any]:
    everything = msgspec.structs.asdict(origin) | msgspec.structs.asdict(fact)
    everything["sealed"] = [
        {"commitment": each.commitment.hex(), "sha256": sha256(each.ciphertext).hexdigest(), "subject": each.subject}
        for each in fact.sealed
    ] or None
    everything |= {"v": 1, "id": IDENTIFIER, "at": timestamp(AT), "detail": fact.detail or None}
    return {name: value for name, value in everything.items() if value is not None}


@given(origins, facts)
def test_an_entry_is_the_canonical_json_of_what_is_known(origin: Origin, fact: Fact) -> None:
    assert write(IDENTIFIER, timestamp(AT), origin, fact) == canonical(said(origin, fact))


@given(origins, facts)
def test_what_is_searched_is_what_the_entry_says(origin: Origin, fact: Fact) -> None:
    filed = file(IDENTIFIER, write(IDENTIFIER, timestamp(AT), origin, fact))
    assert (filed.at, filed.subject, filed.request) == (AT, fact.subject, origin.request)
    for name in WORDS:
        expected = said(origin, fact).get(name)
        stored = getattr(filed, name)
        assert stored in (expected, expected and expected.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def test_times_are_written_in_utc_with_microseconds() -> None:
    assert timestamp(AT) == "2026-03-02T09:00:00.000001Z"
    assert timestamp(AT.replace(microsecond=0)) == "2026-03-02T09:00:00.000000Z"


def test_a_detail_that_is_too_long_is_replaced_by_its_hash_and_length() -> None:
    origin = Origin(request=UUID(int=1), actor="a", role="r", route="GET /")
    short, long = {"text": "x" * 60_000}, {"text": "x" * 70_000}
    assert json.loads(write(IDENTIFIER, timestamp(AT), origin, Fact(action="a", detail=short)))["detail"] == short
    body = write(IDENTIFIER, timestamp(AT), origin, Fact(action="a", detail=long))
    assert len(body) <= MOST_BYTES
    digest = sha256(canonical(long)).hexdigest()
    assert json.loads(body)["detail"] == {"length": len(canonical(long)), "sha256": digest}


def test_an_entry_that_is_too_long_without_detail_is_refused() -> None:
    origin = Origin(request=UUID(int=1), actor="a", role="r", route="GET /")
    assert write(IDENTIFIER, timestamp(AT), origin, Fact(action="a", resource="x" * 60_000))
    with pytest.raises(EntryTooLargeError):
        write(IDENTIFIER, timestamp(AT), origin, Fact(action="a", resource="x" * 70_000, detail={"a": 1}))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_entry_are_filed_as_unreadable(body: bytes) -> None:
    filed = file(IDENTIFIER, body)
    assert filed == Filed(at=AT.replace(microsecond=0), actor="", action=UNREADABLE, decision="", route="")


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-03-02T09:00:00"},
        {"at": AT.astimezone(timezone(timedelta(hours=1))).isoformat()},
        {"at": 5},
        {"actor": None},
        {"subject": "nobody"},
        {"id": "x"},
    ],
)
def test_an_entry_with_a_wrong_field_is_unreadable(change: dict[str, Any]) -> None:
    origin = Origin(request=UUID(int=1), actor="a", role="r", route="GET /")
    body = json.loads(write(IDENTIFIER, timestamp(AT), origin, Fact(action="a")))
    assert file(IDENTIFIER, canonical(body)).action == "a"
    assert file(IDENTIFIER, canonical(body | change)).action == UNREADABLE


def test_words_are_cut_where_postgresql_could_not_index_them() -> None:
    origin = Origin(request=UUID(int=1), actor="a" * 5_000, role="r", route="GET /\0")
    filed = file(IDENTIFIER, write(IDENTIFIER, timestamp(AT), origin, Fact(action="a")))
    assert filed.actor == "a" * LONGEST_WORD
    assert (
        file(IDENTIFIER, write(IDENTIFIER, timestamp(AT), origin, Fact(action="b"))).route
        == "GET /\N{REPLACEMENT CHARACTER}"
    )
