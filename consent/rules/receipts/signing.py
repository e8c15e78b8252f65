"""Data Integrity proofs with ``eddsa-jcs-2022`` (W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3)."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kernel import multibase
from kernel.canonical import canonical

CRYPTOSUITE: Final = "eddsa-jcs-2022"
_SIGNATURE_BYTES: Final = 64


def method_of(multikey: str) -> str:
    """Return the address of a public key that is its own document (did:key)."""
    return f"did:key:{multikey}#{multikey}"


def signed(document: dict[str, Any], multikey: str, created: str, sign: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Return ``document`` with its proof; ``sign`` makes an Ed25519 signature of 64 bytes."""
    proof = {
        "@context": document["@context"],
        "created": created,
        "cryptosuite": CRYPTOSUITE,
        "proofPurpose": "assertionMethod",
        "type": "DataIntegrityProof",
        "verificationMethod": method_of(multikey),
    }
    value = multibase.encode(sign(_signed_bytes(document, proof)))
    return document | {"proof": proof | {"proofValue": value}}


def is_signed(document: dict[str, Any], public: Ed25519PublicKey, multikey: str) -> bool:
    """Tell whether the proof is a signature of exactly this document by this key."""
    proof = document.get("proof")
    if not isinstance(proof, dict) or proof.get("verificationMethod") != method_of(multikey):
        return False
    value = proof.get("proofValue")
    signature = multibase.decode(value, _SIGNATURE_BYTES) if isinstance(value, str) else None
    if signature is None or proof.get("cryptosuite") != CRYPTOSUITE:
        return False
    options = {name: each for name, each in proof.items() if name != "proofValue"}
    body = {name: each for name, each in document.items() if name != "proof"}
    try:
        public.verify(signature, _signed_bytes(body, options))
    except InvalidSignature:
        return False
    return True


def _signed_bytes(body: dict[str, Any], options: dict[str, Any]) -> bytes:
    return sha256(canonical(options)).digest() + sha256(canonical(body)).digest()
