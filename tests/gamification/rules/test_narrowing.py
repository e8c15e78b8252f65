"""Nobody is shown in too small a crowd, and no two boards of one reader differ by one."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.rules.narrowing import Cell, Narrowing, Readable, band, covers, language_of, shown
from gamification.vocabulary import Band, Dimension

HERE = Cell("GB", "en")
EVERYBODY: Readable = (None, 10, "everybody")
BRITAIN: Readable = (Narrowing(Dimension.MARKET, "GB"), 10, "britain")
FRANCE: Readable = (Narrowing(Dimension.MARKET, "FR"), 10, "france")
ENGLISH: Readable = (Narrowing(Dimension.LANGUAGE, "en"), 10, "english")
NURSES: Readable = (Narrowing(Dimension.PROFESSION, "nurse"), 10, "nurses")
MARKETS, LANGUAGES, PROFESSIONS = ("GB", "FR", "DE"), ("en", "fr", "cy"), ("", "nurse", "physician")
CELLS = [Cell(*each) for each in product(MARKETS, LANGUAGES, PROFESSIONS)]


def people(**cells: int) -> dict[Cell, int]:
    return {Cell(name[:2], name[3:]): count for name, count in cells.items()}


def test_boards_are_shown_side_by_side_only_if_their_difference_is_a_crowd() -> None:
    boards = [EVERYBODY, BRITAIN]
    assert shown(boards, HERE, people(GB_en=30, FR_fr=9)) == {"everybody"}, "nine are French, and one could name them"
    assert shown(boards, HERE, people(GB_en=30, FR_fr=10)) == {"everybody", "britain"}
    assert shown(boards, HERE, people(GB_en=30)) == {"everybody", "britain"}, "both show the same people"
    assert shown(boards, HERE, people(GB_en=9, FR_fr=30)) == {"everybody"}


def test_boards_of_two_dimensions_cannot_be_cut_down_to_a_few() -> None:
    boards = [EVERYBODY, BRITAIN, ENGLISH]
    crowds = people(GB_en=20, GB_cy=20, FR_en=20, FR_fr=20)
    assert shown(boards, HERE, crowds) == {"everybody", "britain", "english"}
    for thin in crowds:
        assert shown(boards, HERE, crowds | {thin: 3}) == {"everybody", "britain"}, f"three in {thin}"
    without_everybody = people(GB_en=20, GB_cy=1, FR_en=20)
    assert shown([BRITAIN, ENGLISH], HERE, without_everybody) == {"britain"}, "one who speaks Welsh"


def test_a_profession_in_a_market_can_not_be_cut_down_to_a_few() -> None:
    nurse = Cell("GB", "en", "nurse")
    crowds = {nurse: 20, Cell("GB", "en", "physician"): 20, Cell("FR", "fr", "nurse"): 20, Cell("FR", "fr"): 20}
    assert shown([EVERYBODY, BRITAIN, NURSES], nurse, crowds) == {"everybody", "britain", "nurses"}
    for thin in crowds:
        assert "nurses" not in shown([EVERYBODY, BRITAIN, NURSES], nurse, crowds | {thin: 3}), f"three in {thin}"
    assert "nurses" not in shown([EVERYBODY, NURSES], HERE, crowds), "who said no profession is on none of these"


def test_a_board_of_others_is_nobodys_concern_here() -> None:
    assert shown([EVERYBODY, FRANCE], HERE, people(GB_en=30, FR_fr=10)) == {"everybody"}
    assert shown([EVERYBODY, FRANCE], Cell("FR", "fr"), people(GB_en=30, FR_fr=10)) == {"everybody", "france"}


def test_a_board_that_asks_for_more_people_is_left_out_first() -> None:
    picky: Readable = (BRITAIN[0], 25, "a-picky-one")
    assert shown([picky, BRITAIN, EVERYBODY], HERE, people(GB_en=20, FR_fr=20)) == {"everybody", "britain"}
    assert shown([picky, BRITAIN], HERE, people(GB_en=25)) == {"a-picky-one", "britain"}


def readable_boards() -> st.SearchStrategy[list[Readable]]:
    narrowings = [None, *(Narrowing(Dimension.MARKET, each) for each in MARKETS)]
    narrowings += [Narrowing(Dimension.LANGUAGE, each) for each in LANGUAGES]
    narrowings += [Narrowing(Dimension.PROFESSION, each) for each in PROFESSIONS if each]
    made = st.tuples(st.sampled_from(narrowings), st.sampled_from([10, 12, 20]), st.sampled_from("abcdefgh"))
    return st.lists(made, unique_by=lambda board: board[2])


@given(
    readable_boards(),
    st.sampled_from(CELLS),
    st.dictionaries(st.sampled_from(CELLS), st.integers(0, 30), max_size=12),
)
def test_two_boards_of_one_reader_never_differ_by_fewer_than_the_smallest_crowd(
    boards: list[Readable], here: Cell, populations: dict[Cell, int]
) -> None:
    keys = shown(boards, here, populations)
    read = [board for board in boards if board[2] in keys]
    sets = {key: {cell for cell in populations if covers(narrowing, cell)} for narrowing, _, key in read}
    for (_, least, one), (_, other_least, other) in combinations(read, 2):
        for part in (sets[one] & sets[other], sets[one] - sets[other], sets[other] - sets[one]):
            size = sum(populations[cell] for cell in part)
            assert size == 0 or size >= max(least, other_least)
    assert shown(list(reversed(boards)), here, populations) == keys, "whatever the order they are asked in"


@pytest.mark.parametrize(
    ("rank", "total", "expected"),
    [
        (1, 10, Band.TOP_TENTH), (2, 10, Band.TOP_QUARTER), (5, 10, Band.TOP_HALF), (6, 10, Band.LOWER_HALF),
        (100, 1000, Band.TOP_TENTH), (101, 1000, Band.TOP_QUARTER), (1000, 1000, Band.LOWER_HALF),
    ],
)  # fmt: skip
def test_a_band_says_in_which_part_of_the_board_somebody_is(rank: int, total: int, expected: Band) -> None:
    assert band(rank, total) is expected


def test_a_language_is_what_stands_before_the_region() -> None:
    assert [language_of(locale) for locale in ("en", "en-GB", "gsw-CH")] == ["en", "en", "gsw"]
