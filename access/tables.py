"""The tables of access. Of people they hold ids only; of secrets they hold hashes only."""

from piccolo.columns import UUID, Array, BigInt, Boolean, ForeignKey, OnDelete, Text, Timestamptz
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
    brands = Array(base_column=Text(), default=list, null=False, help_text="pseudonymous: brand scope, or *")
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
    last_used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when last refreshed")
    address = Text(default=None, null=True, help_text="pseudonymous: network prefix it began from, no whole address")
    methods = Array(
        base_column=Text(), default=None, null=True, help_text="pseudonymous: Methods that were proved (RFC 8176)"
    )
    proved_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when a factor was proved last")
    key_thumbprint = Text(default=None, null=True, help_text="pseudonymous: the key that its tokens are bound to")


class KeyProof(Table, tablename="key_proof", schema="access"):
    """A proof of a key that was shown while Valkey, which remembers them otherwise, was away."""

    name = Text(primary_key=True, default=None, help_text="open: SHA-256 of the key and the proof's name")
    expires_at = Timestamptz(default=None, null=False, help_text="open: when it is too old anyway")


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
    permissions = Array(
        base_column=Text(),
        default=None,
        null=True,
        help_text="open: what it is narrowed to; null for its role",
    )
    expires_at = Timestamptz(default=None, null=True, help_text="open: when its secret stops working")
    last_used_at = Timestamptz(default=None, null=True, help_text="open: when it signed in last")
    revoked_at = Timestamptz(default=None, null=True, help_text="open: when it was revoked")
    secret_shown_to = UUID(default=None, null=True, help_text="pseudonymous: account that its secret was shown to")


class Provisioned(Table, tablename="provisioned", schema="access"):
    """An account of a member of staff that a directory keeps (SCIM)."""

    account = UUID(primary_key=True, default=None, help_text="pseudonymous: whose")
    client = UUID(default=None, null=False, help_text="pseudonymous: account of the directory's machine client")
    user_type = Text(default=None, null=False, help_text="pseudonymous: Role that the directory proposed")
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    changed_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when the directory changed it last")
    deactivated_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the directory switched it off")


class Alert(Table, tablename="alert", schema="access"):
    """Something about an account's security that its owner should know, and can read."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    kind = Text(default=None, null=False, help_text="pseudonymous: AlertKind")
    session = UUID(default=None, null=True, help_text="pseudonymous: the session that it is about")
    address = Text(default=None, null=True, help_text="pseudonymous: network prefix it was caused from")
    raised_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")


class Authenticator(Table, tablename="authenticator", schema="access"):
    """An app that makes one-time passwords (RFC 6238); it counts once its owner has shown one."""

    account = UUID(primary_key=True, default=None, help_text="pseudonymous: whose; one each")
    wrapped_secret = Bytea(default=None, null=False, help_text="pseudonymous: sealed with the person's own key")
    last_step = BigInt(default=None, null=False, help_text="pseudonymous: the newest 30 seconds that were used up")
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when handed out")
    confirmed_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when first shown to work")


class RecoveryCode(Table, tablename="recovery_code", schema="access"):
    """A code that opens once when the authenticator is lost."""

    code_hash = Bytea(primary_key=True, default=None, help_text="pseudonymous: SHA-256 of account and code")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when handed out")
    used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when used up")


class Passkey(Table, tablename="passkey", schema="access"):
    """A key pair in somebody's device (WebAuthn); here is its public half, which proves and opens nothing."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    credential_id = Bytea(default=None, null=False, help_text="pseudonymous: the device's name for it")
    public_key = Bytea(default=None, null=False, help_text="pseudonymous: COSE key (RFC 9052)")
    sign_count = BigInt(default=None, null=False, help_text="pseudonymous: how often it was used, as it says itself")
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when added")
    last_used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it proved something last")


class PasskeyChallenge(Table, tablename="passkey_challenge", schema="access"):
    """A random number that a passkey is to sign, once and soon; it is gone when it was answered."""

    challenge_hash = Bytea(primary_key=True, default=None, help_text="pseudonymous: SHA-256 of the number")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    ceremony = Text(default=None, null=False, help_text="pseudonymous: Ceremony, what it may be answered for")
    expires_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it is too late")


class Identity(Table, tablename="identity", schema="access"):
    """An account elsewhere that opens one here (OpenID Connect)."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: whose"
    )
    provider = Text(default=None, null=False, help_text="pseudonymous: key of the provider")
    subject_hash = Bytea(default=None, null=False, help_text="pseudonymous: keyed hash of issuer and subject")
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when linked")
    last_used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when it opened the account last")


class IdentityAttempt(Table, tablename="identity_attempt", schema="access"):
    """Somebody is at an identity provider and will come back, once and soon."""

    attempt_hash = Bytea(primary_key=True, default=None, help_text="pseudonymous: SHA-256 of the browser's secret")
    provider = Text(default=None, null=False, help_text="pseudonymous: key of the provider")
    redirect_uri = Text(default=None, null=False, help_text="pseudonymous: where the browser comes back to")
    account = ForeignKey(
        references=Account,
        on_delete=OnDelete.restrict,
        default=None,
        null=True,
        help_text="pseudonymous: whose; who links, or for whom the provider vouched and a second factor is awaited",
    )
    expires_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when it is too late")
    answered_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the browser came back")


class Letter(Table, tablename="letter", schema="access"):
    """A message to somebody's e-mail address with a link that works once; the address stays in the vault."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: to whom"
    )
    kind = Text(default=None, null=False, help_text="pseudonymous: LetterKind")
    token_hash = Bytea(default=None, null=True, help_text="pseudonymous: SHA-256 of the link's token")
    wrapped_token = Bytea(
        default=None, null=True, help_text="pseudonymous: sealed with the person's key until it was sent"
    )
    wrapped_address = Bytea(
        default=None, null=True, help_text="pseudonymous: where else it goes to; sealed as above until it was sent"
    )
    password_hash = Text(
        default=None, null=True, help_text="pseudonymous: Argon2id; whoever registered with this letter opens with it"
    )
    created_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    expires_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when the link stops working")
    sent_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when handed to the mail server")
    used_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when the link was used, or withdrawn")


class RemovedKey(Table, tablename="removed_key", schema="access"):
    """A token key that nobody believes any more, whatever a process was started with."""

    kid = Text(primary_key=True, default=None, help_text="open: the key's thumbprint (RFC 7638)")
    reason = Text(default=None, null=False, help_text="open: why")
    removed_at = Timestamptz(default=None, null=False, help_text="open: when")


class RoleRequest(Table, tablename="role_request", schema="access"):
    """A role that somebody wants an account to have; it counts when somebody else agreed."""

    id = UUID(primary_key=True, default=None, help_text="pseudonymous: names it")
    account = ForeignKey(
        references=Account, on_delete=OnDelete.restrict, default=None, null=False, help_text="pseudonymous: for whom"
    )
    role = Text(default=None, null=False, help_text="pseudonymous: Role")
    markets = Array(base_column=Text(), default=None, null=False, help_text="pseudonymous: market scope, or *")
    brands = Array(base_column=Text(), default=list, null=False, help_text="pseudonymous: brand scope, or *")
    reason = Text(default=None, null=False, help_text="pseudonymous: why, in a sentence")
    requested_by = UUID(default=None, null=False, help_text="pseudonymous: whose idea it was")
    secret_holder = UUID(
        default=None, null=True, help_text="pseudonymous: account that knew the secret of the machine whose idea it was"
    )
    requested_at = Timestamptz(default=None, null=False, help_text="pseudonymous: when")
    decided_by = UUID(default=None, null=True, help_text="pseudonymous: who agreed or refused; somebody else")
    decided_at = Timestamptz(default=None, null=True, help_text="pseudonymous: when")
    approved = Boolean(default=None, null=True, help_text="pseudonymous: what was decided")
