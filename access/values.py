"""What crosses the boundary of this room."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from typing_extensions import override

from access.errors import SignInFailedError
from access.rules.scim import DirectoryUser
from access.rules.scope import Scope
from access.vocabulary import ALL_BRANDS, AccountId, AccountStatus, AlertKind, Permission, Reason, Role, SessionId
from people.vocabulary import PersonId


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. ``markets`` and ``brands`` are the scope: an HCP's own market, a staff member's or a machine's.

    No token says ``brands``: they are what the session is worth.
    ``person`` is None for machines only. ``narrowed`` is what a machine client is narrowed to, None for its whole role.
    """

    account: AccountId
    session: SessionId
    role: Role
    markets: frozenset[str]
    person: PersonId | None
    brands: frozenset[str]
    narrowed: frozenset[Permission] | None = None
    break_glass: UUID | None = None
    """The emergency access that is open while this is asked."""
    lent: Permission | None = None
    """What that access lends beyond the role."""

    @property
    def scope(self) -> Scope:
        """Return the markets and brands that the caller works in."""
        return Scope(self.markets, self.brands)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """An emergency access that has not been ended: it lends a permission or a market, before ``ends_at``."""

    id: UUID
    permission: Permission | None
    market: str | None
    ends_at: datetime


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified access token says. Times are UTC; the token is good before ``expires_at``, not at it.

    ``kid`` names the key that a verified token was signed with, ``key`` the one that it is bound to.
    """

    caller: Caller
    jti: UUID
    issued_at: datetime
    expires_at: datetime
    kid: str | None = None
    key: str | None = None


class Decision(msgspec.Struct, frozen=True):
    """Whether something is allowed, and why."""

    allowed: bool
    reason: Reason


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a session is worth now: ``live`` or not, and what its account is by now."""

    live: bool
    role: Role | None = None
    markets: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    status: AccountStatus | None = None
    proved_at: datetime | None = None
    """When whoever sits in the session last showed a password, a one-time password or a secret."""
    second_factor: bool = False
    """Whether the account has a second factor that works."""
    narrowed: frozenset[Permission] | None = None
    """What a machine client is narrowed to."""
    removed_keys: frozenset[str] = frozenset()
    """Ids of token keys that nothing is believed from any more."""
    opened: Opened | None = None
    """The emergency access of the account, if one was opened and not ended."""
    trained_at: datetime | None = None
    """When the account last completed a module on security and privacy."""


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it. ``address`` is a network prefix; ``methods`` are values of ``Method``."""

    session: SessionId
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str | None
    methods: tuple[str, ...]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something about an account's security that its owner should know."""

    id: UUID
    kind: AlertKind
    raised_at: datetime
    address: str | None
    session: UUID | None


class RoleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody wants an account to have, and that somebody else must agree to."""

    id: UUID
    account: AccountId
    role: Role
    markets: tuple[str, ...]
    brands: tuple[str, ...]
    reason: str
    requested_by: AccountId
    requested_at: datetime

    @property
    def scope(self) -> Scope:
        """Return the markets and brands that the account would work in."""
        return Scope(frozenset(self.markets), frozenset(self.brands))


class MachineClient(msgspec.Struct, frozen=True, kw_only=True):
    """A program that signs in with an id and a secret. Without ``permissions`` it may do what its role may."""

    id: UUID
    account: AccountId
    name: str
    role: Role
    markets: tuple[str, ...]
    brands: tuple[str, ...]
    permissions: tuple[Permission, ...] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class FactorView(msgspec.Struct, frozen=True):
    """Which second factors an account has."""

    authenticator: bool
    passkeys: int
    recovery_codes_left: int


class ProvisionedUser(msgspec.Struct, frozen=True):
    """A member of staff whom a directory keeps."""

    account: AccountId
    user: DirectoryUser
    created_at: datetime
    changed_at: datetime


class IdentityView(msgspec.Struct, frozen=True):
    """An account elsewhere that opens one's own; ``provider`` is its key."""

    id: UUID
    provider: str
    created_at: datetime
    last_used_at: datetime | None


class Enrolment(msgspec.Struct, frozen=True):
    """What an authenticator app is set up with: the ``secret`` in base 32, and the same in a ``uri`` for a QR code."""

    secret: str
    uri: str

    @override
    def __repr__(self) -> str:
        """Show no secret."""
        return "Enrolment(...)"


class RouteLine(msgspec.Struct, frozen=True):
    """One route as it declares itself; a public route has no permission."""

    method: str
    path: str
    permission: Permission | None
    purpose: str | None = None
    factor_seconds: int | None = None
    four_eyes: bool = False


class MatrixRow(msgspec.Struct, frozen=True):
    """Who may call one route."""

    method: str
    path: str
    permission: Permission | None
    purpose: str | None
    allowed: Mapping[Role, bool]


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody new with an account. An HCP's scope is the own ``market``; staff name markets and brands, or ``*``.

    Without a password the account can't sign in until it is given one.
    """

    email: str
    name: str
    role: Role
    market: str
    zone: str
    locale: str
    markets: tuple[str, ...] = ()
    brands: tuple[str, ...] = (ALL_BRANDS,)
    password: str | None = None

    @override
    def __repr__(self) -> str:
        """Show no person and no password: values reach logs through tracebacks."""
        return f"NewAccount(role={self.role.value})"


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about whoever wants to sign in; all None when nobody is known.

    ``familiar``: somebody has signed in to this account from the same network before.
    """

    account: AccountId | None = None
    person: PersonId | None = None
    status: AccountStatus | None = None
    password_hash: str | None = None
    familiar: bool = False

    @override
    def __repr__(self) -> str:
        """Show no hash."""
        return f"Credential(account={self.account})"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the password was right; ``rehashed`` when the stored hash is of older parameters."""

    credential: Credential
    right: bool
    rehashed: str | None = None

    @override
    def __repr__(self) -> str:
        """Show no hash."""
        return f"Proof(account={self.credential.account}, right={self.right})"


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody signed in with holds. ``expires_in`` is in seconds; machines get no refresh token."""

    account: AccountId
    session: SessionId
    access_token: str
    expires_in: int
    refresh_token: str | None
    token_type: str = "Bearer"  # noqa: S105 - a name, RFC 6750

    @override
    def __repr__(self) -> str:
        """Show no token."""
        return f"Tokens(account={self.account}, session={self.session})"


class SignInRefused(msgspec.Struct, frozen=True):
    """Nobody was signed in. The attempt is recorded, so COMMIT before ``error`` is raised."""

    error: SignInFailedError


class ClientCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine client signs in with. The secret is shown once: only its hash is kept."""

    account: AccountId
    client_id: str
    client_secret: str

    @override
    def __repr__(self) -> str:
        """Show no secret."""
        return f"ClientCredentials(client_id={self.client_id})"
