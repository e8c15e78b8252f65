"""The tables of the log. An entry is written once; everything else is derived from it by the sequencer.

Nobody is named here: people are opaque ids, and what an id belongs to is destroyed when a person is erased.
"""

from piccolo.columns import UUID, BigInt, Integer, SmallInt, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class Entry(Table, tablename="entry", schema="audit"):
    """What was done, in the bytes that were hashed."""

    id = UUID(primary_key=True, default=None, help_text="open: version 7, made when it was recorded")
    body = Bytea(default=None, null=False, help_text="pseudonymous: RFC 8785 JSON, never updated")


class Detail(Table, tablename="detail", schema="audit"):
    """A detail of an entry that is about one person, encrypted under that person's key."""

    id = UUID(primary_key=True, default=None, help_text="open: version 7")
    entry = UUID(default=None, null=False, help_text="open: which entry commits to it")
    part = SmallInt(default=None, null=False, help_text="open: counts the details of one entry from 0")
    ciphertext = Bytea(default=None, null=False, help_text="pseudonymous: nobody reads it without the person's key")


class Pending(Table, tablename="pending", schema="audit"):
    """Entries that wait for their index. A queue and not a cursor: ids become visible in another order than made."""

    entry = UUID(primary_key=True, default=None, help_text="open: which entry")


class Leaf(Table, tablename="leaf", schema="audit"):
    """An entry's place in the tree, and what it is searched by, taken from its body by the sequencer."""

    index = BigInt(primary_key=True, default=None, help_text="open: counts from 0 without gaps")
    entry = UUID(default=None, null=False, help_text="open: which entry")
    leaf_hash = Bytea(default=None, null=False, help_text="open: SHA-256 of 0x00 and the body")
    at = Timestamptz(default=None, null=False, help_text="open: when it was done")
    actor = Text(default=None, null=False, help_text="pseudonymous: account id, anonymous or system:<name>")
    subject = UUID(default=None, null=True, help_text="pseudonymous: whose data")
    action = Text(default=None, null=False, help_text="open: from a room's vocabulary")
    decision = Text(default=None, null=False, help_text="open: allowed or denied")
    purpose = Text(default=None, null=True, help_text="open: what for")
    resource = Text(default=None, null=True, help_text="pseudonymous: kind and id of what it was done to")
    request = UUID(default=None, null=True, help_text="open: request id; absent only where the body is unreadable")
    route = Text(default=None, null=False, help_text="open: method and path, or command")


class TileRow(Table, tablename="tile", schema="audit"):
    """256 neighbouring hashes of one level of the tree (c2sp.org/tlog-tiles), fewer in the newest of each level."""

    place = BigInt(primary_key=True, default=None, help_text="open: level * 2**48 + number")
    hashes = Bytea(default=None, null=False, help_text="open: 32 bytes each")


class CheckpointRow(Table, tablename="checkpoint", schema="audit"):
    """What the log's key signed."""

    size = BigInt(primary_key=True, default=None, help_text="open: how many entries it covers")
    root = Bytea(default=None, null=False, help_text="open: root of the tree at that size")
    note = Text(default=None, null=False, help_text="open: the signed note (c2sp.org/tlog-checkpoint)")
    link = Bytea(default=None, null=False, help_text="open: signature that ties it to the checkpoint before")
    published_at = Timestamptz(default=None, null=False, help_text="open: when it was signed")


class Publication(Table, tablename="publication", schema="audit"):
    """The checkpoint that is served, with every signature there is under it; one row, which only ever grows."""

    id = SmallInt(primary_key=True, default=None, help_text="open: 1, since there is one log")
    size = BigInt(default=None, null=False, help_text="open: how many entries it covers")
    note = Text(default=None, null=False, help_text="open: signed by the log's keys and by witnesses")
    published_at = Timestamptz(default=None, null=False, help_text="open: when it was signed last")
    witnessed_size = BigInt(default=None, null=False, help_text="open: up to where enough witnesses have signed")
    unmet_since = Timestamptz(default=None, null=True, help_text="open: since when too few witnesses sign")


class Refusal(Table, tablename="refusal", schema="audit"):
    """Refusals of a flood, counted and not yet folded into an entry."""

    id = UUID(primary_key=True, default=None, help_text="open: version 7")
    minute = Timestamptz(default=None, null=False, help_text="open: when, to the minute")
    address = Text(default=None, null=True, help_text="open: a network, never a whole address")
    route = Text(default=None, null=False, help_text="open: method and path")
    refused = BigInt(default=None, null=False, help_text="open: how many")


class ReviewRow(Table, tablename="review", schema="audit"):
    """That somebody independent looked through a part of the trail; written once."""

    id = UUID(primary_key=True, default=None, help_text="open: version 7")
    first_index = BigInt(default=None, null=False, help_text="open: where the part begins")
    end_index = BigInt(default=None, null=False, help_text="open: the index after the last")
    reviewer = UUID(default=None, null=False, help_text="pseudonymous: account id")
    meaning = Text(default=None, null=False, help_text="open: what the signature means")
    reviewed = BigInt(default=None, null=False, help_text="open: how many entries")
    own = BigInt(default=None, null=False, help_text="open: how many were the reviewer's own, and are not reviewed")
    digest = Bytea(default=None, null=False, help_text="open: SHA-256 of the leaf hashes of the part")
    signed_at = Timestamptz(default=None, null=False, help_text="open: when")


class HoldRow(Table, tablename="hold", schema="audit"):
    """A range of indexes whose entries keep their content, whatever the time of their kind."""

    id = UUID(primary_key=True, default=None, help_text="open: version 7")
    first_index = BigInt(default=None, null=False, help_text="open: where the range begins")
    end_index = BigInt(default=None, null=False, help_text="open: the index after the last")
    reason = Text(default=None, null=False, help_text="open: a word of the vocabulary")
    placed_by = UUID(default=None, null=False, help_text="pseudonymous: account id")
    placed_at = Timestamptz(default=None, null=False, help_text="open: when")
    lifted_by = UUID(default=None, null=True, help_text="pseudonymous: account id")
    lifted_at = Timestamptz(default=None, null=True, help_text="open: when it ended")


class Retention(Table, tablename="retention", schema="audit"):
    """For how many days a kind of entries keeps its content; one that is not here keeps it for ever."""

    kind = Text(primary_key=True, default=None, help_text="open: command, denial, export, query or sign-in")
    days = Integer(default=None, null=False, help_text="open: 365 at least")


class Minimum(Table, tablename="minimum", schema="audit"):
    """Below which index content may have been removed; one row, which only ever grows."""

    id = SmallInt(primary_key=True, default=None, help_text="open: 1, since there is one log")
    index = BigInt(default=None, null=False, help_text="open: a multiple of 256")


class SavedSearchRow(Table, tablename="saved_search", schema="audit"):
    """A search that a compliance officer comes back to."""

    id = UUID(primary_key=True, default=None, help_text="open: version 7")
    account = UUID(default=None, null=False, help_text="pseudonymous: account id of whoever saved it")
    name = Text(default=None, null=False, help_text="open: what it is about, no person's name")
    filters = Bytea(default=None, null=False, help_text="pseudonymous: what is looked for, as JSON")
    saved_at = Timestamptz(default=None, null=False, help_text="open: when")
