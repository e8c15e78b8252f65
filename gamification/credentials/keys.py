"""Two keys for badges and for nothing else: RSA for tokens, Ed25519 for Data Integrity proofs."""

import base64
import hashlib
import json
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from typing_extensions import override

from gamification.rules.credentials.documents import Addresses
from kernel import multibase

MULTIKEY_CONTEXT: Final = "https://w3id.org/security/multikey/v1"
_PEM_END: Final = b"-----END PUBLIC KEY-----"


class BadgeKeys:
    """The two keys that sign, and the public keys that badges are verified with: these and the former ones.

    A key's id is its thumbprint (RFC 7638). A badge lives for years in somebody's wallet, so rotation keeps what was:
    hand in the new keys, and the old *public* ones as ``previous``; they stay served under their addresses. After a
    leak leave the leaked key out of ``previous``: everything that it signed stops verifying.
    """

    def __init__(self, rsa: bytes, ed25519: bytes, previous: bytes = b"") -> None:
        """Take a PEM of an RSA private key, the 32 bytes of an Ed25519 private key, and PEMs of public keys.

        Nothing is read before it is needed: a program that signs no badge need not have a key that can.
        """
        self._rsa, self._ed25519, self._previous = rsa, ed25519, previous

    @cached_property
    def rsa(self) -> RSAPrivateKey:
        """The key that signs tokens."""
        key = serialization.load_pem_private_key(self._rsa, password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("The key for badge tokens is no RSA key.")
        return key

    @cached_property
    def ed25519(self) -> Ed25519PrivateKey:
        """The key that makes Data Integrity proofs."""
        return Ed25519PrivateKey.from_private_bytes(self._ed25519)

    @cached_property
    def publics(self) -> dict[str, RSAPublicKey | Ed25519PublicKey]:
        """Every public key by its id, the two that sign first."""
        keys = [self.rsa.public_key(), self.ed25519.public_key(), *public_keys(self._previous)]
        return {thumbprint(key): key for key in keys}

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "BadgeKeys(...)"


def public_keys(pems: bytes) -> list[RSAPublicKey | Ed25519PublicKey]:
    """Return the public keys of some PEMs, one after the other.

    Raises:
        ValueError: one is no public key, or of another kind.

    """
    found = []
    for text in pems.split(_PEM_END)[:-1]:
        key = serialization.load_pem_public_key(text + _PEM_END)
        if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
            raise ValueError("A former badge key is neither RSA nor Ed25519.")  # noqa: TRY004 - a PEM's content
        found.append(key)
    return found


def jwk(key: RSAPublicKey | Ed25519PublicKey) -> dict[str, str]:
    """Return the members of a JSON Web Key that identify it (RFC 7638, section 3.2)."""
    if isinstance(key, Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": _encoded(key.public_bytes_raw())}
    numbers = key.public_numbers()
    return {"e": _encoded(_minimal(numbers.e)), "kty": "RSA", "n": _encoded(_minimal(numbers.n))}


def thumbprint(key: RSAPublicKey | Ed25519PublicKey) -> str:
    """Return a key's id (RFC 7638)."""
    text = json.dumps(jwk(key), sort_keys=True, separators=(",", ":"))
    return _encoded(hashlib.sha256(text.encode()).digest())


def document(key: RSAPublicKey | Ed25519PublicKey, addresses: Addresses) -> dict[str, Any]:
    """Return what stands at a key's address: a JWK for tokens, a Multikey for Data Integrity proofs."""
    kid = thumbprint(key)
    if isinstance(key, RSAPublicKey):
        return jwk(key) | {"kid": addresses.key(kid), "use": "sig", "alg": "RS256"}
    return {
        "@context": MULTIKEY_CONTEXT,
        "id": addresses.key(kid),
        "type": "Multikey",
        "controller": addresses.issuer,
        "publicKeyMultibase": multibase.multikey(key.public_bytes_raw()),
    }


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
