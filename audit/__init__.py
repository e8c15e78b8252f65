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
from audit.publisher import Publisher, log_cosigner
from audit.rules.keyring import FormerKey, read_former_keys
from audit.rules.notes import LogKey, NoteError
from audit.rules.policies import Policy, PolicyError, parse_policy
from audit.sequencer import Sequencer, sequencing
from audit.service import (
    access_log,
    append,
    entry,
    inclusion_proof,
    newest_checkpoint,
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
from audit.witness import Memory, WitnessService

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
    "FormerKey",
    "InclusionProof",
    "LogDamagedError",
    "LogKey",
    "Memory",
    "NoteError",
    "Policy",
    "PolicyError",
    "Publisher",
    "Report",
    "ResourceNotFoundError",
    "Sequencer",
    "Status",
    "WitnessService",
    "access_log",
    "append",
    "entry",
    "export",
    "inclusion_proof",
    "log_cosigner",
    "newest_checkpoint",
    "parse_policy",
    "proofs_at",
    "read_former_keys",
    "search",
    "sequencing",
    "served_checkpoint",
    "served_resource",
    "settle",
    "status",
    "verify",
]
