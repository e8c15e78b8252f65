"""What was done: an append-only log of canonical entries, the Merkle tree over it, signed checkpoints and proofs.

Whoever does or reads something writes an entry in the same transaction; a sequencer gives it its index and signs.
Knows people only as opaque ids, and reading the log is recorded in it.
"""

from audit.errors import (
    AuditError,
    EntryNotFoundError,
    EntryNotSignedError,
    EntryTooLargeError,
    LogDamagedError,
    ResourceNotFoundError,
)
from audit.exporting import Export, export
from audit.holdings import HOLDINGS
from audit.rules.inclusion import is_in_log
from audit.rules.notes import LogKey, NoteError
from audit.sequencer import Sequencer, sequencing
from audit.service import (
    access_log,
    append,
    entry,
    inclusion_proof,
    newest_checkpoint,
    proof_of,
    proofs_at,
    search,
    settle,
    status,
)
from audit.serving import served_checkpoint, served_resource
from audit.values import (
    Access,
    AccessPage,
    Entry,
    EntryFilter,
    EntryPage,
    Finding,
    InclusionProof,
    Report,
    Status,
)
from audit.verify import verify
from audit.vocabulary import Action, FindingKind

__all__ = [
    "HOLDINGS",
    "Access",
    "AccessPage",
    "Action",
    "AuditError",
    "Entry",
    "EntryFilter",
    "EntryNotFoundError",
    "EntryNotSignedError",
    "EntryPage",
    "EntryTooLargeError",
    "Export",
    "Finding",
    "FindingKind",
    "InclusionProof",
    "LogDamagedError",
    "LogKey",
    "NoteError",
    "Report",
    "ResourceNotFoundError",
    "Sequencer",
    "Status",
    "access_log",
    "append",
    "entry",
    "export",
    "inclusion_proof",
    "is_in_log",
    "newest_checkpoint",
    "proof_of",
    "proofs_at",
    "search",
    "sequencing",
    "served_checkpoint",
    "served_resource",
    "settle",
    "status",
    "verify",
]
