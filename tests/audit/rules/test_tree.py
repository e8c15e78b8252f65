"""The tree against an independent implementation of RFC 6962 (pymerkle, used in tests only)."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from audit.rules.tree import EMPTY_ROOT, CompactRange, complete_hash, leaf_hash, node_hash

SIZES = [*range(1, 301), 511, 512, 513, 1000, 4095, 4096, 4097, 10_000, 20_000]


def entries(count: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(count)]


def test_roots_equal_those_of_an_independent_implementation() -> None:
    independent = InmemoryTree(algorithm="sha256")
    ours = CompactRange()
    compared = 0
    for entry in entries(SIZES[-1]):
        independent.append_entry(entry)
        ours.extend([leaf_hash(entry)])
        if ours.size in SIZES:
            assert ours.root == independent.get_root()
            compared += 1
    assert compared == len(SIZES)


def test_hashes_are_those_of_rfc_6962() -> None:
    assert sha256(b"").digest() == EMPTY_ROOT == CompactRange().root
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert node_hash(left, right) != node_hash(right, left)


@given(st.lists(st.integers(0, 40), max_size=12))
def test_appending_in_any_portions_gives_the_same_tree(portions: list[int]) -> None:
    hashes = [leaf_hash(entry) for entry in entries(sum(portions))]
    at_once, piecewise = CompactRange(), CompactRange()
    at_once.extend(hashes)
    start = 0
    for portion in portions:
        piecewise.extend(hashes[start : start + portion])
        start += portion
    assert piecewise.size == at_once.size == len(hashes)
    assert piecewise.root == at_once.root


def test_a_copy_grows_alone() -> None:
    original = CompactRange()
    original.extend([leaf_hash(b"a")])
    root = original.root
    copy = original.copy()
    copy.extend([leaf_hash(b"b")])
    assert (original.size, original.root) == (1, root)
    assert (copy.size, copy.root) == (2, node_hash(leaf_hash(b"a"), leaf_hash(b"b")))


def test_complete_subtrees_can_be_appended_as_a_whole() -> None:
    hashes = [leaf_hash(entry) for entry in entries(768)]
    whole = CompactRange()
    whole.extend([complete_hash(hashes[start : start + 256]) for start in (0, 256, 512)], height=8)
    single = CompactRange()
    single.extend(hashes)
    assert (whole.size, whole.root) == (single.size, single.root)
    single.extend(hashes[:1])
    with pytest.raises(ValueError, match="incomplete"):
        single.extend(hashes[:1], height=8)


@pytest.mark.parametrize("count", [0, 3, 5, 255])
def test_only_powers_of_two_make_a_complete_subtree(count: int) -> None:
    hashes = [leaf_hash(entry) for entry in entries(256)]
    assert len(complete_hash(hashes)) == 32
    with pytest.raises(ValueError, match="complete"):
        complete_hash(hashes[:count])
