"""The tables of people's requests. What people wrote is sealed with their own key, and opens no more without it."""

from piccolo.columns import UUID, Array, BigInt, Boolean, Date, Integer, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class PrivacyRequestRow(Table, tablename="privacy_request", schema="consent"):
    """Something that a person asked for. ``person`` has no foreign key: the proof outlives the person's erasure."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: sorts by time")
    person = UUID(default=None, null=False, help_text="pseudonymous: who asks")
    type = Text(default=None, null=False, help_text="pseudonymous: RequestType")
    state = Text(default=None, null=False, help_text="pseudonymous: RequestState")
    purposes = Array(base_column=Text(default=None), default=None, null=False, help_text="pseudonymous: which Purposes")
    market = Text(default=None, null=False, help_text="pseudonymous: whose public holidays count")
    received_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it came")
    received_on = Date(default=None, null=False, help_text="pseudonymous: the date where the person was")
    due_on = Date(default=None, null=False, help_text="pseudonymous: the last day for an answer")
    paused_days = Integer(default=None, null=False, help_text="pseudonymous: days on which the clock stood still")
    paused_at = Timestamptz(default=None, null=True, help_text="pseudonymous: since when it stands still")
    pause_reason = Text(default=None, null=True, help_text="pseudonymous: PauseReason")
    extended_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when two months were added")
    extension_reason = Text(default=None, null=True, help_text="pseudonymous: ExtensionReason")
    refusal_reason = Text(default=None, null=True, help_text="pseudonymous: RefusalReason")
    closed_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when completed or refused")
    words = Bytea(
        default=None, null=True, help_text="pseudonymous: what the person wrote, sealed with the person's key"
    )
    answer = Bytea(default=None, null=True, help_text="pseudonymous: what was answered, sealed with the person's key")
    never_contact = Boolean(
        default=False, null=False, help_text="pseudonymous: the person's addresses are never to be used again"
    )


class RequestStep(Table, tablename="request_step", schema="consent"):
    """One step of a request, done once; a worker that dies leaves it undone, and the next one goes on."""

    id = UUID(primary_key=True, default=None, help_text="open")
    request = UUID(default=None, null=False, help_text="pseudonymous: of which request")
    position = Integer(default=None, null=False, help_text="open: counts from 1 per request")
    name = Text(default=None, null=False, help_text="open: what is done")
    rows = BigInt(default=None, null=False, help_text="pseudonymous: how much was done so far")
    finished_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was done")


class RestrictionRow(Table, tablename="restriction", schema="consent"):
    """While a row is not lifted, the gate lets nothing that rests on consent be done with the person's data."""

    request = UUID(primary_key=True, default=None, help_text="pseudonymous: which request it rests on")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose data")
    since = Timestamptz(default=None, null=False, help_text="pseudonymous: when it began")
    lifted_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it ended")


class PackageRow(Table, tablename="package", schema="consent"):
    """What a person asked to see or to take along; one per request."""

    request = UUID(primary_key=True, default=None, help_text="pseudonymous: for which request")
    person = UUID(default=None, null=False, help_text="pseudonymous: whose")
    chunks = Integer(default=None, null=False, help_text="pseudonymous: how many pieces")
    size = BigInt(default=None, null=False, help_text="pseudonymous: bytes when opened")
    sha256 = Bytea(default=None, null=False, help_text="pseudonymous: over those bytes")
    made_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    expires_at = Timestamptz(default=None, null=False, help_text="pseudonymous: gone from then on")
    taken_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was taken, once")


class PackageChunk(Table, tablename="package_chunk", schema="consent"):
    """A piece of a package, sealed with the person's key and bound to its place."""

    id = UUID(primary_key=True, default=None, help_text="open")
    request = UUID(default=None, null=False, help_text="pseudonymous: of which package")
    number = Integer(default=None, null=False, help_text="open: counts from 0")
    sealed = Bytea(default=None, null=False, help_text="pseudonymous: sealed with the person's key")


class ErasureRow(Table, tablename="erasure", schema="consent"):
    """An erasure that was done in this database; what is on the list outside and not here must be done again."""

    request = UUID(primary_key=True, default=None, help_text="pseudonymous: for which request")
    person = UUID(default=None, null=False, help_text="pseudonymous: an id that leads to nobody any more")
    erased_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")


class LegalHoldRow(Table, tablename="legal_hold", schema="consent"):
    """One record that stays although its person is erased or its time is over."""

    id = UUID(primary_key=True, default=None, help_text="open")
    holding = Text(default=None, null=False, help_text="open: the table")
    record = UUID(default=None, null=False, help_text="pseudonymous: the record's key")
    reason = Text(default=None, null=False, help_text="open: HoldReason")
    market = Text(default=None, null=True, help_text="pseudonymous: of the record's person; none is of no market")
    placed_by = UUID(default=None, null=False, help_text="pseudonymous: account")
    placed_at = Timestamptz(default=None, null=False, help_text="open")
    released_by = UUID(default=None, null=True, help_text="pseudonymous: account")
    released_at = Timestamptz(default=None, null=True, help_text="open")
