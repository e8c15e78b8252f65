"""What can be checked with files and public keys alone: offline proofs (c2sp.org/tlog-proof), mirrors and exports.

``audit/verifier/verify.mjs`` checks the same in another language, and accepts and refuses exactly the same.
"""

import base64
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias, cast

import msgspec

from audit.rules.checkpoints import SIZE, Checkpoint
from audit.rules.keyring import KeyRing
from audit.rules.notes import NoteError
from audit.rules.proofs import is_included
from audit.rules.resources import Resource, is_below, read_bundle
from audit.rules.submissions import MOST_PROOF_LINES, read_hash
from audit.rules.tiles import TILE_HASHES, TILE_HEIGHT, Tile, split, subtrees
from audit.rules.tree import HASH_BYTES, CompactRange, complete_hash, leaf_hash, leaf_hashes
from audit.values import Progress

HEADER: Final = "c2sp.org/tlog-proof@v1"

Read: TypeAlias = Callable[[str], bytes | None]
"""Returns the bytes at a path below a log's prefix, or None."""


class MirrorError(ValueError):
    """A mirror is not what was signed. ``index`` is the first entry that is concerned."""

    def __init__(self, index: int, message: str) -> None:
        """Take the index and one sentence."""
        super().__init__(f"index {index}: {message}")
        self.index = index


class OfflineProof(msgspec.Struct, frozen=True):
    """That some entry is leaf ``index`` of the tree that the note's checkpoint signs."""

    index: int
    hashes: tuple[bytes, ...]
    note: str


def write_proof(proof: OfflineProof) -> str:
    """Return a proof as a file (c2sp.org/tlog-proof, Format)."""
    lines = [HEADER, f"index {proof.index}", *(base64.b64encode(each).decode() for each in proof.hashes), ""]
    return "\n".join(lines) + "\n" + proof.note


def parse_proof(data: bytes) -> OfflineProof:
    """Return what a proof file says, nothing verified yet; extra data is passed over.

    Raises:
        NoteError: any deviation from the format.

    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NoteError("A proof is UTF-8.") from None
    head, separator, note = text.partition("\n\n")
    header, *lines = head.split("\n")
    if lines and lines[0].startswith("extra "):
        extra = lines.pop(0).removeprefix("extra ")
        _check_base64(extra)
    index = lines[0].removeprefix("index ") if lines and lines[0].startswith("index ") else ""
    if header != HEADER or not separator or not SIZE.fullmatch(index) or len(lines) - 1 > MOST_PROOF_LINES:
        raise NoteError("A proof begins with its header, an index, at most 63 hashes, and an empty line.")
    return OfflineProof(int(index), tuple(map(read_hash, lines[1:])), note)


def check_proof(data: bytes, entry: bytes, keys: KeyRing) -> Checkpoint:
    """Return the checkpoint under which a proof file shows that ``entry`` is.

    Raises:
        NoteError: it shows no such thing.

    """
    proof = parse_proof(data)
    checkpoint = keys.open(proof.note)
    if not is_included(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root):
        raise NoteError("The proof does not lead from the entry to the checkpoint.")
    return checkpoint


def check_mirror(read: Read, keys: KeyRing, minimum: int = 0, progress: Progress | None = None) -> Checkpoint:
    """Return the checkpoint of a log that is stored as files, having compared every byte with it.

    Bundles of entries that end at or below ``minimum`` may be absent (c2sp.org/tlog-tiles, Pruning): their tiles speak
    for them.

    Raises:
        NoteError: the checkpoint is not the log's.
        MirrorError: something else than what was signed is there; names the first entry that is concerned.

    """
    note = read("checkpoint")
    if note is None:
        raise NoteError("There is no checkpoint: this is no mirror.")
    try:
        checkpoint = keys.open(note.decode())
    except UnicodeDecodeError:
        raise NoteError("A note is valid UTF-8.") from None
    tree = CompactRange()
    row: list[bytes] = []
    for first in range(0, checkpoint.size, TILE_HASHES):
        width = min(TILE_HASHES, checkpoint.size - first)
        hashes = _check_entries(read, first // TILE_HASHES, width, minimum)
        root = _full(hashes)
        tree.extend(*(root, TILE_HEIGHT) if root else (hashes,))
        row += root
        if progress is not None:
            progress(first + width, checkpoint.size)
    level = 1
    while row:
        pieces = [row[start : start + TILE_HASHES] for start in range(0, len(row), TILE_HASHES)]
        for number, hashes in enumerate(pieces):
            _check_tile(read, Tile(level, number), hashes)
        row = [root for hashes in pieces for root in _full(hashes)]
        level += 1
    if tree.root != checkpoint.root:
        raise MirrorError(0, "The entries and their tiles are others than those that were signed.")
    return checkpoint


def _full(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the root over a tile if it is full: what stands for it in the level above."""
    return [complete_hash(hashes)] if len(hashes) == TILE_HASHES else []


def _check_entries(read: Read, number: int, width: int, minimum: int) -> list[bytes]:
    """Return the hashes of a bundle's entries, having compared them with the tile."""
    resource = Resource(None, number, width)
    data = read(f"tile/{resource.path}")
    if data is None:
        return _check_absent(read, resource, minimum)
    try:
        entries = read_bundle(data)
    except ValueError:
        raise MirrorError(resource.first, "The bundle is cut.") from None
    if len(entries) != width:
        raise MirrorError(resource.first + min(len(entries), width), f"The bundle has {len(entries)} entries.")
    hashes = cast("list[bytes]", leaf_hashes(entries))
    _check_tile(read, resource.tile, hashes)
    return hashes


def _check_absent(read: Read, resource: Resource, minimum: int) -> list[bytes]:
    """Return the hashes of a bundle that may be absent, as its tile has them."""
    hashes = split(read(resource.tile.path(resource.width)) or b"")
    if not is_below(resource, minimum) or len(hashes) != resource.width or len(hashes[-1]) != HASH_BYTES:
        raise MirrorError(resource.first, "The entries are not there.")
    return hashes


def _check_tile(read: Read, tile: Tile, hashes: Sequence[bytes]) -> None:
    data = read(tile.path(len(hashes))) or b""
    if data == b"".join(hashes):
        return
    stored = split(data)
    covered = TILE_HASHES**tile.level
    first = tile.number * TILE_HASHES * covered
    for number, digest in enumerate(hashes):
        if number >= len(stored) or stored[number] != digest:
            raise MirrorError(first + number * covered, f"{tile.path(len(hashes))} differs from what is under it.")
    if len(stored) != len(hashes):
        raise MirrorError(first + len(hashes) * covered, f"{tile.path(len(hashes))} has too many hashes.")


class Edges(NamedTuple):
    """The hashes that make a root of the leaves of a range: of the subtrees on its left and on its right."""

    left: tuple[bytes, ...]
    right: tuple[bytes, ...]


def root_over(first: int, leaves: Sequence[bytes], size: int, edges: Edges) -> bytes | None:
    """Return the root of a tree of ``size`` leaves of which those from ``first`` on are known; None where it has none.

    The hashes on both sides are those of ``subtrees`` (RFC 6962 section 2.1), from left to right.
    """
    end = first + len(leaves)
    left, right = subtrees(0, first), subtrees(end, size)
    if not 0 <= first <= end <= size or (len(left), len(right)) != (len(edges.left), len(edges.right)):
        return None
    tree = CompactRange()
    for subtree, digest in zip(left, edges.left, strict=True):
        tree.extend([digest], subtree.height)
    tree.extend(leaves)
    for subtree, digest in zip(right, edges.right, strict=True):
        tree.extend([digest], subtree.height)
    return tree.root


def _check_base64(text: str) -> None:
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        decoded = None
    if decoded is None or base64.b64encode(decoded).decode() != text:
        raise NoteError("The extra data is no base64.")
