"""Naming what verification finds: each finding says which entry it is about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from audit.rules.tiles import TILE_HASHES, TILE_HEIGHT, Tile
from audit.rules.tree import HASH_BYTES
from audit.values import Finding
from audit.vocabulary import FindingKind

MOST_FINDINGS: Final = 1_000
"""How many findings are kept; the rest is counted."""
LAST_INDEX: Final = 2**63 - 1
"""No index is beyond it, whatever a stray tile's place says."""

_STILL_HOLDS: Final = frozenset({FindingKind.LEAF_CHANGED, FindingKind.COLUMN_CHANGED, FindingKind.DETAIL_CHANGED})
"""What leaves every checkpoint valid over the entries."""

_EXPLAINS: Final = frozenset(
    {
        FindingKind.ENTRY_CHANGED,
        FindingKind.ENTRY_MISSING,
        FindingKind.LEAF_MISSING,
        FindingKind.TILE_CHANGED,
        FindingKind.CHECKPOINT_CONTRADICTED,
    }
)
"""What makes hashes above it, and roots, come out wrong by itself."""


class Findings:
    """Collects findings, and keeps the first thousand."""

    def __init__(self) -> None:
        """Start with none."""
        self.total = 0
        self._kept: list[Finding] = []

    def add(self, index: int, kind: FindingKind, detail: str) -> None:
        """Add one about the entry ``index``."""
        self.total += 1
        if len(self._kept) < MOST_FINDINGS:
            self._kept.append(Finding(index=index, kind=kind, detail=detail))

    def explain(self, start: int, end: int) -> bool:
        """Tell whether a wrong hash over the entries ``start`` to ``end - 1`` is no news after what was found."""
        return any(finding.kind in _EXPLAINS and start <= finding.index < end for finding in self._kept)

    def invalidating(self) -> list[int]:
        """Return the indexes of findings after which checkpoints no longer hold."""
        return sorted({finding.index for finding in self._kept if finding.kind not in _STILL_HOLDS})

    def sorted(self, first_bad: Mapping[int, int | None]) -> list[Finding]:
        """Return them by index, with the smallest checkpoint that each invalidates, as ``first_bad`` says by index."""
        return [
            finding
            if finding.kind in _STILL_HOLDS
            else msgspec.structs.replace(finding, first_bad_checkpoint=first_bad.get(finding.index))
            for finding in sorted(self._kept, key=lambda finding: (finding.index, finding.kind))
        ]


def name_tile_width(findings: Findings, start: int, end: int, tile: bytes) -> None:
    """Name a level 0 tile that does not hold exactly the entries ``start`` to ``end - 1``."""
    name = Tile(0, start // TILE_HASHES).path(end - start)
    if not tile:
        findings.add(start, FindingKind.TILE_MISSING, f"{name} is not there.")
    elif len(tile) < (end - start) * HASH_BYTES:
        findings.add(start + len(tile) // HASH_BYTES, FindingKind.TILE_CHANGED, f"{name} was cut.")
    else:
        findings.add(end, FindingKind.TILE_UNEXPECTED, f"{name} holds more hashes than there are entries.")


def name_stray_tile(findings: Findings, tile: Tile) -> None:
    """Name a tile that has no entries under it."""
    index = min(tile.number << TILE_HEIGHT * (tile.level + 1), LAST_INDEX)
    findings.add(index, FindingKind.TILE_UNEXPECTED, f"{tile.path()} is a tile of entries that are not there.")


def compare_tile(
    findings: Findings,
    is_suspect: Callable[[int, int], bool],
    tile: Tile,
    expected: Sequence[bytes],
    stored: Sequence[bytes],
) -> None:
    """Compare a tile above level 0; a hash over entries of which something is found anyway is no news."""
    covered = TILE_HASHES**tile.level
    first = tile.number * TILE_HASHES * covered
    name = tile.path(len(expected))
    if not stored:
        findings.add(first, FindingKind.TILE_MISSING, f"{name} is not there.")
    elif len(stored) != len(expected):
        start = first + min(len(stored), len(expected)) * covered
        findings.add(start, FindingKind.TILE_CHANGED, f"{name} has another number of hashes.")
    for number, (ours, theirs) in enumerate(zip(expected, stored, strict=False)):
        start = first + number * covered
        if ours != theirs and not is_suspect(start, start + covered):
            findings.add(start, FindingKind.TILE_CHANGED, f"A hash in {name} is not that of the entries under it.")
