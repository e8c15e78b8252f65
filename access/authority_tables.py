"""The tables of what nobody does alone, or only for a while. Of people they hold accounts only."""

from piccolo.columns import UUID, Boolean, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table


class Approval(Table, tablename="approval", schema="access"):
    """One request that somebody wants to send, and may once somebody else agreed."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    operation = Text(default=None, null=False, help_text="pseudonymous: method and path of the request")
    body = Text(default=None, null=False, help_text="pseudonymous: its body, as canonical JSON")
    digest = Bytea(default=None, null=False, help_text="pseudonymous: SHA-256 of both, since nothing else may be sent")
    reason = Text(default=None, null=False, help_text="pseudonymous: why, in a sentence")
    requested_by = UUID(default=None, null=False, help_text="pseudonymous: who asked; nobody else may send it")
    requested_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    decided_by = UUID(default=None, null=True, help_text="pseudonymous: who agreed or refused; somebody else")
    decided_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when")
    approved = Boolean(default=None, null=True, help_text="pseudonymous: what was decided")
    used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was done, once")


class BreakGlass(Table, tablename="break_glass", schema="access"):
    """Access in an emergency: a permission that the role lacks, or a market outside the scope, for a while."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: every entry made under it names it")
    account = UUID(default=None, null=False, help_text="pseudonymous: whose")
    permission = Text(default=None, null=True, help_text="pseudonymous: the Permission that was lent")
    market = Text(default=None, null=True, help_text="pseudonymous: or the market")
    reason = Text(default=None, null=False, help_text="pseudonymous: why, in a sentence")
    opened_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    ends_at = Timestamptz(default=None, null=False, help_text="pseudonymous: ends then by itself")
    ended_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was ended before that")
    ended_by = UUID(default=None, null=True, help_text="pseudonymous: by whom")
    finding = Text(default=None, null=True, help_text="pseudonymous: Finding of somebody else")
    words = Text(default=None, null=True, help_text="pseudonymous: what they say to it")
    reviewed_by = UUID(default=None, null=True, help_text="pseudonymous: who")
    reviewed_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when")


class Training(Table, tablename="training", schema="access"):
    """A module on security and privacy that somebody on the staff has completed."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    account = UUID(default=None, null=False, help_text="pseudonymous: who completed it")
    item = UUID(default=None, null=False, help_text="pseudonymous: which module, an item of content")
    completed_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    recorded_by = UUID(default=None, null=False, help_text="pseudonymous: which learning system, or who, says so")
    recorded_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
