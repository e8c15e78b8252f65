"""VC-JWT (Open Badges 3.0 section 8.2): the credential itself as the payload of a JWS, signed with RS256."""

import base64
import json
from typing import Any, Final, TypeVar

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from msgspec import UNSET

from gamification.rules.credentials.documents import Badge, StatusList, instant

ALGORITHM: Final = "RS256"
CLAIMS: Final = ("iss", "jti", "nbf", "sub", "exp")

Document = TypeVar("Document", Badge, StatusList)

_signatures: Final = jwt.PyJWS(algorithms=[ALGORITHM])


class AmbiguousError(ValueError):
    """A JSON text that two readers could take for two different things."""


def signed(document: Badge | StatusList, key: RSAPrivateKey, kid: str) -> str:
    """Return ``document`` as a token; ``kid`` is the address of the public key."""
    payload = json.dumps(msgspec.to_builtins(document) | claims(document), ensure_ascii=False, separators=(",", ":"))
    return _signatures.encode(payload.encode(), key, algorithm=ALGORITHM, headers={"kid": kid, "typ": "JWT"})


def claims(document: Badge | StatusList) -> dict[str, Any]:
    """Return the registered claims that say once more what the credential says."""
    issuer = document.issuer if isinstance(document.issuer, str) else document.issuer.id
    stated = {
        "iss": issuer,
        "jti": document.id,
        "nbf": int(instant(document.valid_from).timestamp()),
        "sub": document.credential_subject.id,
    }
    if document.valid_until is not UNSET:
        stated["exp"] = int(instant(str(document.valid_until)).timestamp())
    return stated


def is_token(text: str) -> bool:
    """Tell whether ``text`` has the form of a compact JWS with nothing left open about its bytes."""
    parts = text.split(".")
    return len(parts) == len(("header", "payload", "signature")) and all(map(_is_exact, parts))


def kid_of(token: str) -> str | None:
    """Return the key that the header names; None for any header but exactly ``alg`` RS256, ``typ`` JWT and ``kid``."""
    header = object_of(_bytes(token.split(".", maxsplit=1)[0]))
    kid = header.get("kid")
    right = isinstance(kid, str) and header == {"alg": ALGORITHM, "typ": "JWT", "kid": kid}
    return kid if right and isinstance(kid, str) else None


def payload_of(token: str) -> dict[str, Any]:
    """Return what the token says, believed or not."""
    return object_of(_bytes(token.split(".")[1]))


def verified(token: str, key: RSAPublicKey) -> bool:
    """Tell whether ``key`` signed the token."""
    try:
        _signatures.decode(token, key, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        return False
    return True


def object_of(text: bytes | str) -> dict[str, Any]:
    """Return the JSON object that ``text`` is; of a name that stands twice, readers take the one or the other.

    Raises:
        AmbiguousError: a name stands twice, or it is no JSON object.

    """
    try:
        found = json.loads(text, object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError) as error:
        raise AmbiguousError("It is no unambiguous JSON.") from error
    if not isinstance(found, dict):
        raise AmbiguousError("It is no JSON object.")
    return found


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AmbiguousError("A name stands twice.")
    return found


def _is_exact(part: str) -> bool:
    """Tell whether ``part`` is the one base64url spelling of its bytes: unused bits of the last letter are zero."""
    try:
        return bool(part) and base64.urlsafe_b64encode(_bytes(part)).rstrip(b"=").decode() == part
    except ValueError:
        return False


def _bytes(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
