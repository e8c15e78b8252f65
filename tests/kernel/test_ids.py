"""Identifiers: version 7, in the order they were made, also when the clock goes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import uuid7

FAR = datetime(2190, 1, 1, tzinfo=UTC)
"""Later than anything that other tests of this process made identifiers for."""


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2180, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_identifier_is_of_version_7_and_never_before_the_one_before_it(at: datetime) -> None:
    first, second = uuid7(at), uuid7(at)
    for made in (first, second):
        assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert first < second


def test_an_identifier_carries_the_millisecond_it_was_made_in() -> None:
    for step in range(3):
        at = FAR + timedelta(seconds=step, microseconds=1_500)
        assert uuid7(at).int >> 80 == milliseconds(at)


def test_identifiers_of_one_millisecond_and_of_a_clock_that_goes_back_stay_in_order() -> None:
    at = FAR + timedelta(minutes=1)
    made = [uuid7(at) for _ in range(10_000)]
    made += [uuid7(at - timedelta(hours=1)) for _ in range(1_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert (made[-1].int >> 80) - milliseconds(at) < 10, "at most as far ahead as it had to count"


def test_identifiers_made_in_threads_are_all_different() -> None:
    at = FAR + timedelta(minutes=2)
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [uuid7(at) for _ in range(2_000)], range(8)))
    assert len({each for batch in batches for each in batch}) == 16_000
    assert all(batch == sorted(batch) for batch in batches)


def test_an_identifier_can_not_be_guessed_from_the_one_before_it() -> None:
    at = FAR + timedelta(minutes=3)
    low = {uuid7(at).int & ((1 << 62) - 1) for _ in range(1_000)}
    assert len(low) == 1_000
    assert any(each > 1 << 61 for each in low)
    assert any(each < 1 << 61 for each in low)
