"""Tokens in the compact form of RFC 7515: one spelling, and no key twice."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.rules.jose import json_object, octets, segments, text


def test_every_last_letter_is_written_and_read() -> None:
    for last in range(256):
        data = bytes([0, 0, last])
        assert text(data) == base64.urlsafe_b64encode(data).decode()
        assert octets(text(data)) == data


@given(st.binary(max_size=40))
def test_bytes_have_one_spelling(data: bytes) -> None:
    written = text(data)
    assert octets(written) == data
    assert "=" not in written
    for other in (f"{written}=", f"{written} ", f" {written}", f"{written}\n", f"{written}+"):
        with pytest.raises(ValueError, match="it is"):
            octets(other)


@pytest.mark.parametrize("other", ["AB", "AAB", "A", "AAAAA", "AA==", "A+/A"])
def test_another_spelling_is_refused(other: str) -> None:
    with pytest.raises(ValueError, match="it is"):
        octets(other)


def test_three_segments_of_a_length_are_a_token() -> None:
    token = f"{text(b'{}')}.{text(b'b')}.{text(b'c')}"
    assert segments(token, len(token)) == ({}, b"b", b"c")
    for other, longest in ((token, len(token) - 1), (f"{token}.", 99), (f"{token}.AA", 99), ("e30.AA", 99), ("", 99)):
        with pytest.raises(ValueError, match="three segments"):
            segments(other, longest)


@pytest.mark.parametrize("data", [b'{"a":1,"a":2}', b'{"b":{"a":1,"a":1}}', b"[]", b"1", b"", b"\xff", b"[" * 100_000])
def test_what_two_readers_could_read_otherwise_is_no_object(data: bytes) -> None:
    assert json_object(b'{"a":1,"b":{"a":2}}') == {"a": 1, "b": {"a": 2}}, "the control"
    with pytest.raises(ValueError):  # noqa: PT011 - whichever way it is none
        json_object(data)
