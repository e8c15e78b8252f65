"""No number about fewer than ten people is shown, and none that gives such a number away."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from kernel.disclosure import FEWEST, alone, counts, may_be_told, parts, shown

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


Row = Sequence[int]


def reduced(rows: Sequence[Row]) -> list[list[Fraction]]:
    """Return the rows in echelon form (Gauss), without those of zeros."""
    done: list[list[Fraction]] = []
    for row in rows:
        left = [Fraction(value) for value in row]
        for known in done:
            lead = next(place for place, value in enumerate(known) if value)
            left = [value - left[lead] * other / known[lead] for value, other in zip(left, known, strict=True)]
        if any(left):
            done.append(left)
    return done


def follows(wanted: Row, told: Sequence[Row]) -> bool:
    """Tell whether a number follows from others by linear algebra: whether it adds nothing to what they span."""
    return len(reduced([*told, wanted])) == len(reduced(told))


def given_away(told: Sequence[Row], people: Sequence[int]) -> list[int]:
    """Return the small numbers about any union of cells that follow from what was told."""
    places = range(len(people))
    unions = chain.from_iterable(combinations(places, size) for size in range(1, len(people) + 1))
    small = [union for union in unions if 0 < sum(people[place] for place in union) < FEWEST]
    return [
        sum(people[place] for place in union)
        for union in small
        if follows([int(place in union) for place in places], told)
    ]


@given(st.lists(st.integers(0, 25), min_size=1, max_size=6))
def test_no_small_number_follows_from_the_cells_of_a_table_and_its_total(people: list[int]) -> None:
    if alone(sum(people)) is None:
        return  # then there is no table
    visible = shown(people)
    cells = [[int(place == at) for at in range(len(people))] for place, show in enumerate(visible) if show]
    assert given_away([*cells, [1] * len(people)], people) == []


POPULATIONS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 25), min_size=1)


@given(POPULATIONS, st.lists(st.sets(st.sampled_from("abcdef")), max_size=8))
def test_no_small_number_follows_from_any_pair_of_numbers_that_may_be_told_nor_from_all_of_them(
    people: Mapping[str, int], questions: list[set[str]]
) -> None:
    told: list[set[str]] = []
    for asked in questions:
        if may_be_told(asked, told, people):
            told.append(asked)
    cells = sorted(people)
    rows = [[int(cell in group) for cell in cells] for group in told]
    sizes = [people[cell] for cell in cells]
    for pair in combinations(rows, 2):
        assert given_away(pair, sizes) == []
    assert given_away(rows, sizes) == []


def test_a_difference_of_one_person_is_refused_and_one_of_ten_is_not() -> None:
    thin, thick = {"a": 30, "b": 1}, {"a": 30, "b": 10}
    assert given_away([[1, 1], [1, 0]], [30, 1]) == [1], "the control: the test sees what would be given away"
    assert not may_be_told({"a"}, [{"a", "b"}], thin)
    assert may_be_told({"a"}, [{"a", "b"}], thick)
    assert parts([{"a", "b"}, {"a"}], thin) == [30, 1]


def test_what_was_told_is_told_again_and_the_budget_ends_the_rest() -> None:
    people = {str(number): 10 for number in range(5)}
    told = [{str(number)} for number in range(3)]
    assert may_be_told({"4"}, told, people, most=4)
    assert not may_be_told({"4"}, told, people, most=3)
    assert may_be_told({"1"}, told, people, most=3)
