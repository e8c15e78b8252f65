"""Proofs that an entry is in the log, and that a log only grew.

Proofs are made as RFC 6962 section 2.1 defines them, recursively over ranges of leaves; they are checked by the
iterative algorithms of RFC 9162 section 2.1, so that a mistake in one is not repeated in the other.
"""

from collections.abc import Mapping, Sequence

from audit.rules.tiles import Tile, range_hash, subtrees
from audit.rules.tree import EMPTY_ROOT, node_hash

Range = tuple[int, int]
"""The leaves from the first index up to, and without, the second."""


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the ranges whose hashes are PATH(index, D[size]) of RFC 6962 section 2.1.1, the leaf's sibling first.

    Raises:
        ValueError: there is no such leaf.

    """
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges whose hashes are PROOF(old, D[new]) of RFC 6962 section 2.1.2.

    Raises:
        ValueError: ``old`` is larger than ``new``, or negative.

    """
    if not 0 <= old <= new:
        raise ValueError(f"A tree can't grow from {old} to {new} leaves.")
    if old in {0, new}:
        return []
    ranges: list[Range] = []
    start, end, whole = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    return ranges[::-1] if whole else [(start, end), *ranges[::-1]]


def tiles_of(ranges: Sequence[Range]) -> set[Tile]:
    """Return the tiles that hold the hashes of ``ranges`` (c2sp.org/tlog-tiles): about one per level and range."""
    return {subtree.tile for start, end in ranges for subtree in subtrees(start, end)}


def proof_from(ranges: Sequence[Range], tiles: Mapping[Tile, bytes]) -> list[bytes]:
    """Return the hashes of ``ranges``, that is, the proof (RFC 6962 sections 2.1.1 and 2.1.2)."""
    return [range_hash(start, end, tiles) for start, end in ranges]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that ``proof`` leads to, or None where it can't be one (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    position, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        position, last = position >> 1, last >> 1
    return root if last == 0 else None


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``proof`` shows that ``leaf`` is leaf ``index`` under ``root`` (RFC 9162 section 2.1.3.2)."""
    return root_from_inclusion(leaf, index, size, proof) == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether ``proof`` shows that the tree of ``new`` leaves extends that of ``old`` (RFC 9162 section 2.1.4.2).

    Every tree extends the empty one, and itself; both need an empty proof.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(path) and _both_roots(old, new, path) == (old_root, new_root)


def _both_roots(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    return (first, second) if last == 0 else None


def _split(count: int) -> int:
    """Return the largest power of two smaller than ``count`` (RFC 6962 section 2.1)."""
    return 1 << ((count - 1).bit_length() - 1)
