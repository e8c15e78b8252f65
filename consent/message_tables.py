"""The table of messages that wait to be sent. What they say is sealed, and is forgotten once they left."""

from piccolo.columns import UUID, Integer, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class MessageRow(Table, tablename="message", schema="consent"):
    """A message to a person, and what the gate said of it: when it was queued, and when it was to leave."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names the message, also where it goes to")
    person = UUID(default=None, null=False, help_text="pseudonymous: PersonId")
    purpose = Text(default=None, null=False, help_text="open: a Purpose")
    channel = Text(default=None, null=False, help_text="open: a Channel")
    topic = Text(default=None, null=True, help_text="open: a product or content class")
    confirmation = UUID(default=None, null=True, help_text="pseudonymous: the confirmation that it asks for")
    content = Bytea(default=None, null=True, help_text="pseudonymous: subject and text, sealed with the person's key")
    queued_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    queued_reason = Text(default=None, null=False, help_text="open: the Reason of the gate's yes when it was queued")
    queued_event = UUID(default=None, null=True, help_text="pseudonymous: the consent event of that yes")
    queued_notice_version = Integer(default=None, null=True, help_text="open: the notice version of that yes")
    not_before = Timestamptz(default=None, null=False, help_text="open: when sending is tried next")
    state = Text(default=None, null=False, help_text="pseudonymous: MessageState")
    settled_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it left, or was stopped")
    reason = Text(default=None, null=True, help_text="pseudonymous: the Reason of what the gate said at that moment")
    event = UUID(default=None, null=True, help_text="pseudonymous: the consent event that decided")
    notice_version = Integer(default=None, null=True, help_text="open: the notice version that decided")
