"""The error tree of the audit room."""

from typing import Final

import msgspec

from kernel.errors import ConflictError, InvalidError, LaurelError, NotFoundError

UNREADABLE_BY: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading an entry raises that is none; the last where it is nested without end."""


class AuditError(LaurelError):
    """Something is wrong with the log."""

    code = "audit-error"
    remedy = "Run `laurel audit verify`."


class EntryTooLargeError(AuditError, InvalidError):
    """An entry is longer than the log's format can hold, even without its detail."""

    code = "audit-entry-too-large"
    remedy = "Shorten the named field."


class EntryNotFoundError(AuditError, NotFoundError):
    """No entry has this index."""

    code = "audit-entry-not-found"
    remedy = "Search for the entry; an entry gets its index within a second or two of being written."


class EntryNotSignedError(AuditError, ConflictError):
    """The entry has an index, and the checkpoint that covers it is about to be signed."""

    code = "audit-entry-not-signed"
    remedy = "Ask again in a second."


class EntryRemovedError(AuditError, NotFoundError):
    """The entry's time was over: its content was removed, and its hash stays in the tree."""

    code = "audit-entry-removed"
    remedy = "Whoever kept the entry can prove it: GET /v1/audit/entries/{index}/proof."


class HoldNotFoundError(AuditError, NotFoundError):
    """No hold of this id is in force."""

    code = "audit-hold-not-found"
    remedy = "List the holds."


class ResourceNotFoundError(AuditError, NotFoundError):
    """The log has no such tile, or no checkpoint covers it yet."""

    code = "audit-resource-not-found"
    remedy = "Read the checkpoint and ask for the tiles of its size (c2sp.org/tlog-tiles)."


class SavedSearchNotFoundError(AuditError, NotFoundError):
    """The account has saved no such search."""

    code = "audit-search-not-found"
    remedy = "List your saved searches."


class SearchNotSavedError(AuditError, ConflictError):
    """A search can't be kept under this name, or no more can."""

    code = "audit-search-not-saved"
    remedy = "Choose another name, or take a saved search away."


class WitnessStoreError(AuditError, ConflictError):
    """The folder of a witness can't be used."""

    code = "audit-witness-store"
    remedy = "Stop the other process, or give this witness a folder of its own."


class LogDamagedError(AuditError):
    """What is stored contradicts what was signed; nothing more is signed until somebody has looked."""

    code = "audit-log-damaged"
    remedy = "Run `laurel audit verify` and restore what it names from a backup."
