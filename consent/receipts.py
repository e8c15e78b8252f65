"""Who issues consent receipts: the controller's name, and a key that signs nothing else."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typing_extensions import override

from access import former_keys
from audit import FormerKey, InclusionProof, NoteError, is_in_log
from consent.rules.receipts.documents import document, timestamp
from consent.rules.receipts.signing import signed
from consent.rules.receipts.verifying import judge_receipt
from consent.values import Controller, ReceiptFacts, ReceiptVerdict
from consent.vocabulary import ReceiptFault
from kernel import multibase
from kernel.canonical import canonical

_MULTIKEY_BYTES = 34
_ED25519 = b"\xed\x01"


class ReceiptIssuer:
    """Signs receipts as the controller."""

    def __init__(self, controller: Controller, seed: bytes, former: bytes = b"") -> None:
        """Take the 32-byte seed of an Ed25519 key, and the public keys (PEMs) that signed before it did."""
        self.controller = controller
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.multikey = multibase.multikey(self._key.public_key().public_bytes_raw())
        self.former = tuple(map(multibase.multikey, former_keys(former)))
        self._former = former

    def pem(self) -> bytes:
        """Return every public key, for whoever is to know this one as a former key."""
        own = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return own + self._former

    def written(self, facts: ReceiptFacts, identifier: str, created: datetime) -> bytes:
        """Return the receipt of an answer, signed: its one text, in UTF-8."""
        unsigned = document(facts, self.controller, identifier, created)
        return canonical(signed(unsigned, self.multikey, timestamp(created), self._key.sign))

    @override
    def __repr__(self) -> str:
        """Show the public half: the other must not reach a log through a traceback."""
        return f"ReceiptIssuer({self.multikey})"


def verify_receipt(
    text: bytes,
    multikey: str,
    log_key: str,
    *,
    former: Sequence[str] = (),
    former_log_keys: Sequence[FormerKey] = (),
) -> ReceiptVerdict:
    """Judge a receipt by the issuer's public key (Multikey) and the audit log's (a vkey), and by nothing else.

    ``former`` and ``former_log_keys`` are the keys before these: what they signed is as good as ever.

    Raises:
        ValueError: a key is no Ed25519 public key.

    """
    known = [(each, _public(each)) for each in (multikey, *former)]

    def ask_log(proof: InclusionProof) -> ReceiptFault | None:
        try:
            return None if is_in_log(proof, log_key, former_log_keys) else ReceiptFault.INCLUSION
        except NoteError:
            return ReceiptFault.CHECKPOINT

    verdicts = (judge_receipt(text, public, key, ask_log) for key, public in known)
    first = next(verdicts)
    if first.fault is not ReceiptFault.SIGNATURE:
        return first
    return next((each for each in verdicts if each.fault is not ReceiptFault.SIGNATURE), first)


def _public(multikey: str) -> Ed25519PublicKey:
    raw = multibase.decode(multikey, _MULTIKEY_BYTES)
    if raw is None or not raw.startswith(_ED25519):
        raise ValueError("The key is no Ed25519 public key as a Multikey.")
    return Ed25519PublicKey.from_public_bytes(raw.removeprefix(_ED25519))
