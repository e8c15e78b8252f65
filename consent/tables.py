"""The tables of consent. No name, address or document of a person is in any of them."""

from piccolo.columns import UUID, Array, BigInt, ForeignKey, Integer, OnDelete, OnUpdate, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class NoticeVersion(Table, tablename="notice_version", schema="consent"):
    """A notice in one language. Once active it can only become retired: a trigger refuses the rest."""

    id = UUID(primary_key=True, default=None, help_text="open")
    purpose = Text(default=None, null=False, help_text="open: a Purpose")
    version = Integer(default=None, null=False, help_text="open: counts from 1 per purpose")
    locale = Text(default=None, null=False, help_text="open: language, or language and country")
    text = Text(default=None, null=False, help_text="open: what people read")
    sha256 = Bytea(default=None, null=False, help_text="open: over the UTF-8 bytes of the text")
    published_at = Timestamptz(default=None, null=False, help_text="open: when it became active (or was staged)")
    market = Text(default=None, null=True, help_text="open: ISO 3166-1 alpha-2; none is every market without its own")
    status = Text(default="active", null=False, help_text="open: a NoticeStatus")
    retired_at = Timestamptz(default=None, null=True, help_text="open: when a newer version replaced it")


class NoticeShown(Table, tablename="notice_shown", schema="consent"):
    """What was put before whom. A row never changes and never goes: a grant points at it."""

    id = UUID(primary_key=True, default=None, help_text="open")
    person = UUID(default=None, null=False, help_text="pseudonymous: PersonId")
    notice = ForeignKey(
        references=NoticeVersion,
        default=None,
        null=False,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
        help_text="open: the very text",
    )
    surface = Text(default=None, null=False, help_text="open: a Surface")
    shown_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")


class Event(Table, tablename="event", schema="consent"):
    """An answer as it was given. A row never changes and never goes: a trigger refuses it.

    ``person`` has no foreign key: this log MUST outlive what it is about, and be written to without a look at it.
    """

    id = UUID(primary_key=True, default=None, help_text="open")
    person = UUID(default=None, null=False, help_text="pseudonymous: PersonId")
    purpose = Text(default=None, null=False, help_text="open: a Purpose that rests on consent")
    state = Text(default=None, null=False, help_text="pseudonymous: an Answer")
    notice = ForeignKey(
        references=NoticeVersion,
        default=None,
        null=True,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
        help_text="open: the very text that was shown",
    )
    notice_version = Integer(default=None, null=True, help_text="open: its version")
    method = Text(default=None, null=False, help_text="open: a Method")
    evidence = Text(default=None, null=True, help_text="pseudonymous: a reference to a document kept elsewhere")
    evidence_sha256 = Bytea(default=None, null=True, help_text="pseudonymous: over that document")
    actor = UUID(default=None, null=True, help_text="pseudonymous: the account that recorded it")
    on_behalf_of = Text(default=None, null=True, help_text="pseudonymous: for whom the account acted")
    occurred_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it was given")
    received_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it was recorded")
    expires_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when a grant is over")
    channel = Text(default=None, null=True, help_text="open: a Channel; none is all of them")
    topic = Text(default=None, null=True, help_text="open: a product or content class; none is all of them")
    basis = Text(default="consent", null=False, help_text="open: the Basis that the purpose had where the person is")
    shown = ForeignKey(
        references=NoticeShown,
        default=None,
        null=True,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
        help_text="pseudonymous: the showing that came before a grant",
    )
    proxy = Text(default=None, null=True, help_text="pseudonymous: a reference to who answered in the person's place")
    proxy_document_sha256 = Bytea(default=None, null=True, help_text="pseudonymous: over the authority's document")
    proxy_scope = Array(Text(), default=None, null=True, help_text="open: the purposes that the authority is for")
    proxy_expires_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the authority ends")


class Lapse(Table, tablename="lapse", schema="consent"):
    """A grant that ran out while it counted. A row never changes and never goes.

    No answer, so no ``event``: nothing is decided by it, and a late answer can't contradict it.
    """

    event = UUID(primary_key=True, default=None, help_text="open: the event that ran out")
    person = UUID(default=None, null=False, help_text="pseudonymous: PersonId")
    ended_at = Timestamptz(default=None, null=False, help_text="pseudonymous: expires_at of the event")
    recorded_at = Timestamptz(default=None, null=False, help_text="open: when the sweep came by")


class CurrentState(Table, tablename="current_state", schema="consent"):
    """The answer that counts per person, purpose, channel and topic: a projection of ``event``, rebuilt at any time.

    The key is the event that decided: it exists anyway, is unique here, and needs no identifier of its own.
    """

    event = UUID(primary_key=True, default=None, help_text="open: the deciding event")
    person = UUID(default=None, null=False, help_text="pseudonymous: PersonId")
    purpose = Text(default=None, null=False, help_text="open: a Purpose that rests on consent")
    state = Text(default=None, null=False, help_text="pseudonymous: an Answer")
    notice_version = Integer(default=None, null=True, help_text="open: version of the notice that was shown")
    decided_at = Timestamptz(default=None, null=False, help_text="pseudonymous: occurred_at of the event")
    received_at = Timestamptz(default=None, null=False, help_text="pseudonymous: received_at of the event")
    expires_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when a grant is over")
    channel = Text(default=None, null=True, help_text="open: a Channel; none is all of them")
    topic = Text(default=None, null=True, help_text="open: a product or content class; none is all of them")
    lapsed_at = Timestamptz(default=None, null=True, help_text="open: when its running out was recorded")


class Confirmation(Table, tablename="confirmation", schema="consent"):
    """A grant that waits for its second yes (double opt-in). It becomes an ``event`` when it is confirmed."""

    id = UUID(primary_key=True, default=None, help_text="open")
    person = UUID(default=None, null=False, help_text="pseudonymous: PersonId")
    market = Text(default=None, null=False, help_text="pseudonymous: where the person was")
    purpose = Text(default=None, null=False, help_text="open: a Purpose that rests on consent")
    channel = Text(default=None, null=True, help_text="open: a Channel; none is all of them")
    topic = Text(default=None, null=True, help_text="open: a product or content class; none is all of them")
    shown = ForeignKey(
        references=NoticeShown,
        default=None,
        null=False,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
        help_text="pseudonymous: the showing that came before the first yes",
    )
    grant_expires_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the grant is to be over")
    requested_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when the first yes was given")
    expires_at = Timestamptz(default=None, null=False, help_text="open: when the second yes comes too late")
    token_sha256 = Bytea(default=None, null=True, help_text="open: over the token that was handed out to be sent")
    handed_out_at = Timestamptz(default=None, null=True, help_text="open: when that was")
    confirmed_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the second yes was given")


class Suppression(Table, tablename="suppression", schema="consent"):
    """An address that is never to be written to or called. It outlives the person, so it holds no address and no id."""

    id = UUID(primary_key=True, default=None, help_text="open")
    kind = Text(default=None, null=False, help_text="open: an AddressKind")
    address_index = Bytea(default=None, null=False, help_text="pseudonymous: HMAC under a key of its own")
    reason = Text(default=None, null=False, help_text="open: a SuppressionReason")
    recorded_at = Timestamptz(default=None, null=False, help_text="open")
    lifted_at = Timestamptz(default=None, null=True, help_text="open: since when it may be used again")
    lifted_by = UUID(default=None, null=True, help_text="pseudonymous: account")
    lift_reason = Text(default=None, null=True, help_text="open: a LiftReason")


class Gap(Table, tablename="gap", schema="consent"):
    """A purpose that was asked for where it has no lawful basis: work for the data protection officer."""

    id = UUID(primary_key=True, default=None, help_text="open")
    purpose = Text(default=None, null=False, help_text="open: what was asked for")
    market = Text(default=None, null=False, help_text="open: ISO 3166-1 alpha-2")
    first_seen_at = Timestamptz(default=None, null=False, help_text="open")
    last_seen_at = Timestamptz(default=None, null=False, help_text="open")
    times = BigInt(default=None, null=False, help_text="open: how often it was refused")
