"""Signed exports: entries byte for byte, with a manifest that says what they are and a signature over it."""

import hashlib
from typing import Final

import msgspec

from audit import store
from audit.errors import LogDamagedError
from audit.rules.filters import check, possible, told
from audit.rules.notes import LogKey
from audit.store.removals import keep_all
from audit.store.search import search
from audit.values import EntryFilter
from audit.vocabulary import Action
from kernel.canonical import canonical
from kernel.unit_of_work import UnitOfWork

EXPORT_DOMAIN: Final = b"laurel audit export key v1"


class ExportedEntry(msgspec.Struct, frozen=True):
    """An entry's place in the log and its bytes, which are UTF-8 JSON."""

    index: int
    body: str


class Export(msgspec.Struct, frozen=True, kw_only=True):
    r"""``manifest`` is a signed note (c2sp.org/signed-note) over canonical JSON; ``key`` verifies it.

    Its ``sha256`` is over one line ``<index> <body>`` per entry, each ended by a newline. ``next_index`` goes on where
    ``limit`` cut.
    """

    manifest: str
    key: str
    checkpoint: str | None
    entries: list[ExportedEntry]
    next_index: int | None


def export_key(log_key: LogKey) -> LogKey:
    """Return the key that signs exports: derived from the log's, since a signature must mean one thing."""
    return log_key.derived(f"{log_key.origin}/export", EXPORT_DOMAIN)


async def export(uow: UnitOfWork, log_key: LogKey, filters: EntryFilter, first_index: int, limit: int) -> Export:
    """Return up to ``limit`` entries from ``first_index`` on that match, in order, with a signed manifest.

    Raises:
        InvalidError: a filter can match no entry.
        LogDamagedError: an entry is no text; an archive holds it byte for byte.

    """
    check(filters)
    await keep_all(uow)
    first_index = possible(max(first_index, 0))
    found, _ = await search(uow, filters, first_index - 1, limit + 1, newest_first=False)
    chosen = [each.index for each in found[:limit]]
    bodies = await store.bodies(uow, chosen)
    entries = [ExportedEntry(index, _text(index, bodies[index])) for index in chosen]
    digest = hashlib.sha256("".join(f"{each.index} {each.body}\n" for each in entries).encode()).hexdigest()
    checkpoint = await store.checkpoint_over(uow, chosen[-1] if chosen else 0)
    note = checkpoint[1] if checkpoint else None
    manifest = {
        "filters": msgspec.to_builtins(filters, str_keys=True),
        "first_index": first_index,
        "count": len(entries),
        "indexes": [chosen[0], chosen[-1]] if chosen else [],
        "sha256": digest,
        "checkpoint_sha256": hashlib.sha256(note.encode()).hexdigest() if note else None,
        "exported_at": uow.now.isoformat(),
        "request": str(uow.origin.request),
    }
    signer = export_key(log_key)
    signed = signer.sign_note(canonical(manifest).decode() + "\n")
    uow.record(
        Action.ENTRIES_EXPORTED,
        subject=filters.subject,
        count=len(entries),
        sha256=digest,
        filters=told(filters, matched=bool(entries)),
        first_index=first_index,
    )
    following = found[limit].index if len(found) > limit else None
    return Export(manifest=signed, key=signer.vkey, checkpoint=note, entries=entries, next_index=following)


def _text(index: int, body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise LogDamagedError(f"Entry {index} is no text.") from None
