"""What an access token must say to be believed, signature apart (RFC 9068, RFC 8725)."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from access.errors import TokenRefusedError
from access.values import Caller, Claims
from access.vocabulary import AccountId, Role, SessionId, TokenFault
from people.vocabulary import PersonId

ALGORITHM: Final = "EdDSA"
TYPE: Final = "at+jwt"
LIFETIME_SECONDS: Final = 600
SKEW_SECONDS: Final = 5
"""How far the clocks of two of our machines may differ; it never lengthens a token's life."""
LONGEST: Final = 4096
"""In characters; a token with every market there is has 2,200."""
_SEGMENTS: Final = 3


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every claim there is; all of them are required, and there are no others."""

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


def to_wire(claims: Claims, issuer: str, audience: str) -> dict[str, Any]:
    """Return the claims as they are signed; times in whole seconds (RFC 7519 NumericDate)."""
    issued = int(claims.issued_at.timestamp())
    caller = claims.caller
    return {
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
    segments = token.split(".", _SEGMENTS) if len(token) <= LONGEST else []
    if len(segments) != _SEGMENTS:
        raise refused(TokenFault.MALFORMED)
    header, *_ = [_decoded(segment) for segment in segments]
    fields = _object(header)
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
        wire = msgspec.convert(_object(payload), _Wire)
    except msgspec.ValidationError:
        raise refused(TokenFault.WRONG_CLAIMS) from None
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
            person=None if wire.person is None else PersonId(wire.person),
        ),
        jti=wire.jti,
        issued_at=datetime.fromtimestamp(wire.iat, UTC),
        expires_at=datetime.fromtimestamp(wire.exp, UTC),
    )


def refused(fault: TokenFault) -> TokenRefusedError:
    """Return the error for ``fault``; its sentence is the same for all of them."""
    return TokenRefusedError("The access token is not valid.", reason=fault.value)


def _decoded(segment: str) -> bytes:
    """Decode unpadded base64url, accepting only the one spelling that encoding would give."""
    try:
        decoded = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise refused(TokenFault.MALFORMED) from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != segment:
        raise refused(TokenFault.MALFORMED)
    return decoded


def _object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object in which no key comes twice: two readers could take different ones."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise refused(TokenFault.MALFORMED)
        return found

    try:
        parsed = json.loads(data, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise refused(TokenFault.MALFORMED) from None
    if not isinstance(parsed, dict):
        raise refused(TokenFault.MALFORMED)
    return parsed
