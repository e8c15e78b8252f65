"""Envelope encryption: one random data key per person, wrapped by a key-encryption key (``kernel/keyring.py``).

AES-256-GCM throughout. What a value belongs to is authenticated with it (its *context*): a sealed value moved to
another row, column or table does not open, nor does a data key moved to another person. Destroying a data key makes
everything sealed with it unreadable for ever, also in backups: that is how a person is erased.

A sealed value is ``1 | nonce (12) | ciphertext and tag``; the first byte is the version of this layout.
"""

import hmac
import secrets
import unicodedata
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.errors import LaurelError

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
"""Drawn at random: a data key seals far fewer values than the 2**32 at which NIST SP 800-38D says to stop."""
LONGEST_COMPARED: Final = 1_000
"""In characters."""


class KeySizeError(LaurelError):
    """A key does not have the 32 bytes that it must have."""

    code = "key-size"
    remedy = "Give a key of exactly 32 random bytes."


class SealError(LaurelError):
    """A sealed value does not open: it was altered or moved, or the key is another one (the three look alike)."""

    code = "seal-broken"
    remedy = "Restore the row or the key that belongs to it; run `laurel audit verify` to see what else changed."


def new_data_key() -> bytes:
    """Return 32 random bytes from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def cell(table: str, column: str, row: UUID) -> bytes:
    """Return the context of one stored value: ``schema.table|column|row id``."""
    return f"{table}|{column}|{row}".encode()


def seal(data_key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Return ``plaintext`` encrypted under ``data_key`` and bound to ``context``; never twice the same bytes."""
    return _VERSION + _encrypt(AESGCM(checked(data_key)), plaintext, _VERSION + context)


def open_sealed(data_key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return what ``seal`` was given.

    Raises:
        SealError: the bytes were altered, the key is another one, or they belong to another context.

    """
    if sealed[:1] != _VERSION:
        message = "A sealed value has no known layout."
        raise SealError(message)
    return decrypt(AESGCM(checked(data_key)), sealed[1:], _VERSION + context, what="A sealed value")


def normalise(text: str) -> str:
    """Return ``text`` as it is compared: NFKC, without surrounding white space, without regard to case.

    Folding case can undo the normalisation, so that is done once more; then this is its own fixed point. What is longer
    than ``LONGEST_COMPARED`` stays as it is: nothing that long is stored, and the work grows with the square of it.
    """
    if len(text) > LONGEST_COMPARED:
        return text
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def blind_index(key: bytes, text: str, *, domain: str) -> bytes:
    """Return a keyed fingerprint (HMAC-SHA-256, 32 bytes) of the normalised ``text``, to find it without reading it.

    ``domain`` says what kind of text it is (``email``): equal texts of two kinds have nothing in common. The key MUST
    be used for nothing else; without it the fingerprints can't be guessed from lists of known texts.
    """
    message = domain.encode() + b"\x00" + normalise(text).encode("utf-8", "surrogatepass")
    return hmac.digest(checked(key), message, "sha256")


def checked(key: bytes) -> bytes:
    """Return ``key`` if it has ``KEY_BYTES`` bytes.

    Raises:
        KeySizeError: it has not.

    """
    if len(key) != KEY_BYTES:
        message = f"A key has {len(key)} bytes instead of {KEY_BYTES}."
        raise KeySizeError(message)
    return key


def _encrypt(cipher: AESGCM, plaintext: bytes, associated: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, associated)


def decrypt(cipher: AESGCM, body: bytes, associated: bytes, *, what: str) -> bytes:
    """Return what is inside ``body``, which is ``nonce (12) | ciphertext and tag``; ``what`` begins the error.

    Raises:
        SealError: it was altered or moved, or the key is another one.

    """
    try:
        return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):  # the latter when it is too short to hold a nonce
        message = f"{what} does not open: it was altered or moved, or the key is another one."
        raise SealError(message) from None
