"""The words of the audit room."""

from enum import StrEnum


class Action(StrEnum):
    """What can be done to the log itself; reading it is audited like any other reading."""

    ENTRIES_SEARCHED = "audit:entries:searched"
    ENTRIES_EXPORTED = "audit:entries:exported"
    ENTRIES_REMOVED = "audit:entries:removed"
    """By the worker alone; says exactly which (``audit/rules/removals.py``)."""
    ENTRY_READ = "audit:entry:read"
    ENTRY_PROVED = "audit:entry:proved"
    DETAIL_READ = "audit:detail:read"
    ENTRY_UNREADABLE = "audit:entry:unreadable"
    """Stands in the index for an entry whose bytes are no entry any more; nothing is ever recorded under it."""
    ACCESS_LOG_READ = "audit:access_log:read"
    CHECKPOINT_READ = "audit:checkpoint:read"
    TILE_READ = "audit:tile:read"
    HOLD_LIFTED = "audit:hold:lifted"
    HOLD_PLACED = "audit:hold:placed"
    HOLDS_READ = "audit:holds:read"
    RETENTION_CHANGED = "audit:retention:changed"
    REVIEW_SIGNED = "audit:review:signed"
    REVIEWS_READ = "audit:reviews:read"
    SEARCH_SAVED = "audit:search:saved"
    SEARCH_FORGOTTEN = "audit:search:forgotten"
    SEARCHES_READ = "audit:searches:read"
    STATUS_READ = "audit:status:read"


class Meaning(StrEnum):
    """What the signature under a review means (21 CFR 11.50)."""

    IN_ORDER = "in-order"
    FINDINGS_RAISED = "findings-raised"


class EntryHoldReason(StrEnum):
    """Why entries are held beyond the time of their kind."""

    LEGAL_CLAIMS = "legal-claims"
    LEGAL_OBLIGATION = "legal-obligation"
    INVESTIGATION = "investigation"
    INSPECTION = "inspection"


class EntryHoldEnd(StrEnum):
    """Why a hold ends."""

    CLOSED = "closed"
    PLACED_IN_ERROR = "placed-in-error"


class FindingKind(StrEnum):
    """What verification can find; each finding names the index of the entry that it is about."""

    LOG_EMPTY = "log-empty"
    """There is nothing to verify; an empty log that used to hold entries looks the same, so it is never in order."""
    TABLE_REPLACED = "table-replaced"
    """A table is none, or rules, policies or other tables answer for it: others may be shown something else."""
    ENTRY_CHANGED = "entry-changed"
    """The stored bytes of an entry are not those that were signed."""
    ENTRY_MISSING = "entry-missing"
    """An index points to an entry that is not there."""
    ENTRY_MISPLACED = "entry-misplaced"
    """An entry says that it is another one."""
    ENTRY_UNSEQUENCED = "entry-unsequenced"
    """An entry has no index and does not wait for one either, or waits for one and has it."""
    ENTRY_REPEATED = "entry-repeated"
    """An entry is stored twice."""
    LEAF_MISSING = "leaf-missing"
    """An index below the log's size is not there."""
    LEAF_REPEATED = "leaf-repeated"
    """An index is there twice."""
    LEAF_ASTRAY = "leaf-astray"
    """A row of the index stands before its beginning, or has no index."""
    LEAF_CHANGED = "leaf-changed"
    """The hash stored beside an index is not that of its entry."""
    REMOVAL_DENIED = "removal-denied"
    """A signed entry says that the content of an index was removed, and it is there."""
    MINIMUM_CHANGED = "minimum-changed"
    """The minimum index is beyond everything of which signed entries say that it was removed."""
    DETAIL_CHANGED = "detail-changed"
    """What lies sealed beside an entry is not what the entry commits to, or is not there."""
    COLUMN_CHANGED = "column-changed"
    """A column that is searched differs from the entry it was taken from."""
    TILE_CHANGED = "tile-changed"
    """A tile of the Merkle tree differs from the entries under it."""
    TILE_MISSING = "tile-missing"
    """A tile of the Merkle tree is not there."""
    TILE_UNEXPECTED = "tile-unexpected"
    """There is a tile for entries that are not there."""
    TAIL_CUT = "tail-cut"
    """A checkpoint was signed over more entries than there are."""
    TAIL_UNSIGNED = "tail-unsigned"
    """The newest entries are under no checkpoint, although the sequencer had time to sign one."""
    CHECKPOINT_CHANGED = "checkpoint-changed"
    """A checkpoint is not signed by the log's key, or its columns differ from its note."""
    CHECKPOINT_MISSING = "checkpoint-missing"
    """A checkpoint is linked to one that is not there."""
    CHECKPOINT_CONTRADICTED = "checkpoint-contradicted"
    """A checkpoint with a good signature has another root than the stored entries."""
