"""Badges that left the house: what makes each of them one of a kind, and nothing about what they say."""

from piccolo.columns import UUID, Integer, Timestamptz
from piccolo.table import Table


class Credential(Table, tablename="credential", schema="gamification"):
    """The credential of one award. Its place in a status list is drawn at random and never given again."""

    award = UUID(primary_key=True, default=None, help_text="pseudonymous: which award")
    id = UUID(default=None, null=False, unique=True, help_text="pseudonymous: the credential's public id")
    subject = UUID(
        default=None, null=False, unique=True, help_text="pseudonymous: the holder's id in it, and only there"
    )
    list_number = Integer(default=None, null=False, help_text="open: which status list, from 1")
    list_index = Integer(default=None, null=False, help_text="pseudonymous: which bit of that list")
    issued_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it was first handed out")
