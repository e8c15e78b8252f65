"""Cursors come back as they went out, and nothing else passes for one."""

from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cursors import CursorError, Page, page, read_id, read_number, written


@given(st.uuids(), st.integers(0, 10**18 - 1))
def test_a_cursor_stands_for_the_last_one(last: UUID, number: int) -> None:
    assert read_id(written(last)) == last
    assert read_number(written(number)) == number
    assert "=" not in written(last)


class Row(NamedTuple):
    id: UUID


@given(st.lists(st.uuids().map(Row)), st.integers(1, 20))
def test_a_page_has_one_that_follows_only_if_that_holds_something(rows: list[Row], limit: int) -> None:
    first = page(rows[: limit + 1], limit)
    assert first.items == rows[:limit]
    assert first.next == (written(rows[limit - 1].id) if rows[limit:] else None)
    assert page(rows[:limit], limit) == Page(rows[:limit])


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
