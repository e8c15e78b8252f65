"""No number about fewer than ten people is shown, and none that gives such a number away."""

from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.suppressing import FEWEST, alone, counts, shown

TABLES = st.lists(st.integers(0, 40), max_size=12)


@given(TABLES)
def test_a_hidden_cell_never_follows_from_the_total(people: list[int]) -> None:
    visible = shown(people)
    hidden = [count for count, show in zip(people, visible, strict=True) if not show]
    assert all(count == 0 or count >= FEWEST for count, show in zip(people, visible, strict=True) if show)
    if hidden and (len(people) > 1 and sum(people) >= FEWEST):
        assert len(hidden) >= 2
        assert sum(hidden) >= FEWEST


@given(st.lists(st.one_of(st.just(0), st.integers(FEWEST, 99)), max_size=12))
def test_a_table_without_a_small_cell_is_shown_whole(people: list[int]) -> None:
    assert counts(people) == people


def test_the_smallest_of_the_others_is_hidden_with_a_small_cell() -> None:
    assert counts([50, 3, 20, 0]) == [50, None, None, 0]
    assert counts([5, 4, 30]) == [None, None, None]
    assert counts([6, 4, 30]) == [None, None, 30]
    assert counts([3, 0]) == [None, None]


def test_a_number_that_stands_alone_is_hidden_if_it_is_small() -> None:
    assert [alone(people) for people in (0, 1, 9, 10)] == [0, None, None, 10]
