"""The table of content. Everything in it is open but the accounts that made and approved an item."""

from piccolo.columns import UUID, Array, Integer, Text, Timestamptz
from piccolo.table import Table


class Item(Table, tablename="item", schema="content"):
    """One webinar, podcast or education module, in one language."""

    id = UUID(primary_key=True, default=None, help_text="open")
    kind = Text(default=None, null=False, help_text="open: a ContentKind")
    title = Text(default=None, null=False, help_text="open")
    summary = Text(default=None, null=False, help_text="open")
    locale = Text(default=None, null=False, help_text="open: language, or language and country")
    markets = Array(base_column=Text(default=None), default=None, null=False, help_text="open: countries, or * alone")
    tags = Array(base_column=Text(default=None), default=None, null=False, help_text="open: lower-case subjects")
    content_class = Text(default="medical", null=False, help_text="open: a ContentClass, the lane it belongs to")
    state = Text(default=None, null=False, help_text="open: a ContentState")
    visible_from = Timestamptz(default=None, null=True, help_text="open: inclusive")
    visible_until = Timestamptz(default=None, null=True, help_text="open: exclusive")
    due_at = Timestamptz(default=None, null=True, help_text="open: until when it counts as on time, inclusive")
    duration_seconds = Integer(default=None, null=True, help_text="open: how long it takes")
    starts_at = Timestamptz(default=None, null=True, help_text="open: when its live session begins; empty: on demand")
    created_by = UUID(default=None, null=False, help_text="pseudonymous: account")
    created_at = Timestamptz(default=None, null=False, help_text="open")
    approved_by = UUID(default=None, null=True, help_text="pseudonymous: account")
    approved_at = Timestamptz(default=None, null=True, help_text="open")
    brand = Text(default=None, null=True, help_text="open: the brand that it belongs to; empty is none")
