"""What was done: an append-only log of canonical entries, the Merkle tree over it, signed checkpoints and proofs.

Whoever does or reads something writes an entry in the same transaction; a sequencer gives it its index and signs.
Knows people only as opaque ids, and reading the log is recorded in it.
"""

from audit.archive import write_archive
from audit.detailing import sealed_details
from audit.errors import (
    AuditError,
    EntryNotFoundError,
    EntryNotSignedError,
    EntryRemovedError,
    EntryTooLargeError,
    HoldNotFoundError,
    LogDamagedError,
    ResourceNotFoundError,
    SavedSearchNotFoundError,
    SearchNotSavedError,
)
from audit.exporting import Export, export, export_key
from audit.holdings import HOLDINGS
from audit.publisher import Publisher, log_cosigner
from audit.retaining import holds, lift_hold, place_hold, remove_expired
from audit.reviewing import reviews, sign_review
from audit.rules.checkpoints import Checkpoint, read_size
from audit.rules.details import SALT_BYTES, commitment
from audit.rules.exports import ExportError, Manifest, check_export
from audit.rules.inclusion import is_in_log
from audit.rules.keyring import FormerKey, KeyRing, read_former_key, read_former_keys
from audit.rules.notes import LogKey, NoteError
from audit.rules.offline import MirrorError, check_mirror, check_proof
from audit.rules.policies import Policy, PolicyError, parse_policy
from audit.rules.rendering import harmless
from audit.searching import forget_search, run_search, save_search, saved_searches
from audit.sequencer import Sequencer, sequencing
from audit.service import (
    access_log,
    append,
    count_refusals,
    entry,
    inclusion_proof,
    newest_checkpoint,
    own_proof,
    proof_of,
    proofs_at,
    search,
    settle,
    status,
    take_refusals,
    tlog_proof,
    waiting,
)
from audit.serving import served_checkpoint, served_resource, write_mirror
from audit.store.removals import set_retention
from audit.values import (
    Access,
    AccessPage,
    Entry,
    EntryFilter,
    EntryHold,
    EntryPage,
    Finding,
    InclusionProof,
    LeafProof,
    Refusals,
    Report,
    Review,
    SavedSearch,
    Status,
    StoredDetail,
)
from audit.verify import verify
from audit.vocabulary import Action, EntryHoldEnd, EntryHoldReason, FindingKind, Meaning
from audit.witness import Memory, WitnessService

__all__ = [
    "HOLDINGS",
    "SALT_BYTES",
    "Access",
    "AccessPage",
    "Action",
    "AuditError",
    "Checkpoint",
    "Entry",
    "EntryFilter",
    "EntryHold",
    "EntryHoldEnd",
    "EntryHoldReason",
    "EntryNotFoundError",
    "EntryNotSignedError",
    "EntryPage",
    "EntryRemovedError",
    "EntryTooLargeError",
    "Export",
    "ExportError",
    "Finding",
    "FindingKind",
    "FormerKey",
    "HoldNotFoundError",
    "InclusionProof",
    "KeyRing",
    "LeafProof",
    "LogDamagedError",
    "LogKey",
    "Manifest",
    "Meaning",
    "Memory",
    "MirrorError",
    "NoteError",
    "Policy",
    "PolicyError",
    "Publisher",
    "Refusals",
    "Report",
    "ResourceNotFoundError",
    "Review",
    "SavedSearch",
    "SavedSearchNotFoundError",
    "SearchNotSavedError",
    "Sequencer",
    "Status",
    "StoredDetail",
    "WitnessService",
    "access_log",
    "append",
    "check_export",
    "check_mirror",
    "check_proof",
    "commitment",
    "count_refusals",
    "entry",
    "export",
    "export_key",
    "forget_search",
    "harmless",
    "holds",
    "inclusion_proof",
    "is_in_log",
    "lift_hold",
    "log_cosigner",
    "newest_checkpoint",
    "own_proof",
    "parse_policy",
    "place_hold",
    "proof_of",
    "proofs_at",
    "read_former_key",
    "read_former_keys",
    "read_size",
    "remove_expired",
    "reviews",
    "run_search",
    "save_search",
    "saved_searches",
    "sealed_details",
    "search",
    "sequencing",
    "served_checkpoint",
    "served_resource",
    "set_retention",
    "settle",
    "sign_review",
    "status",
    "take_refusals",
    "tlog_proof",
    "verify",
    "waiting",
    "write_archive",
    "write_mirror",
]
