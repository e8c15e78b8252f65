"""Proofs: every true one verifies, no changed one does, and an independent implementation agrees."""

from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from audit.rules.proofs import (
    consistency_ranges,
    inclusion_ranges,
    is_consistent,
    is_included,
    proof_from,
    root_from_inclusion,
    tiles_of,
)
from audit.rules.tiles import Tile, grow
from audit.rules.tree import EMPTY_ROOT, CompactRange, leaf_hash

LEAVES = [leaf_hash(f"entry {number}".encode()) for number in range(70_000)]
TILES = grow(0, {}, LEAVES)
MOST = 600


def root(size: int) -> bytes:
    tree = CompactRange()
    tree.extend(LEAVES[:size])
    return tree.root


ROOTS = [root(size) for size in range(MOST + 1)]


def inclusion(index: int, size: int) -> list[bytes]:
    return proof_from(inclusion_ranges(index, size), TILES)


def consistency(old: int, new: int) -> list[bytes]:
    return proof_from(consistency_ranges(old, new), TILES)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, MOST))
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(st.integers(2, MOST))
    return draw(st.integers(1, new - 1)), new


def test_every_leaf_of_every_small_tree_is_proved() -> None:
    for size in range(1, 70):
        for index in range(size):
            proof = inclusion(index, size)
            assert is_included(LEAVES[index], index, size, proof, ROOTS[size])


def test_every_growth_of_small_trees_is_proved() -> None:
    for new in range(70):
        for old in range(new + 1):
            assert is_consistent(old, new, ROOTS[old], ROOTS[new], consistency(old, new))


@given(places(), st.data())
def test_any_change_to_an_inclusion_proof_is_refused(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    proof = inclusion(index, size)
    leaf = LEAVES[index]
    assert is_included(leaf, index, size, proof, ROOTS[size])
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index), "other index") if size > 1 else 1
    assert not is_included(leaf, other, size, proof, ROOTS[size])
    assert not is_included(LEAVES[other], index, size, proof, ROOTS[size])
    assert not is_included(leaf, index, size, [*proof, leaf], ROOTS[size])
    assert not is_included(leaf, index, size, proof, ROOTS[size - 1])
    assert not is_included(leaf, -1, size, proof, ROOTS[size])
    assert not is_included(leaf, size, size, proof, ROOTS[size])
    if proof:
        assert not is_included(leaf, index, size, proof[:-1], ROOTS[size])
        at = data.draw(st.integers(0, len(proof) - 1), "hash to change")
        assert not is_included(leaf, index, size, [*proof[:at], EMPTY_ROOT, *proof[at + 1 :]], ROOTS[size])


@given(growths(), st.data())
def test_any_change_to_a_consistency_proof_is_refused(growth: tuple[int, int], data: st.DataObject) -> None:
    old, new = growth
    proof = consistency(old, new)
    assert is_consistent(old, new, ROOTS[old], ROOTS[new], proof)
    assert not is_consistent(old, new, ROOTS[old - 1], ROOTS[new], proof)
    assert not is_consistent(old, new, ROOTS[old], ROOTS[new - 1], proof)
    assert not is_consistent(old, new, ROOTS[old], ROOTS[new], proof[:-1])
    assert not is_consistent(old, new, ROOTS[old], ROOTS[new], [*proof, EMPTY_ROOT])
    assert not is_consistent(new, old, ROOTS[new], ROOTS[old], proof)
    at = data.draw(st.integers(0, len(proof) - 1), "hash to change")
    assert not is_consistent(old, new, ROOTS[old], ROOTS[new], [*proof[:at], EMPTY_ROOT, *proof[at + 1 :]])


def test_the_empty_tree_and_the_same_tree_need_an_empty_proof() -> None:
    assert is_consistent(0, 5, EMPTY_ROOT, ROOTS[5], [])
    assert is_consistent(5, 5, ROOTS[5], ROOTS[5], [])
    assert not is_consistent(0, 5, ROOTS[1], ROOTS[5], [])
    assert not is_consistent(0, 5, EMPTY_ROOT, ROOTS[5], [EMPTY_ROOT])
    assert not is_consistent(5, 5, ROOTS[5], ROOTS[4], [])
    assert not is_consistent(4, 5, ROOTS[4], ROOTS[5], [])


def test_an_independent_implementation_makes_the_same_inclusion_paths() -> None:
    tree = InmemoryTree(algorithm="sha256")
    for number in range(300):
        tree.append_entry(f"entry {number}".encode())
    for size in (1, 2, 3, 64, 100, 255, 256, 257, 300):
        for index in {0, 1, size // 2, size - 1} & set(range(size)):
            # It lists the leaf itself first, and counts from 1.
            theirs = tree.prove_inclusion(index + 1, size).serialize()["path"]
            assert inclusion(index, size) == [bytes.fromhex(value) for value in theirs[1:]] or size == 1


def test_a_proof_in_a_large_tree_reads_few_tiles() -> None:
    size = len(LEAVES)
    whole = CompactRange()
    whole.extend(LEAVES)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        ranges = inclusion_ranges(index, size)
        assert len(tiles_of(ranges)) <= 6
        assert root_from_inclusion(LEAVES[index], index, size, inclusion(index, size)) == whole.root


def test_only_the_named_tiles_are_needed() -> None:
    ranges = inclusion_ranges(1_000, 70_000)
    needed: dict[Tile, bytes] = {tile: TILES[tile] for tile in tiles_of(ranges)}
    assert proof_from(ranges, needed) == inclusion(1_000, 70_000)
