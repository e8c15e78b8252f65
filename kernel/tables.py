"""The kernel's own tables."""

from piccolo.columns import UUID, Integer, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class Outbox(Table, tablename="outbox", schema="kernel"):
    """Messages of committed transactions that wait for delivery."""

    id = UUID(primary_key=True, default=None, help_text="open: made when written")
    topic = Text(default=None, null=False, help_text="open: which deliverer")
    key = UUID(default=None, null=False, help_text="pseudonymous: what changed")


class Answer(Table, tablename="answer", schema="kernel"):
    """What a creating request was answered, so that repeating it with its Idempotency-Key answers the same."""

    id = UUID(primary_key=True, default=None, help_text="open: made from caller, route and key")
    request_hash = Bytea(default=None, null=False, help_text="open: HMAC-SHA-256 of the request's body under its key")
    status = Integer(default=None, null=False, help_text="open: HTTP status")
    body = Bytea(default=None, null=False, help_text="pseudonymous: the response's body")
    answered_at = Timestamptz(default=None, null=False, help_text="open: when")
    subject = UUID(default=None, null=True, help_text="pseudonymous: who asked, where it was a person")
