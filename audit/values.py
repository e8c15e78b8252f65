"""What crosses the boundary of the audit room."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from audit.rules.details import Claim
from audit.vocabulary import EntryHoldReason, FindingKind, Meaning

Progress: TypeAlias = Callable[[int, int], None]
"""Told now and then how many entries are done, of how many."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done, as the log has it. ``leaf_hash`` is in hexadecimal.

    Only an entry whose bytes are unreadable lacks ``id`` and ``request``.
    """

    index: int
    leaf_hash: str
    id: UUID | None = None
    at: str
    actor: str
    role: str
    route: str
    request: UUID | None = None
    action: str
    decision: str
    outcome: str
    subject: UUID | None = None
    resource: str | None = None
    reason: str | None = None
    policy: str | None = None
    purpose: str | None = None
    basis: str | None = None
    consent: UUID | None = None
    notice_version: int | None = None
    on_behalf_of: str | None = None
    address: str | None = None
    count: int | None = None
    detail: dict[str, Any] | None = None
    sealed: list[Claim] | None = None


class StoredDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed detail as it lies beside an entry; ``ciphertext`` is None where it is gone or was altered."""

    subject: UUID
    commitment: bytes
    ciphertext: bytes | None


class EntryFilter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which entries are looked for; what is absent doesn't matter. ``action`` may end in ``*``.

    ``since`` is inclusive and ``until`` is not.
    """

    actor: str | None = None
    subject: UUID | None = None
    action: str | None = None
    resource: str | None = None
    decision: str | None = None
    purpose: str | None = None
    request: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class EntryPage(msgspec.Struct, frozen=True):
    """Some entries, and the index to go on after; None at the end."""

    items: list[Entry]
    next: int | None


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may know about one access to their data: everything but who of the staff it was."""

    index: int
    at: datetime
    action: str
    decision: str
    purpose: str | None
    role: str
    route: str


class AccessPage(msgspec.Struct, frozen=True):
    """Some accesses, newest first, and the index to go on after; None at the end."""

    items: list[Access]
    next: int | None


class InclusionProof(msgspec.Struct, frozen=True, kw_only=True):
    """That ``entry`` is leaf ``index`` of the tree of ``size`` leaves whose root ``checkpoint`` signs (RFC 6962).

    ``entry`` holds the bytes that were hashed, none where they were removed after their time; ``hashes`` the path from
    the leaf's sibling upwards.
    """

    index: int
    size: int
    entry: bytes
    leaf_hash: bytes
    hashes: list[bytes]
    checkpoint: str

    def without_entry(self) -> "LeafProof":
        """Return the same of the entry's hash alone, for whoever may not see what else the entry says."""
        return LeafProof(
            index=self.index, size=self.size, leaf_hash=self.leaf_hash, hashes=self.hashes, checkpoint=self.checkpoint
        )


class LeafProof(msgspec.Struct, frozen=True, kw_only=True):
    """That an entry of this hash is leaf ``index`` of the tree of ``size`` leaves that ``checkpoint`` signs (RFC 6962).

    The entry itself is left out: it says by number which account acted, and that is its owner's own data.
    """

    index: int
    size: int
    leaf_hash: bytes
    hashes: list[bytes]
    checkpoint: str


class Refusals(msgspec.Struct, frozen=True):
    """How many refusals of a flood there were from one network, on one route, in one minute."""

    minute: datetime
    address: str | None
    route: str
    count: int


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A signed review of the indexes ``first_index`` up to ``end_index``; ``own`` entries were the reviewer's.

    ``digest`` (hexadecimal) is the SHA-256 of the leaf hashes of the whole range.
    """

    id: UUID
    first_index: int
    end_index: int
    reviewer: UUID
    meaning: Meaning
    reviewed: int
    own: int
    digest: str
    signed_at: datetime


class EntryHold(msgspec.Struct, frozen=True, kw_only=True):
    """That the entries from ``first_index`` up to, and without, ``end_index`` keep their content until it is lifted."""

    id: UUID
    first_index: int
    end_index: int
    reason: EntryHoldReason
    placed_by: UUID
    placed_at: datetime


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A search under a name that its owner gave it."""

    id: UUID
    name: str
    filters: EntryFilter
    saved_at: datetime


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How far the sequencer is. ``pending`` is counted up to ``store.MOST_COUNTED``.

    ``published_*`` are about the checkpoint that is served; ``witnessed_size`` is up to where enough witnesses signed,
    and ``unmet_since`` says since when too few do: None where all is well, or none is asked for. Below
    ``minimum_index`` the content of entries may have been removed after its time.
    """

    size: int
    pending: int
    oldest_pending_at: datetime | None
    checkpoint_size: int
    checkpoint_at: datetime | None
    published_size: int
    published_at: datetime | None
    witnessed_size: int
    unmet_since: datetime | None
    minimum_index: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it was signed. ``first_bad_checkpoint`` is the smallest size that no longer holds."""

    index: int
    kind: FindingKind
    detail: str
    first_bad_checkpoint: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What verification found. ``root`` (hexadecimal) and ``size`` are those of the newest checkpoint.

    ``entries`` have their content; that of ``removed`` went after its time, as other entries say.
    ``findings`` holds the first of them by index; ``findings_total`` says how many there are.
    """

    ok: bool
    origin: str
    entries: int
    removed: int
    pending: int
    checkpoints: int
    size: int
    root: str
    findings_total: int
    findings: list[Finding]
