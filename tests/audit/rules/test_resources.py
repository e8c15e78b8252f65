"""Paths and arithmetic of tiles as c2sp.org/tlog-tiles has them, for the sizes that it speaks of and every other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.resources import Resource, is_in, parse_path, read_bundle, write_bundle
from audit.rules.tiles import TILE_HASHES, Tile, grow, layout
from audit.rules.tree import HASH_BYTES

PATHS = {
    "0/x001/x234/067": Resource(0, 1_234_067, 256),
    "0/000": Resource(0, 0, 256),
    "entries/x001/x234/067": Resource(None, 1_234_067, 256),
    "entries/273.p/112": Resource(None, 273, 112),
    "63/999.p/255": Resource(63, 999, 255),
    "1/x001/000.p/1": Resource(1, 1_000, 1),
}


@pytest.mark.parametrize(("path", "resource"), PATHS.items())
def test_a_path_is_written_and_read_as_the_specification_spells_it(path: str, resource: Resource) -> None:
    assert parse_path(path) == resource
    assert resource.path == path


@pytest.mark.parametrize(
    "path",
    [
        "", "0", "0/", "0/0", "0/00", "0/0000", "0/x000/067", "0/x001/x234", "0/001/234", "00/000", "64/000", "-1/000",
        "+1/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/", "0/000.p/1000", "0/000.p/-1", "0/000/",
        "0/000 ", "0/000\n", "0/\u0660\u0660\u0660", "0/x001/", "entries/",
        "Entries/000", "entries/0/000", "0/x1/000", "0//000",
        "0/../0/000", "0/X001/000", "0/000.P/1", "checkpoint", "0/x001/x234/067.p/1.p/1",
    ],
)  # fmt: skip
def test_every_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no path of a tile"):
        parse_path(path)


@given(st.integers(0, 2**48 - 1), st.integers(1, 256), st.one_of(st.none(), st.integers(0, 63)))
def test_what_is_written_is_read_again(number: int, width: int, level: int | None) -> None:
    resource = Resource(level, number, width)
    assert parse_path(resource.path) == resource


def test_a_log_of_70000_entries_has_the_tiles_of_the_specification() -> None:
    tiles = layout(70_000)
    full = {level: sum(width == 256 and tile.level == level for tile, width in tiles.items()) for level in range(3)}
    assert full == {0: 273, 1: 1, 2: 0}
    partial = {tile: width for tile, width in tiles.items() if width < 256}
    assert partial == {Tile(0, 273): 112, Tile(1, 1): 17, Tile(2, 0): 1}
    assert layout(256) == {Tile(0, 0): 256, Tile(1, 0): 1}
    for tile, width in tiles.items():
        assert is_in(Resource(tile.level, tile.number, width), 70_000)
    for tile, width in partial.items():
        assert not is_in(Resource(tile.level, tile.number, width), 70_000 - 256**tile.level)
        assert not is_in(Resource(tile.level, tile.number, width + 1), 70_000)
    assert is_in(Resource(None, 273, 112), 70_000)
    assert not is_in(Resource(None, 273, 113), 70_000)
    assert not is_in(Resource(3, 0, 1), 70_000)
    assert not is_in(Resource(63, 0, 1), 70_000)


def test_every_tile_of_every_small_log_is_in_it_and_the_next_hash_is_not() -> None:
    tiles: dict[Tile, bytes] = {}
    for size in range(1, 700):
        tiles |= grow(size - 1, tiles, [size.to_bytes(HASH_BYTES, "big")])
        expected = layout(size)
        assert {tile: len(data) // HASH_BYTES for tile, data in tiles.items()} == expected
        for tile, width in expected.items():
            assert is_in(Resource(*tile, width), size)
            assert width == TILE_HASHES or not is_in(Resource(*tile, width + 1), size)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_is_its_entries(entries: list[bytes]) -> None:
    data = write_bundle(entries)
    assert read_bundle(data) == entries
    if data:
        with pytest.raises(ValueError, match="ends within"):
            read_bundle(data + b"\x00")


def test_a_bundle_has_lengths_of_two_bytes_the_higher_first() -> None:
    assert write_bundle([b"ab", b"", b"c" * 258]) == b"\x00\x02ab\x00\x00\x01\x02" + b"c" * 258
    with pytest.raises(ValueError, match="within an entry"):
        read_bundle(b"\x00\x03ab")
