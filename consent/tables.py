"""The tables of consent. No name, address or document of a person is in any of them."""

from piccolo.columns import UUID, ForeignKey, Integer, OnDelete, OnUpdate, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class NoticeVersion(Table, tablename="notice_version", schema="consent"):
    """A notice as it was shown. A row never changes and never goes: a trigger refuses it."""

    id = UUID(primary_key=True, default=None, help_text="open")
    purpose = Text(default=None, null=False, help_text="open: a Purpose")
    version = Integer(default=None, null=False, help_text="open: counts from 1 per purpose")
    locale = Text(default=None, null=False, help_text="open: language, or language and country")
    text = Text(default=None, null=False, help_text="open: what people read")
    sha256 = Bytea(default=None, null=False, help_text="open: over the UTF-8 bytes of the text")
    published_at = Timestamptz(default=None, null=False, help_text="open")


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


class CurrentState(Table, tablename="current_state", schema="consent"):
    """The answer that counts per person and purpose: a projection of ``event`` that can be rebuilt at any time.

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
