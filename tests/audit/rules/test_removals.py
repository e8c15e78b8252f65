"""Which entries the log says it removed: exactly those, whatever else stands in an entry."""

import base64

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.removals import Removed, removal

INDEXES = st.sets(st.integers(0, 5_000), min_size=1).map(sorted)


def entry(detail: object, action: str = "audit:entries:removed") -> bytes:
    return msgspec.json.encode({"action": action, "actor": "system:trail", "detail": detail})


@given(st.lists(INDEXES, max_size=4))
def test_what_is_said_is_what_is_read(several: list[list[int]]) -> None:
    removed = Removed((entry(removal(indexes)) for indexes in several), 6_000)
    expected = {index for indexes in several for index in indexes}
    assert {index for index in range(6_000) if index in removed} == expected
    for first in range(0, 6_000, 256):
        assert removed.any(first, first + 256) == any(first <= index < first + 256 for index in expected)


def test_the_longest_removal_fits_into_an_entry() -> None:
    assert len(entry(removal([255, 131_071]))) < 30_000


def test_what_says_nothing_of_the_kind_counts_for_nothing() -> None:
    right = {"first_index": 256, "removed": base64.b64encode(b"\xff").decode()}
    assert 256 in Removed([entry(right)], 10_000)
    for body in (
        b"", b"no entry", b"\xff", b"[]", entry(None), entry({}), entry(right, "audit:entries:exported"),
        entry(right | {"first_index": 255}), entry(right | {"first_index": -256}), entry(right | {"removed": 7}),
        entry(right | {"first_index": 2**50}), entry(right | {"removed": "?"}), entry(right | {"first_index": "256"}),
    ):  # fmt: skip
        assert not Removed([body], 10_000).any(0, 10_000), body
