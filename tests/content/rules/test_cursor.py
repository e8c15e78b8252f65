"""Cursors come back as they went out, and nothing else passes for one."""

import re
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from content.errors import InvalidListingError
from content.rules.cursor import checked, read, written


@given(st.uuids())
def test_a_cursor_stands_for_the_last_id(last: UUID) -> None:
    assert read(written(last)) == last
    assert "=" not in written(last)


def test_no_cursor_is_the_first_page() -> None:
    assert read(None) is None


@given(st.text(max_size=40))
def test_a_text_that_is_no_cursor_is_refused_by_name(text: str) -> None:
    assume(not is_cursor(text))
    with pytest.raises(InvalidListingError) as refusal:
        read(text)
    assert refusal.value.facts["field"] == "cursor"


def is_cursor(text: str) -> bool:
    """Twenty-two base64url characters, the last of which has four bits left over that are zero."""
    return re.fullmatch(r"[A-Za-z0-9_-]{21}[AQgw]", text) is not None


@pytest.mark.parametrize("text", ["", "=", "é", "AAAA", "A" * 21, "A" * 23, "A" * 21 + "B", "A" * 22 + "=="])
def test_a_broken_cursor_is_refused(text: str) -> None:
    assert read("A" * 22) == UUID(int=0)
    with pytest.raises(InvalidListingError):
        read(text)


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9])
def test_a_limit_out_of_bounds_is_refused_by_name(limit: int) -> None:
    assert (checked(1), checked(200)) == (1, 200)
    with pytest.raises(InvalidListingError) as refusal:
        checked(limit)
    assert refusal.value.facts["field"] == "limit"
