"""Data Integrity proofs with ``eddsa-rdfc-2022`` (W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2)."""

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import UNSET

from gamification.rules.credentials.documents import CRYPTOSUITE, Badge, Proof, StatusList
from gamification.rules.credentials.quads import badge_quads, list_quads, proof_quads
from kernel import multibase

Document = TypeVar("Document", Badge, StatusList)

SIGNATURE_BYTES: Final = 64


def proven(document: Document, method: str, created: str, sign: Callable[[bytes], bytes]) -> Document:
    """Return ``document`` with its proof, an array of one as 1EdTech's schema demands.

    ``method`` is the address of the public key, ``sign`` makes an Ed25519 signature of 64 bytes.
    """
    proof = Proof(
        type="DataIntegrityProof",
        cryptosuite=CRYPTOSUITE,
        created=created,
        verification_method=method,
        proof_purpose="assertionMethod",
    )
    value = multibase.encode(sign(_signed_bytes(document, proof)))
    return msgspec.structs.replace(document, proof=(msgspec.structs.replace(proof, proof_value=value),))


def holds(document: Badge | StatusList, public: Ed25519PublicKey) -> bool:
    """Tell whether the document's proof is a signature of exactly this document by ``public``."""
    if document.proof is UNSET or document.proof[0].proof_value is UNSET:
        return False
    proof = document.proof[0]
    signature = multibase.decode(str(proof.proof_value), SIGNATURE_BYTES)
    if signature is None:
        return False
    try:
        public.verify(signature, _signed_bytes(document, proof))
    except InvalidSignature:
        return False
    return True


def _signed_bytes(document: Badge | StatusList, proof: Proof) -> bytes:
    body = badge_quads(document) if isinstance(document, Badge) else list_quads(document)
    return hashlib.sha256(proof_quads(proof)).digest() + hashlib.sha256(body).digest()
