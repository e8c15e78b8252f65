"""Access tokens: who signs them, and how they are verified (``docs/decisions/0010-tokens-and-sessions.md``)."""

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from typing_extensions import override

from access.refusals import TokenFault
from access.rules.claims import ALGORITHM, LONGEST, TYPE, key_id, read, refused, to_wire
from access.values import Claims
from kernel.clock import Clock

_signatures: Final = jwt.PyJWS(algorithms=[ALGORITHM])


class TokenKeys:
    """The key that signs, and the public keys that tokens are verified with: its own and the previous ones.

    A key's id is its thumbprint (RFC 7638). Rotation: hand in the new seed and the old *public* key; ten minutes later
    nothing signed with the old one is valid any more and it can go. After a leak it is removed at once, for every
    process (``remove_key``).
    """

    __slots__ = ("_public", "kid", "signing")

    def __init__(self, seed: bytes, previous: Sequence[bytes] = ()) -> None:
        """Take the 32 bytes of an Ed25519 private key and the 32 bytes of each previous public key."""
        self.signing = Ed25519PrivateKey.from_private_bytes(seed)
        publics = [self.signing.public_key(), *map(Ed25519PublicKey.from_public_bytes, previous)]
        self._public = {_thumbprint(public): public for public in publics}
        self.kid = _thumbprint(publics[0])

    def pem(self) -> bytes:
        """Return every public key as a PEM, the signing one first: the former keys of whoever signs next."""
        return b"".join(
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for public in self._public.values()
        )

    def public(self, kid: str) -> Ed25519PublicKey | None:
        """Return the public key with this id, if it is one of ours."""
        return self._public.get(kid)

    def jwks(self, removed: Collection[str] = ()) -> dict[str, list[dict[str, str]]]:
        """Return the public keys as a JSON Web Key Set (RFC 7517), the signing one first, without those removed."""
        return {
            "keys": [
                _jwk(public) | {"kid": kid, "use": "sig", "alg": ALGORITHM}
                for kid, public in self._public.items()
                if kid not in removed
            ]
        }

    @override
    def __repr__(self) -> str:
        """Show ids only."""
        return f"TokenKeys({', '.join(self._public)})"


def former_keys(pems: bytes) -> list[bytes]:
    """Return the 32 bytes of each Ed25519 public key in ``pems``, one after the other; other kinds are passed over."""
    end = b"-----END PUBLIC KEY-----"
    keys = [load_pem_public_key(part + end) for part in pems.split(end)[:-1]]
    return [key.public_bytes_raw() for key in keys if isinstance(key, Ed25519PublicKey)]


class Authority(msgspec.Struct, frozen=True):
    """Who signs tokens (``issuer``, a URL) and for whom they are (``audience``)."""

    keys: TokenKeys
    issuer: str
    audience: str


def issue(authority: Authority, claims: Claims) -> str:
    """Return ``claims`` as a signed token."""
    return jwt.encode(
        to_wire(claims, authority.issuer, authority.audience),
        authority.keys.signing,
        algorithm=ALGORITHM,
        headers={"typ": TYPE, "kid": authority.keys.kid},
    )


class TokenVerifier:
    """Verifies tokens, and remembers which ones it verified: a signature costs 0.25 ms, a look-up a microsecond.

    What is remembered is the SHA-256 of the token, never the token. Whether the session still stands is another
    question, which is asked with every request (``standings``).
    """

    def __init__(self, authority: Authority, clock: Clock, capacity: int = 10_000) -> None:
        """Believe ``authority``; remember at most ``capacity`` tokens, the least recently used one goes first."""
        self._authority = authority
        self._clock = clock
        self._capacity = capacity
        self._verified: OrderedDict[bytes, Claims] = OrderedDict()

    def verify(self, token: str) -> Claims:
        """Return what ``token`` says.

        Raises:
            TokenRefusedError: it is not one of ours or not valid now; the fact ``reason`` is a ``TokenFault``, for the
                audit trail.

        """
        if len(token) > LONGEST or not token.isascii():
            raise refused(TokenFault.MALFORMED)
        digest = hashlib.sha256(token.encode()).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._verify(token)
            self._remember(digest, claims)
        elif self._clock.now() >= claims.expires_at:
            del self._verified[digest]
            raise refused(TokenFault.EXPIRED)
        else:
            self._verified.move_to_end(digest)
        return claims

    def _verify(self, token: str) -> Claims:
        kid = key_id(token)
        public = self._authority.keys.public(kid)
        if public is None:
            raise refused(TokenFault.UNKNOWN_KEY)
        try:
            payload = _signatures.decode(token, public, algorithms=[ALGORITHM])
        except jwt.InvalidTokenError:
            raise refused(TokenFault.BAD_SIGNATURE) from None
        claims = read(payload, issuer=self._authority.issuer, audience=self._authority.audience, now=self._clock.now())
        return msgspec.structs.replace(claims, kid=kid)

    def _remember(self, digest: bytes, claims: Claims) -> None:
        self._verified[digest] = claims
        if len(self._verified) > self._capacity:
            self._verified.popitem(last=False)


def _jwk(public: Ed25519PublicKey) -> dict[str, str]:
    x = base64.urlsafe_b64encode(public.public_bytes_raw()).rstrip(b"=").decode()
    return {"crv": "Ed25519", "kty": "OKP", "x": x}


def _thumbprint(public: Ed25519PublicKey) -> str:
    """RFC 7638 with the members that RFC 8037 requires, in alphabetical order and without white space."""
    members: dict[str, Any] = _jwk(public)
    digest = hashlib.sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
