"""Tiles as c2sp.org/tlog-tiles lays them out, and the tree read back from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.tiles import (
    TILE_BYTES,
    TILE_HASHES,
    Tile,
    compact_range,
    edge,
    grow,
    layout,
    range_hash,
    split,
    subtrees,
)
from audit.rules.tree import HASH_BYTES, CompactRange, leaf_hash


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(count)]


def grown(count: int, portion: int) -> dict[Tile, bytes]:
    tiles: dict[Tile, bytes] = {}
    hashes = leaves(count)
    for start in range(0, count, portion):
        tiles |= grow(start, tiles, hashes[start : start + portion])
    return tiles


def test_a_tree_of_70_000_leaves_has_the_tiles_of_the_specification() -> None:
    tiles = layout(70_000)
    widths = {level: [width for tile, width in tiles.items() if tile.level == level] for level in range(4)}
    assert widths[0] == [TILE_HASHES] * 273 + [112]
    assert widths[1] == [TILE_HASHES, 17]
    assert widths[2] == [1]
    assert widths[3] == []
    assert edge(70_000) == {Tile(0, 273): 112, Tile(1, 1): 17, Tile(2, 0): 1}


def test_70_000_stored_leaves_fill_exactly_those_tiles_and_lead_to_the_root() -> None:
    tiles = grown(70_000, 1_999)
    assert {tile: len(data) // HASH_BYTES for tile, data in tiles.items()} == layout(70_000)
    whole = CompactRange()
    whole.extend(leaves(70_000))
    assert compact_range(70_000, tiles).root == whole.root
    assert compact_range(70_000, tiles).size == 70_000


@pytest.mark.parametrize(
    ("tile", "width", "path"),
    [
        (Tile(0, 0), 256, "tile/0/000"),
        (Tile(0, 273), 112, "tile/0/273.p/112"),
        (Tile(1, 999), 256, "tile/1/999"),
        (Tile(0, 1000), 256, "tile/0/x001/000"),
        (Tile(0, 1_234_067), 256, "tile/0/x001/x234/067"),
        (Tile(63, 1_234_067), 1, "tile/63/x001/x234/067.p/1"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, width: int, path: str) -> None:
    assert tile.path(width) == path


@given(st.integers(0, 63), st.integers(0, 2**48 - 1))
def test_a_place_and_its_tile_are_the_same_thing(level: int, number: int) -> None:
    assert Tile.at(Tile(level, number).place) == Tile(level, number)
    assert Tile(level, number).place < 2**63


@given(st.integers(1, 1_500), st.integers(1, 700))
def test_tiles_are_the_same_however_the_leaves_arrived(count: int, portion: int) -> None:
    tiles = grown(count, portion)
    assert {tile: len(data) // HASH_BYTES for tile, data in tiles.items()} == layout(count)
    assert tiles == grown(count, count)
    for tile, data in tiles.items():
        if tile.level == 0:
            assert split(data) == leaves(count)[tile.number * TILE_HASHES :][: len(data) // HASH_BYTES]


@given(st.integers(0, 1_200))
def test_an_earlier_tree_can_be_read_from_the_wider_tiles_of_a_later_one(size: int) -> None:
    tiles = grown(1_200, 400)
    earlier = CompactRange()
    earlier.extend(leaves(size))
    assert compact_range(size, tiles).root == earlier.root
    assert range_hash(0, size, tiles) == earlier.root


def test_a_tile_that_was_cut_or_lost_is_noticed() -> None:
    tiles = grown(300, 300)
    assert compact_range(300, tiles).size == 300
    for cut in (tiles[Tile(0, 1)][:-HASH_BYTES], tiles[Tile(0, 1)][:-1]):
        with pytest.raises(ValueError, match="cut short"):
            compact_range(300, tiles | {Tile(0, 1): cut})
    del tiles[Tile(1, 0)]
    with pytest.raises(KeyError):
        compact_range(300, tiles)


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_subtrees_cover_a_range_without_gaps_and_stand_on_their_own_size(first: int, second: int) -> None:
    start, end = sorted((first, second))
    position = start
    for subtree in subtrees(start, end):
        assert subtree.number << subtree.height == position
        position += 1 << subtree.height
    assert position == end


def test_a_full_tile_has_8192_bytes() -> None:
    assert len(grown(256, 100)[Tile(0, 0)]) == TILE_BYTES == 8192
