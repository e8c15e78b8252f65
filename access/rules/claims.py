"""What an access token must say to be believed, signature apart (RFC 9068, RFC 8725)."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from access.errors import TokenRefusedError
from access.refusals import TokenFault
from access.rules import jose
from access.values import Caller, Claims
from access.vocabulary import AccountId, Role, SessionId
from people.vocabulary import PersonId

ALGORITHM: Final = "EdDSA"
TYPE: Final = "at+jwt"
LIFETIME_SECONDS: Final = 600
SKEW_SECONDS: Final = 5
"""How far the clocks of two of our machines may differ; it never lengthens a token's life."""
LONGEST: Final = 4096
"""In characters; a token with every market there is has 2,200."""


class _Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which key a token is bound to (RFC 9449 section 6)."""

    jkt: str


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every claim there is; all of them are required but ``cnf``, and there are no others."""

    iss: str
    aud: str
    sub: UUID
    sid: UUID
    jti: UUID
    iat: int
    nbf: int
    exp: int
    role: Role
    person: UUID | None
    markets: tuple[str, ...]
    cnf: _Confirmation | msgspec.UnsetType = msgspec.UNSET


def to_wire(claims: Claims, issuer: str, audience: str) -> dict[str, Any]:
    """Return the claims as they are signed; times in whole seconds (RFC 7519 NumericDate)."""
    issued = int(claims.issued_at.timestamp())
    caller = claims.caller
    bound = {} if claims.key is None else {"cnf": {"jkt": claims.key}}
    return bound | {
        "iss": issuer,
        "aud": audience,
        "sub": str(caller.account),
        "sid": str(caller.session),
        "jti": str(claims.jti),
        "iat": issued,
        "nbf": issued,
        "exp": int(claims.expires_at.timestamp()),
        "role": caller.role.value,
        "person": None if caller.person is None else str(caller.person),
        "markets": sorted(caller.markets),
    }


def key_id(token: str) -> str:
    """Return which key ``token`` says it was signed with, if everything else about its form is as we make it.

    The header may hold ``alg``, ``typ`` and ``kid`` and nothing else: no other algorithm, no key to be fetched from
    somewhere (``jku``, ``x5u``, ``jwk``), no extension that must be understood (``crit``), no other kind of token.

    Raises:
        TokenRefusedError: malformed, or another header.

    """
    try:
        fields, _, _ = jose.segments(token, LONGEST)
    except ValueError:
        raise refused(TokenFault.MALFORMED) from None
    kid = fields.pop("kid", None)
    if fields != {"alg": ALGORITHM, "typ": TYPE} or not isinstance(kid, str):
        raise refused(TokenFault.WRONG_HEADER)
    return kid


def read(payload: bytes, *, issuer: str, audience: str, now: datetime) -> Claims:
    """Return the claims in ``payload``, whose signature MUST have been verified.

    Raises:
        TokenRefusedError: a claim is missing, unknown, repeated or of another type, or does not hold at ``now``.

    """
    try:
        wire = msgspec.convert(jose.json_object(payload), _Wire)
    except msgspec.ValidationError:
        raise refused(TokenFault.WRONG_CLAIMS) from None
    except ValueError:
        raise refused(TokenFault.MALFORMED) from None
    if wire.iss != issuer:
        raise refused(TokenFault.WRONG_ISSUER)
    if wire.aud != audience:
        raise refused(TokenFault.WRONG_AUDIENCE)
    instant = now.timestamp()
    if max(wire.nbf, wire.iat) > instant + SKEW_SECONDS:
        raise refused(TokenFault.NOT_YET_VALID)
    if wire.exp <= instant:
        raise refused(TokenFault.EXPIRED)
    if wire.exp > wire.iat + LIFETIME_SECONDS:
        raise refused(TokenFault.WRONG_CLAIMS)
    return Claims(
        caller=Caller(
            account=AccountId(wire.sub),
            session=SessionId(wire.sid),
            role=wire.role,
            markets=frozenset(wire.markets),
            brands=frozenset(),  # no token says them: the session does
            person=None if wire.person is None else PersonId(wire.person),
        ),
        jti=wire.jti,
        issued_at=datetime.fromtimestamp(wire.iat, UTC),
        expires_at=datetime.fromtimestamp(wire.exp, UTC),
        key=None if isinstance(wire.cnf, msgspec.UnsetType) else wire.cnf.jkt,
    )


def refused(fault: TokenFault) -> TokenRefusedError:
    """Return the error for ``fault``; its sentence is the same for all of them."""
    return TokenRefusedError("The access token is not valid.", reason=fault.value)
