"""Cursors come back as they went out, and nothing else passes for one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cursors import CursorError, read_id, read_number, written


@given(st.uuids(), st.integers(0, 10**18 - 1))
def test_a_cursor_stands_for_the_last_one(last: UUID, number: int) -> None:
    assert read_id(written(last)) == last
    assert read_number(written(number)) == number
    assert "=" not in written(last)


def test_no_cursor_is_the_first_page() -> None:
    assert read_id(None) is None
    assert read_number(None) is None


@given(st.text(max_size=60))
def test_a_text_that_is_no_cursor_is_refused_by_name(text: str) -> None:
    for read in (read_id, read_number):
        try:
            found = read(text)
        except CursorError:
            continue
        assert found is not None
        assert written(found) == text


@pytest.mark.parametrize("text", ["", "=", "é", "AAAA", "LTE", "MDE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk", "MQ==", "MR"])
def test_a_broken_cursor_is_refused(text: str) -> None:
    assert read_number("MQ") == 1
    for read in (read_id, read_number):
        with pytest.raises(CursorError) as refusal:
            read(text)
        assert refusal.value.facts["field"] == "cursor"
