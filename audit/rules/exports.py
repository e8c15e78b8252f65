"""Exports as a folder of files: what stands in them, and how they are checked with public keys alone.

``manifest`` is a signed note over canonical JSON with the SHA-256 of every other file. ``range.bin`` holds the leaf
hash of every index from ``first_index`` up to ``end_index``, and with the hashes on both sides it leads to the root
that the checkpoint signs; so no entry of the range can be left out unnoticed where nothing was filtered, and where
something was, each entry that is there is the one that was logged.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec

from audit.errors import UNREADABLE_BY
from audit.rules.keyring import KeyRing
from audit.rules.notes import LogVerifier, NoteError
from audit.rules.offline import Edges, root_over
from audit.rules.submissions import read_hash
from audit.rules.tiles import split
from audit.rules.tree import HASH_BYTES, leaf_hash
from kernel.canonical import NotCanonicalError, canonical

MANIFEST: Final = "manifest"
CHECKPOINT: Final = "checkpoint"
ENTRIES: Final = "entries.jsonl"
RANGE: Final = "range.bin"
LARGEST: Final = 2**53 - 1
MOST_LEVELS: Final = 32
"""How deep a manifest's lists and objects may be nested: readers differ in how much they bear."""

Read: TypeAlias = Callable[[str], bytes | None]

_LINE = re.compile(rb'\{"index":(0|[1-9][0-9]{0,15}),"(entry|base64)":')


class ExportError(ValueError):
    """The export is not what was signed; the sentence names the file or the index."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an export is: of which log, which range, what was asked for, and the digest of each file.

    ``removed`` entries of the range have no content any more: it went after its time, their hashes are in the range.
    """

    v: int
    origin: str
    filters: dict[str, Any]
    first_index: int
    end_index: int
    count: int
    size: int
    left: list[str]
    right: list[str]
    files: dict[str, str]
    removed: int = 0
    exported_at: str = ""
    request: str = ""

    @property
    def complete(self) -> bool:
        """Tell whether it holds every entry of its range that was not removed."""
        return not self.filters


def entry_line(index: int, body: bytes) -> bytes:
    """Return a line of JSON with an entry byte for byte, or, where its bytes are no line of JSON, in base64."""
    try:
        msgspec.json.decode(body)
        is_plain = b"\n" not in body
    except UNREADABLE_BY:
        is_plain = False
    if is_plain:
        return b'{"index":%d,"entry":%s}\n' % (index, body)
    return b'{"index":%d,"base64":"%s"}\n' % (index, base64.b64encode(body))


def check_export(names: Sequence[str], read: Read, keys: KeyRing, export_vkey: str) -> Manifest:
    """Return the manifest of an export, having compared every byte of every file with it.

    Raises:
        NoteError: the manifest or the checkpoint is not signed as it must be.
        ExportError: something else than what was signed is there.

    """
    signed = read(MANIFEST)
    if signed is None:
        raise NoteError("There is no manifest: this is no unpacked export.")
    manifest = _manifest(signed, LogVerifier(export_vkey))
    if sorted(names) != sorted([*manifest.files, MANIFEST]):
        raise ExportError("A file is missing, or there is one too many.")
    files = {name: _digested(name, read(name), digest) for name, digest in manifest.files.items()}
    for name in (CHECKPOINT, ENTRIES, RANGE):
        if name not in files:
            raise ExportError(f"{name} is missing.")
    _check_log(manifest, files, keys)
    return manifest


def _digested(name: str, data: bytes | None, digest: str) -> bytes:
    if data is None or sha256(data).hexdigest() != digest:
        raise ExportError(f"{name} is not what was exported.")
    return data


def _manifest(data: bytes, verifier: LogVerifier) -> Manifest:
    try:
        text = verifier.open(data.decode())
    except UnicodeDecodeError:
        raise NoteError("A note is valid UTF-8.") from None
    try:
        said = msgspec.json.decode(text)
        is_canonical = _is_plain(said) and canonical(said).decode() + "\n" == text
        manifest = msgspec.convert(said, Manifest)
    except (msgspec.MsgspecError, NotCanonicalError, RecursionError):
        raise ExportError("The manifest lacks something.") from None
    if not is_canonical:
        raise ExportError("The manifest is not written in the one way that there is (RFC 8785).")
    numbers = (manifest.first_index, manifest.end_index, manifest.count, manifest.size, manifest.removed)
    if manifest.v != 1 or not all(0 <= number <= LARGEST for number in numbers):
        raise ExportError("The manifest lacks something.")
    return manifest


def _is_plain(value: object, levels: int = MOST_LEVELS) -> bool:
    """Tell whether a manifest may hold a value that was read from JSON: everything but fractions and deep nesting."""
    if not isinstance(value, dict | list):
        return not isinstance(value, float)
    return levels > 0 and all(
        _is_plain(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value)
    )


def _check_log(manifest: Manifest, files: Mapping[str, bytes], keys: KeyRing) -> None:
    try:
        checkpoint = keys.open(files[CHECKPOINT].decode())
    except UnicodeDecodeError:
        raise NoteError("A note is valid UTF-8.") from None
    if (checkpoint.size, checkpoint.origin) != (manifest.size, manifest.origin):
        raise ExportError("The checkpoint is another.")
    length = manifest.end_index - manifest.first_index
    if length < 0 or len(files[RANGE]) != length * HASH_BYTES:
        raise ExportError("The range has another length.")
    leaves = split(files[RANGE])
    edges = Edges(tuple(map(read_hash, manifest.left)), tuple(map(read_hash, manifest.right)))
    if root_over(manifest.first_index, leaves, checkpoint.size, edges) != checkpoint.root:
        raise ExportError("The range is not in the log that the checkpoint signs.")
    _check_lines(files[ENTRIES], manifest, leaves)


def _check_lines(data: bytes, manifest: Manifest, leaves: Sequence[bytes]) -> None:
    lines = data.split(b"\n") if data else [b""]
    if lines.pop():
        raise ExportError("The last entry is cut.")
    last = manifest.first_index - 1
    for line in lines:
        match = _LINE.match(line)
        if match is None or not line.endswith(b"}"):
            raise ExportError("A line is no entry.")
        index = int(match[1])
        if not last < index < manifest.end_index:
            raise ExportError(f"index {index}: The entry is out of order.")
        rest = line[match.end() : -1]
        body = rest if match[2] == b"entry" else _quoted(rest)
        if leaf_hash(body) != leaves[index - manifest.first_index]:
            raise ExportError(f"index {index}: The entry is another.")
        last = index
    if len(lines) != manifest.count or (manifest.complete and len(lines) + manifest.removed != len(leaves)):
        raise ExportError("Entries are missing, or there are too many.")


def _quoted(text: bytes) -> bytes:
    inner = text[1:-1]
    try:
        decoded = base64.b64decode(inner, validate=True)
    except ValueError:
        decoded = None
    if text[:1] != b'"' or text[-1:] != b'"' or len(text) < 2 or decoded is None or base64.b64encode(decoded) != inner:  # noqa: PLR2004 - two quotes
        raise ExportError("A line is no entry.")
    return decoded
