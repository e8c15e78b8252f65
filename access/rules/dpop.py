"""Proofs that whoever sends a token holds the key that it is bound to (RFC 9449)."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import jwt
import msgspec

from access.errors import KeyProofRefusedError
from access.rules import jose

TYPE: Final = "dpop+jwt"
ALGORITHMS: Final = ("ES256", "EdDSA")
WINDOW_SECONDS: Final = 60
"""So old may a proof be; it is remembered for as long, so that it can't be shown twice."""
STRICTER_SECONDS: Final = 5
"""The same while proofs are remembered less well."""
AHEAD_SECONDS: Final = 5
"""So far may the clock of whoever made it be ahead."""
LONGEST: Final = 4_096
NAME_LENGTH: Final = 128
_KINDS: Final = {
    "ES256": {"kty": "EC", "crv": "P-256", "members": ("crv", "kty", "x", "y")},
    "EdDSA": {"kty": "OKP", "crv": "Ed25519", "members": ("crv", "kty", "x")},
}


class KeyProof(msgspec.Struct, frozen=True):
    """Who holds which key: its ``thumbprint`` (RFC 7638), and the proof's own ``name`` that makes it good once."""

    thumbprint: str
    name: str


class _Claims(msgspec.Struct, frozen=True):
    jti: str
    htm: str
    htu: str
    iat: int
    ath: str | None = None


def read(proof: str, *, method: str, url: str, now: datetime, access_token: str | None, window: int) -> KeyProof:
    """Return whose proof it is, for this request at this moment and, where one is sent, for this access token.

    ``url`` has no query; ``window`` is in seconds. Whether it was shown before is another question.

    Raises:
        KeyProofRefusedError: malformed, of another kind, not signed by its own key, or for something else.

    """
    try:
        header, payload, _ = jose.segments(proof, LONGEST)
        key = _public_key(header)
        jwt.PyJWS(algorithms=[header["alg"]]).decode(
            proof, jwt.PyJWK(key, algorithm=header["alg"]), algorithms=[header["alg"]]
        )
        claims = msgspec.convert(jose.json_object(payload), _Claims)
        here = claims.htm == method and _plain(claims.htu) == _plain(url)
    except (ValueError, TypeError, jwt.PyJWTError, msgspec.ValidationError):
        raise refused() from None
    instant = now.timestamp()
    if not here or not instant - window <= claims.iat <= instant + AHEAD_SECONDS:
        raise refused()
    if not 0 < len(claims.jti) <= NAME_LENGTH or not claims.jti.isprintable():
        raise refused()
    if (None if access_token is None else token_hash(access_token)) != claims.ath:
        raise refused()
    thumbprint = _thumbprint(key, header["alg"])
    return KeyProof(thumbprint, hashlib.sha256(f"{thumbprint} {claims.jti}".encode()).hexdigest())


def token_hash(access_token: str) -> str:
    """Return what a proof says of the token that it goes with (``ath``)."""
    return jose.text(hashlib.sha256(access_token.encode("utf-8", "surrogatepass")).digest())


def same(bound: str | None, shown: str | None) -> bool:
    """Tell whether the key that was ``shown`` is the one that something is ``bound`` to, or both are none."""
    return bound is shown or (bound is not None and shown is not None and hmac.compare_digest(bound, shown))


def refused() -> KeyProofRefusedError:
    """Return the one refusal."""
    return KeyProofRefusedError("The DPoP proof is not good for this request.", algorithms=" ".join(ALGORITHMS))


def _public_key(header: dict[str, Any]) -> dict[str, str]:
    """Return the key of a header that holds three fields and no more: a public key of a kind that fits."""
    key, kind = header.get("jwk"), _KINDS.get(str(header.get("alg")))
    if header.keys() != {"typ", "alg", "jwk"} or header["typ"] != TYPE or kind is None or not isinstance(key, dict):
        raise ValueError("it is another kind of token")
    if "d" in key or (key.get("kty"), key.get("crv")) != (kind["kty"], kind["crv"]):
        raise ValueError("it shows a private key, or one of another kind")
    found = {name: key.get(name) for name in kind["members"]}
    if not all(isinstance(each, str) for each in found.values()):
        raise ValueError("its key is not whole")
    return found  # type: ignore[return-value]


def _thumbprint(key: dict[str, str], algorithm: str) -> str:
    members = {name: key[name] for name in _KINDS[algorithm]["members"]}
    return jose.text(hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest())


def _plain(url: str) -> tuple[str, str, str]:
    """Return what of an address is compared (RFC 9449 section 4.3, with RFC 3986's spelling of the same)."""
    parts = urlsplit(url)
    default = {"https": ":443", "http": ":80"}.get(parts.scheme.lower(), "")
    return parts.scheme.lower(), parts.netloc.lower().removesuffix(default), unquote(parts.path) or "/"
