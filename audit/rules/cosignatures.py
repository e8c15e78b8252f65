"""Signatures with a time (c2sp.org/tlog-cosignature): a witness says when it saw a checkpoint, and a log may as well.

There are two kinds. Ed25519 (type 0x04) signs the checkpoint's text behind a header; ML-DSA-44 (type 0x06, FIPS 204)
signs a structure of its own and holds against quantum computers.
"""

import struct
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from typing_extensions import override

from audit.rules.checkpoints import Checkpoint, parse_checkpoint
from audit.rules.notes import Note, NoteError, Signature, key_id, parse_vkey, write_signature, write_vkey

ED25519_COSIGNATURE: Final = b"\x04"
ML_DSA_44: Final = b"\x06"

_SIZES: Final = {ED25519_COSIGNATURE: (32, 64), ML_DSA_44: (1_312, 2_420)}
"""Bytes of a public key and of a signature without its time."""

_SUBTREE: Final = b"subtree/v1\n\0"
_TIME: Final = struct.Struct(">Q")
_LATEST: Final = 2**63 - 1
_LONGEST_NAME: Final = 255


class Cosigner:
    """A private key that signs checkpoints with the time of signing."""

    def __init__(self, name: str, seed: bytes, kind: bytes) -> None:
        """Take the signer's name, a 32-byte seed, and the kind of its signatures."""
        self.name, self._kind = name, kind
        self._key = (
            Ed25519PrivateKey.from_private_bytes(seed)
            if kind == ED25519_COSIGNATURE
            else MLDSA44PrivateKey.from_seed_bytes(seed)
        )
        public = self._key.public_key().public_bytes_raw()
        self._key_id = key_id(name, public, kind)
        self.vkey = write_vkey(name, kind, public)

    @override
    def __repr__(self) -> str:
        """Show whose it is: the key must not reach a log through a traceback."""
        return f"Cosigner({self.name})"

    def line(self, text: str, time: int) -> str:
        """Return the signature line of a checkpoint's ``text`` at ``time`` (seconds since 1970)."""
        message = _message(self._kind, self.name, time, text, parse_checkpoint(text))
        return write_signature(self.name, self._key_id, _TIME.pack(time) + self._key.sign(message))


class CosignatureVerifier:
    """A public key that signs checkpoints with a time, known by its vkey."""

    def __init__(self, vkey: str) -> None:
        """Read a vkey of type 0x04 or 0x06.

        Raises:
            NoteError: the text is malformed, or of another type.

        """
        key = parse_vkey(vkey)
        if key.kind not in _SIZES or len(key.material) != _SIZES[key.kind][0]:
            raise NoteError("The verifier key is not one of a cosigner.")
        self.name, self.vkey, self.material = key.name, vkey, key.material
        self._key_id, self._kind = key.key_id, key.kind
        self._key = (
            Ed25519PublicKey.from_public_bytes(key.material)
            if key.kind == ED25519_COSIGNATURE
            else MLDSA44PublicKey.from_public_bytes(key.material)
        )

    def time_of(self, note: Note) -> int | None:
        """Return when this key signed a checkpoint (seconds since 1970), the latest if twice; None if it did not.

        Raises:
            NoteError: a signature under the key's name and id is wrong.

        """
        return max((self._verified(note.text, each.signature) for each in self._own(note)), default=None)

    def newest_line(self, note: Note) -> str | None:
        """Return this key's newest signature of a checkpoint as a line of its own; None if there is none.

        Whatever else stands in the note is left out: a stranger's line can make it too long, or be wrong.

        Raises:
            NoteError: a signature under the key's name and id is wrong.

        """
        signed = {self._verified(note.text, each.signature): each for each in self._own(note)}
        if not signed:
            return None
        newest = signed[max(signed)]
        return write_signature(newest.name, newest.key_id, newest.signature)

    def _own(self, note: Note) -> list[Signature]:
        return [each for each in note.signatures if (each.name, each.key_id) == (self.name, self._key_id)]

    def _verified(self, text: str, signature: bytes) -> int:
        if len(signature) != _TIME.size + _SIZES[self._kind][1]:
            raise NoteError("A cosignature has another length.")
        (time,) = _TIME.unpack_from(signature)
        if time > _LATEST:
            raise NoteError("A cosignature's time is too large.")
        message = _message(self._kind, self.name, time, text, parse_checkpoint(text))
        try:
            self._key.verify(signature[_TIME.size :], message)
        except InvalidSignature:
            raise NoteError("A cosignature under the note is wrong.") from None
        return int(time)


def _message(kind: bytes, name: str, time: int, text: str, checkpoint: Checkpoint) -> bytes:
    """Return what is signed: a text for Ed25519, a ``cosigned_message`` for ML-DSA-44 (c2sp.org/tlog-cosignature)."""
    if kind == ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    tree = struct.pack(">QQ", 0, checkpoint.size) + checkpoint.root
    return _SUBTREE + _short(name) + _TIME.pack(time) + _short(checkpoint.origin) + tree


def _short(name: str) -> bytes:
    encoded = name.encode()
    if not 0 < len(encoded) <= _LONGEST_NAME:
        raise NoteError(f"A name that ML-DSA-44 signs has 1 to {_LONGEST_NAME} bytes.")
    return bytes([len(encoded)]) + encoded
