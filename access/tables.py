"""The tables of access. Of people they hold ids only; of secrets they hold hashes only."""

from piccolo.columns import UUID, Array, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.columns.column_types import Bytea
from piccolo.table import Table

from people.tables import Person


class Account(Table, tablename="account", schema="access"):
    """Who can sign in."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: the actor of audit entries")
    person = ForeignKey(
        references=Person,
        on_delete=OnDelete.restrict,
        default=None,
        null=True,
        help_text="pseudonymous: whose; null for machines",
    )
    role = Text(default=None, null=False, help_text="pseudonymous: Role")
    markets = Array(base_column=Text(), default=None, null=False, help_text="pseudonymous: market scope, or *")
    status = Text(default=None, null=False, help_text="pseudonymous: AccountStatus")
    password_hash = Text(default=None, null=True, help_text="pseudonymous: Argon2id; null when it has no password")
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")


class Session(Table, tablename="session", schema="access"):
    """One sign-in and everything that was refreshed from it."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: the sid of its tokens")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when signed in")
    expires_at = Timestamptz(default=None, null=False, help_text="pseudonymous: ends then whatever happens")
    ended_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it was ended before that")


class RefreshToken(Table, tablename="refresh_token", schema="access"):
    """A token that can be exchanged once for the next one."""

    token_hash = Bytea(primary_key=True, default=None, help_text="pseudonymous: SHA-256 of the token")
    session = ForeignKey(
        references=Session, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: of which"
    )
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when issued")
    expires_at = Timestamptz(default=None, null=False, help_text="pseudonymous: with its session")
    used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when exchanged")
    successor_salt = Bytea(default=None, null=True, help_text="pseudonymous: with the token gives the next token")


class MachineClient(Table, tablename="machine_client", schema="access"):
    """A program that signs in with an id and a secret."""

    id = UUID(primary_key=True, default=None, help_text="open: the client id")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="open: as whom it acts"
    )
    name = Text(default=None, null=False, help_text="open: which system")
    secret_hash = Bytea(default=None, null=False, help_text="open: SHA-256 of the secret")
    created_at = Timestamptz(default=None, null=False, help_text="open: when")
