"""Exports and mirrors made by hand, without a database: small, and with whatever manifest a thief of the key signs."""

from hashlib import sha256
from typing import Any, Final

from audit.exporting import export_key
from audit.rules.checkpoints import Checkpoint
from audit.rules.exports import entry_line
from audit.rules.resources import Resource, write_bundle
from audit.rules.tiles import TILE_HASHES, grow, layout
from audit.rules.tree import HASH_BYTES, CompactRange, leaf_hash
from kernel.canonical import canonical
from tests.audit.judging import Case, Files, case_of
from tests.audit.log import KEY

EXPORT_KEY: Final = export_key(KEY)
BODY: Final = b'{"number":0}'
FILES: Final[Files] = {
    "checkpoint": KEY.sign_note(Checkpoint(KEY.origin, 1, leaf_hash(BODY)).text()).encode(),
    "entries.jsonl": entry_line(0, BODY),
    "range.bin": leaf_hash(BODY),
}
SAID: Final[dict[str, Any]] = {
    "v": 1, "origin": KEY.origin, "filters": {"actor": "\u00fc\U0001f600", "since": "2026-11-29T00:00:00+00:00"},
    "first_index": 0, "end_index": 1, "count": 1, "size": 1, "left": [], "right": [], "removed": 0,
    "files": {name: sha256(data).hexdigest() for name, data in FILES.items()}, "exported_at": "x", "request": "y",
}  # fmt: skip


def says(**changes: object) -> str:
    """Return the text of a manifest that is right but for ``changes``."""
    return canonical(SAID | changes).decode() + "\n"


def signed(text: str, files: Files = FILES) -> Files:
    """Return an export whose manifest is ``text``, signed by the key of exports."""
    return files | {"manifest": EXPORT_KEY.sign_note(text).encode()}


def of(text: str) -> Case:
    """Return an export whose manifest is ``text`` as what both verifiers are asked about."""
    return case_of("export", signed(text), exportKey=EXPORT_KEY.vkey)


def matchless() -> Files:
    """Return an export in order whose filters matched nothing: its file of entries is empty."""
    files = FILES | {"entries.jsonl": b""}
    return signed(says(count=0, files={name: sha256(data).hexdigest() for name, data in files.items()}), files)


def mirror(size: int) -> Files:
    """Return a log of ``size`` entries as files."""
    bodies = [b'{"number":%d}' % number for number in range(size)]
    tree = CompactRange()
    tree.extend(list(map(leaf_hash, bodies)))
    files = {"checkpoint": KEY.sign_note(Checkpoint(KEY.origin, size, tree.root).text()).encode()}
    tiles = grow(0, {}, list(map(leaf_hash, bodies)))
    for tile, width in layout(size).items():
        files[tile.path(width)] = tiles[tile][: width * HASH_BYTES]
        if tile.level == 0:
            first = tile.number * TILE_HASHES
            bundle = Resource(None, tile.number, width)
            files[f"tile/{bundle.path}"] = write_bundle(bodies[first : first + width])
    return files
