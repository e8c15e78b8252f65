"""The activities, written once and never changed."""

from piccolo.columns import UUID, Array, Boolean, Date, DoublePrecision, Integer, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class ActivityRow(Table, tablename="activity", schema="engagement"):
    """One thing that one person did; the id was chosen by whoever saw it happen."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: chosen by the client")
    person = UUID(default=None, null=False, help_text="pseudonymous: who")
    verb = Text(default=None, null=False, help_text="pseudonymous: xAPI verb")
    content = UUID(default=None, null=False, help_text="pseudonymous: about which item")
    kind = Text(default=None, null=False, help_text="pseudonymous: the item's kind")
    tags = Array(base_column=Text(), default=None, null=False, help_text="pseudonymous: the item's tags at that moment")
    occurred_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it happened")
    local_date = Date(default=None, null=False, help_text="pseudonymous: the date where the person was")
    channel = Text(default=None, null=False, help_text="pseudonymous: through which channel")
    market = Text(default="", null=False, help_text="pseudonymous: the person's market at that moment")
    content_class = Text(default="medical", null=False, help_text="pseudonymous: the item's lane at that moment")
    score = DoublePrecision(default=None, null=True, help_text="pseudonymous: share from 0 to 1")
    success = Boolean(default=None, null=True, help_text="pseudonymous: passed or not")
    completion = Boolean(default=None, null=True, help_text="pseudonymous: finished or not")
    progress = DoublePrecision(default=None, null=True, help_text="pseudonymous: share from 0 to 1")
    duration_seconds = DoublePrecision(default=None, null=True, help_text="pseudonymous: how long")
    due_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the item was due, as it said then")
    profession = Text(default=None, null=True, help_text="pseudonymous: the person's profession at that moment")
    eligible = Boolean(default=False, null=False, help_text="pseudonymous: whether policy let them be given value then")
    extensions = Bytea(default=None, null=True, help_text="pseudonymous: JSON of what the client added")
    recorded_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when we learnt of it")
    recorded_by = UUID(default=None, null=False, help_text="pseudonymous: the account that told us")
    retracted_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was taken back, if it was")
    rules_version = Integer(default=None, null=True, help_text="open: which rules score it; null for none")
