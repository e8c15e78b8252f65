"""Exports as an archive: every format, what proves them, and a program of a few hundred lines that checks the proof."""

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import msgspec

from audit import store
from audit.errors import EntryNotSignedError, LogDamagedError
from audit.exporting import export_key
from audit.rules.exports import CHECKPOINT, ENTRIES, MANIFEST, RANGE, Manifest, entry_line
from audit.rules.filters import check, possible, told
from audit.rules.notes import LogKey
from audit.rules.removals import Removed
from audit.rules.rendering import COLUMNS, PAGE_END, cells, csv_lines, page_rows, page_start
from audit.rules.tiles import subtree_hash, subtrees
from audit.store.removals import absent, count_present, keep_all, said_removed
from audit.store.search import search
from audit.values import EntryFilter, Progress
from audit.vocabulary import Action
from kernel.canonical import canonical
from kernel.errors import InvalidError
from kernel.unit_of_work import UnitOfWork

PAGE: Final = 1_000
MEMORY_BYTES: Final = 8_388_608
"""How much of each file is held in memory before it goes to disk."""

CSV: Final = "entries.csv"
HTML: Final = "entries.html"
README: Final = "README.txt"
VERIFIER: Final = "verify.mjs"
FILES: Final = (ENTRIES, CSV, HTML, RANGE, CHECKPOINT, README, VERIFIER)
"""What is in an archive beside its manifest."""
_VERIFIER = Path(__file__).parent / "verifier" / VERIFIER
_HOW = """This is an export of an audit log.

entries.jsonl   each entry with its index, byte for byte as it was hashed
entries.csv     the same for spreadsheets: a cell that looks like a formula begins with an apostrophe
entries.html    the same for reading
range.bin       the hash of every entry of the range, 32 bytes each
checkpoint      the log's signed word on its size and root
manifest        what this export is, signed

To check it, unpack it into an empty folder and run, with the keys that somebody you trust gave you:

    node verify.mjs export FOLDER --key LOG_KEY --export-key EXPORT_KEY

Take the program, too, from where you trust it: this copy is here for convenience.
"""


async def write_archive(
    uow: UnitOfWork,
    log_key: LogKey,
    filters: EntryFilter,
    span: range,
    target: IO[bytes],
    progress: Progress | None = None,
) -> Manifest:
    """Write the entries of ``span``, as far as they are signed and match, to ``target`` as a zip; return what it is.

    Memory stays the same however many there are. ``progress`` is told how many indexes were looked at, of how many.

    Raises:
        InvalidError: a filter can match no entry, or the span is empty.
        EntryNotSignedError: nothing of the span is under a checkpoint.
        LogDamagedError: what was signed is not there.

    """
    check(filters)
    first, end, size, note = await _signed(uow, span)
    with ExitStack() as stack, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        files = {name: stack.enter_context(tempfile.SpooledTemporaryFile(MEMORY_BYTES)) for name in FILES}
        removed = await _removed(uow, first, end, size)
        count = await _write_entries(uow, filters, range(first, end), files, progress)
        async for hashes in _leaf_hashes(uow, range(first, end)):
            files[RANGE].write(hashes)
        for name, text in ((CHECKPOINT, note), (README, _HOW), (VERIFIER, _VERIFIER.read_text(encoding="utf-8"))):
            files[name].write(text.encode())
        left, right = await _edges(uow, first, end, size)
        manifest = Manifest(
            v=1,
            origin=log_key.origin,
            filters=msgspec.to_builtins(filters, str_keys=True),
            first_index=first,
            end_index=end,
            count=count,
            size=size,
            left=left,
            right=right,
            removed=removed,
            files={name: await asyncio.to_thread(_add, archive, name, file) for name, file in files.items()},
            exported_at=uow.now.isoformat(),
            request=str(uow.origin.request),
        )
        text = canonical(msgspec.to_builtins(manifest)).decode() + "\n"
        archive.writestr(MANIFEST, export_key(log_key).sign_note(text))
    _record(uow, filters, manifest, text)
    return manifest


def _record(uow: UnitOfWork, filters: EntryFilter, manifest: Manifest, text: str) -> None:
    uow.record(
        Action.ENTRIES_EXPORTED,
        subject=filters.subject,
        count=manifest.count,
        sha256=sha256(text.encode()).hexdigest(),
        filters=told(filters, matched=manifest.count > 0),
        first_index=manifest.first_index,
        end_index=manifest.end_index,
    )


async def _signed(uow: UnitOfWork, span: range) -> tuple[int, int, int, str]:
    """Return what of ``span`` is signed, from where to where, and the size and the note of its checkpoint.

    Nothing of it is removed until the transaction ends.
    """
    await keep_all(uow)
    first = possible(max(span.start, 0))
    if span.stop <= first:
        raise InvalidError("An export begins before it ends.", field="end_index")
    checkpoint = await store.checkpoint_over(uow, possible(span.stop - 1))
    if checkpoint is None or checkpoint[0] <= first:
        raise EntryNotSignedError(f"No checkpoint covers entry {first} yet.")
    size, note = checkpoint
    return first, min(span.stop, size), size, note


async def _write_entries(
    uow: UnitOfWork,
    filters: EntryFilter,
    span: range,
    files: "dict[str, tempfile.SpooledTemporaryFile[bytes]]",
    progress: Progress | None,
) -> int:
    files[CSV].write(csv_lines([COLUMNS]).encode())
    files[HTML].write(page_start().encode())
    count, after = 0, span.start - 1
    while True:
        found, _ = await search(uow, filters, after, PAGE, newest_first=False)
        page = [each for each in found if each.index < span.stop]
        bodies = await store.bodies(uow, [each.index for each in page])
        rows = [cells(each) for each in page]
        files[ENTRIES].writelines(entry_line(each.index, bodies[each.index]) for each in page)
        files[CSV].write(csv_lines(rows).encode())
        files[HTML].write(page_rows(rows).encode())
        count += len(page)
        seen = span.stop if len(page) < PAGE else page[-1].index + 1
        if progress is not None:
            progress(seen - span.start, len(span))
        if len(page) < PAGE:
            files[HTML].write(PAGE_END.encode())
            return count
        after = page[-1].index


async def _leaf_hashes(uow: UnitOfWork, span: range) -> AsyncIterator[bytes]:
    for start in range(span.start, span.stop, 10 * PAGE):
        yield await store.leaf_hashes(uow, start, min(start + 10 * PAGE, span.stop))


async def _removed(uow: UnitOfWork, first: int, end: int, size: int) -> int:
    """Return how many entries of a range went after their time: those of which signed entries say so, and no other."""
    missing = end - first - await count_present(uow, first, end)
    if missing:
        removed = Removed(await said_removed(uow, size), size)
        async for index in _absent(uow, range(first, end)):
            if index not in removed:
                raise LogDamagedError(f"Entry {index} is not there, and no signed entry says that it was removed.")
    return missing


async def _absent(uow: UnitOfWork, span: range) -> AsyncIterator[int]:
    for start in range(span.start, span.stop, 10 * PAGE):
        for index in await absent(uow, start, min(start + 10 * PAGE, span.stop)):
            yield index


async def _edges(uow: UnitOfWork, first: int, end: int, size: int) -> tuple[list[str], list[str]]:
    left, right = subtrees(0, first), subtrees(end, size)
    tiles = await store.tiles(uow, {each.tile for each in (*left, *right)})
    encoded: Iterator[list[str]] = (
        [msgspec.to_builtins(subtree_hash(each, tiles)) for each in side] for side in (left, right)
    )
    return next(encoded), next(encoded)


def _add(archive: zipfile.ZipFile, name: str, file: "tempfile.SpooledTemporaryFile[bytes]") -> str:
    """Add a file to the archive and return its SHA-256; a hundred MB take seconds, in which others are answered."""
    file.seek(0)
    digest = sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        while piece := file.read(MEMORY_BYTES):
            digest.update(piece)
            member.write(piece)
    return digest.hexdigest()
