"""Verification: recompute everything from the stored entries and name whatever is not as it was signed.

Three things are said about each entry: its bytes, the hash beside its index, and the hash in its tile. Tiles lead to
roots, and roots were signed. Whoever changes one of them contradicts the others; whoever changes all of them
contradicts a signature.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from audit.rules.checkpoints import FIRST_LINK, Checkpoint, link_message, note_hash
from audit.rules.findings import Findings, name_tile_width
from audit.rules.keyring import KeyRing
from audit.rules.notes import NoteError
from audit.rules.ranges import Sound, StoredCheckpoint
from audit.rules.removals import Removed
from audit.rules.tiles import TILE_HASHES, TILE_HEIGHT, Tile, split
from audit.rules.tree import HASH_BYTES, CompactRange, complete_hash, leaf_hashes
from audit.vocabulary import FindingKind


class Chunk(msgspec.Struct, frozen=True):
    """What is stored about the indexes ``first`` to ``first + len(bodies) - 1``; ``first`` is a multiple of 256.

    ``bodies`` and ``leaf_hashes`` are None where an entry or an index is missing. ``tiles`` are those of level 0, by
    number; ``checkpoints`` those whose size is above ``first`` and within the chunk, by size.
    """

    first: int
    bodies: Sequence[bytes | None]
    leaf_hashes: Sequence[bytes | None]
    tiles: Mapping[int, bytes]
    checkpoints: Sequence[StoredCheckpoint]


class Verification:
    """Takes a log chunk by chunk, from index 0 on, and remembers no more than the edges of its tree.

    ``newest`` is the newest genuine checkpoint so far; ``lost`` holds the hashes of entries whose index is missing.
    Of entries in ``removed`` the tile alone speaks; ``removed_count`` are gone.
    """

    def __init__(self, keys: KeyRing, findings: Findings) -> None:
        """Take the log's public keys and where findings go."""
        self._keys = keys
        self._findings = findings
        self.newest: Checkpoint | None = None
        self.lost: set[bytes] = set()
        self.removed = Removed()
        self.removed_count = 0
        self._tiled = CompactRange()  # the tree as the tiles have it
        self._entered = self._tiled  # the tree as the entries have it, once the two differ
        self._suspects: list[int] = []
        self._complete = True
        self._confirmed = 0
        self._cut = False
        self._linked: bytes | None = FIRST_LINK
        self._linked_size = 0
        self._above: list[list[bytes]] = []
        self._full: dict[Tile, bytes] = {}

    def accept(self, found: Sound) -> None:
        """Take the next tile, in which all agrees, and compare each checkpoint with the tree at its size."""
        if found.root is None or found.checkpoints or self._entered is not self._tiled:
            tile = split(found.leaf_hashes)
            self._grow(found.first, tile, tile, found.checkpoints, found.root)
        else:
            self._tiled.extend([found.root], TILE_HEIGHT)
            self._file_above(found.root)

    def check(self, chunk: Chunk) -> None:
        """Compare what is stored about each entry of the next range, and each checkpoint with the tree at its size."""
        hashes = leaf_hashes(chunk.bodies)
        for offset in range(0, len(hashes), TILE_HASHES):
            start = chunk.first + offset
            beside = chunk.leaf_hashes[offset : offset + TILE_HASHES]
            tile = chunk.tiles.get(start // TILE_HASHES, b"")
            tiled, entered = self._compare(start, hashes[offset : offset + TILE_HASHES], beside, tile)
            self._grow(start, tiled, entered, chunk.checkpoints)

    def deny_removal(self, index: int) -> None:
        """Name an index that is there, if it is said to be gone: that would excuse whoever takes it later."""
        if index in self.removed:
            self._findings.add(index, FindingKind.REMOVAL_DENIED, "The log says that it was removed, and it is there.")

    @property
    def size(self) -> int:
        """How many indexes have been checked."""
        return self._tiled.size

    def check_beyond(self, checkpoints: Sequence[StoredCheckpoint]) -> None:
        """Check, by size, the checkpoints over more entries than there are."""
        for checkpoint in checkpoints:
            if self._is_genuine(checkpoint) and not self._cut:
                self._cut = True
                detail = f"A checkpoint was signed over {checkpoint.size} entries; {self.size} are there."
                self._findings.add(self.size, FindingKind.TAIL_CUT, detail)

    def finish(self) -> None:
        """Say that there are no more chunks."""
        detail = "It differs from its tile, and no checkpoint says which is right."
        self._accuse(FindingKind.ENTRY_CHANGED, detail, self.size)

    def is_suspect(self, start: int, end: int) -> bool:
        """Tell whether the entries ``start`` to ``end - 1`` have something about them that is to be found or was."""
        return self._findings.explain(start, end) or any(start <= index < end for index in self._suspects)

    def tiles_above(self, *, last: bool = False) -> dict[Tile, bytes]:
        """Return what the tiles above level 0 should hold: those full since the last call, in the end all of them."""
        tiles, self._full = self._full, {}
        if last:
            tiles |= {
                Tile(level, self._tiled.size >> TILE_HEIGHT * (level + 1)): b"".join(hashes)
                for level, hashes in enumerate(self._above, 1)
                if hashes
            }
        return tiles if self._complete else {}

    def _compare(
        self, start: int, own: Sequence[bytes | None], beside: Sequence[bytes | None], tile: bytes
    ) -> tuple[list[bytes], list[bytes]]:
        """Return the hashes of up to 256 entries as their tile has them, and as they are themselves."""
        width = len(own) * HASH_BYTES
        if len(tile) != width:
            name_tile_width(self._findings, start, start + len(own), tile)
        hashes = split(tile[: min(len(tile), width) // HASH_BYTES * HASH_BYTES])
        said = zip(own, beside, [*hashes, *[None] * (len(own) - len(hashes))], strict=True)
        pairs = [self._compare_one(index, *three) for index, three in enumerate(said, start)]
        return [tiled for tiled, _ in pairs], [entered for _, entered in pairs]

    def _compare_one(
        self, index: int, own: bytes | None, beside: bytes | None, tiled: bytes | None
    ) -> tuple[bytes, bytes]:
        if beside is None and own is None and tiled is not None and index in self.removed:
            self.removed_count += 1
            return tiled, tiled
        if own is not None or beside is not None:
            self.deny_removal(index)
        if beside is None:
            self._findings.add(index, FindingKind.LEAF_MISSING, "The index is not there.")
            if tiled is not None:
                self.lost.add(tiled)
        elif own is None:
            self._findings.add(index, FindingKind.ENTRY_MISSING, "The entry is not there.")
        elif tiled is not None and own == beside != tiled:
            # Either the tile was changed, or the entry together with the hash beside it: the next root will tell.
            self._suspects.append(index)
            return tiled, own
        elif own != (tiled or beside):
            self._findings.add(index, FindingKind.ENTRY_CHANGED, "Its bytes are not those that were signed.")
        elif own != beside:
            self._findings.add(index, FindingKind.LEAF_CHANGED, "The hash beside the index is not its entry's.")
        known = tiled or own or beside
        if known is None:
            self._complete = False
        return known or bytes(HASH_BYTES), known or bytes(HASH_BYTES)

    def _grow(
        self,
        start: int,
        tiled: list[bytes],
        entered: list[bytes],
        checkpoints: Sequence[StoredCheckpoint],
        root: bytes | None = None,
    ) -> None:
        """Extend the tree by up to a tile; ``root`` is the one over ``tiled``, where it is known."""
        if tiled != entered and self._entered is self._tiled:
            self._entered = self._tiled.copy()
        apart = self._entered is not self._tiled
        checkpoints = [each for each in checkpoints if start < each.size <= start + len(tiled)]
        widths = [checkpoint.size - start for checkpoint in checkpoints]
        roots = list(_roots(self._tiled, tiled, widths))
        others = list(_roots(self._entered, entered, widths)) if apart else roots
        repaired = False
        for checkpoint, ours, other in zip(checkpoints, roots, others, strict=True):
            repaired = self._judge(checkpoint, ours, other) or repaired
        above = _append(self._tiled, tiled, root)
        if apart:
            above_entered = _append(self._entered, entered, root)
            if repaired:
                self._tiled, above = self._entered, above_entered
            elif not self._suspects:
                self._entered = self._tiled
        if above is not None:
            self._file_above(above)

    def _judge(self, checkpoint: StoredCheckpoint, tiled_root: bytes, entered_root: bytes) -> bool:
        """Compare one checkpoint with the tree; return True if the entries are right and their tiles are not."""
        size = checkpoint.size
        if not self._is_genuine(checkpoint) or not self._complete:
            return False
        if checkpoint.root == tiled_root:
            self._accuse(FindingKind.ENTRY_CHANGED, "It was changed together with the hash beside its index.", size)
        elif checkpoint.root == entered_root:
            self._accuse(FindingKind.TILE_CHANGED, "Its hash in the tile is not that of the entry.", size)
        else:
            self._accuse(FindingKind.ENTRY_CHANGED, "It differs from its tile, and both from what was signed.", size)
            if not self._findings.explain(0, size):
                detail = f"Of the entries {self._confirmed} to {size - 1}, some are not those that were signed."
                self._findings.add(self._confirmed, FindingKind.CHECKPOINT_CONTRADICTED, detail)
            return False
        self._confirmed = size
        return checkpoint.root != tiled_root

    def _is_genuine(self, stored: StoredCheckpoint) -> bool:
        """Check the signature, the columns and the link to the checkpoint before."""
        linked, self._linked = self._linked, None
        try:
            said = self._keys.open(stored.note)
        except NoteError as error:
            self._findings.add(stored.size - 1, FindingKind.CHECKPOINT_CHANGED, str(error))
            return False
        if (said.size, said.root) != (stored.size, stored.root):
            detail = "Its columns are not what its note says."
            self._findings.add(stored.size - 1, FindingKind.CHECKPOINT_CHANGED, detail)
            return False
        verifier = self._keys.at(said.size)
        if linked is not None and not verifier.is_signed(link_message(linked, stored.note), stored.link):
            detail = f"The checkpoint over {stored.size} entries is not linked to the one before."
            self._findings.add(self._linked_size, FindingKind.CHECKPOINT_MISSING, detail)
        self._linked, self._linked_size = note_hash(stored.note), stored.size
        self.newest = said
        return True

    def _accuse(self, kind: FindingKind, detail: str, size: int) -> None:
        for index in self._suspects:
            if index < size:
                self._findings.add(index, kind, detail)
        self._suspects = [index for index in self._suspects if index >= size]

    def _file_above(self, root: bytes) -> None:
        """Add the root of a full tile to the level above, and so on upwards while tiles get full."""
        number = self._tiled.size >> TILE_HEIGHT
        for level in range(1, len(self._above) + 2):
            if level > len(self._above):
                self._above.append([])
            hashes = self._above[level - 1]
            hashes.append(root)
            if len(hashes) < TILE_HASHES:
                return
            number >>= TILE_HEIGHT
            self._full[Tile(level, number - 1)] = b"".join(hashes)
            root = complete_hash(hashes)
            hashes.clear()


def _roots(tree: CompactRange, hashes: Sequence[bytes], widths: Sequence[int]) -> Iterator[bytes]:
    """Return the roots after the first ``widths`` of ``hashes``, which grow."""
    if widths:
        tree = tree.copy()
    done = 0
    for width in widths:
        tree.extend(hashes[done:width])
        done = width
        yield tree.root


def _append(tree: CompactRange, hashes: Sequence[bytes], root: bytes | None) -> bytes | None:
    """Append up to a tile of hashes; return the root over them if they fill one."""
    if len(hashes) < TILE_HASHES:
        tree.extend(hashes)
        return None
    root = root or complete_hash(hashes)
    tree.extend([root], TILE_HEIGHT)
    return root
