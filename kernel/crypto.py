"""Envelope encryption: one random data key per person, wrapped by a key-encryption key that is kept elsewhere.

AES-256-GCM throughout. What a value belongs to is authenticated with it (its *context*): a sealed value moved to
another row, column or table does not open, nor does a data key moved to another person. Destroying a data key makes
everything sealed with it unreadable for ever, also in backups: that is how a person is erased.

Layouts, all beginning with a version byte: a sealed value is ``1 | nonce (12) | ciphertext and tag``; a wrapped key is
``1 | key id (8) | nonce (12) | ciphertext and tag``.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import override

from kernel.errors import LaurelError

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
"""Drawn at random: a data key seals far fewer values than the 2**32 at which NIST SP 800-38D says to stop."""
_KEY_ID_BYTES: Final = 8


class KeySizeError(LaurelError):
    """A key does not have the 32 bytes that it must have."""

    code = "key-size"
    remedy = "Give a key of exactly 32 random bytes."


class SealError(LaurelError):
    """A sealed value does not open: it was altered or moved, or the key is another one (the three look alike)."""

    code = "seal-broken"
    remedy = "Restore the row or the key that belongs to it; run `laurel audit verify` to see what else changed."


class UnknownKeyError(LaurelError):
    """A data key was wrapped by a key-encryption key that this process was not given; the facts hold ``key``."""

    code = "wrapping-key-unknown"
    remedy = "Start with that key-encryption key among the previous ones."


class WrappingKeys:
    """The key-encryption keys: the current one wraps, the previous ones still unwrap.

    So the current key can be replaced at once, and data keys be wrapped anew one by one without touching what they
    sealed. A key's id is derived from the key: there is nothing to configure and nothing to mix up.
    """

    __slots__ = ("_ciphers", "_current")

    def __init__(self, current: bytes, previous: Sequence[bytes] = ()) -> None:
        """Take 32 random bytes per key.

        Raises:
            KeySizeError: a key has another size.

        """
        self._current = _key_id(current)
        self._ciphers = {_key_id(key): AESGCM(_checked(key)) for key in (current, *previous)}

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Return ``data_key`` encrypted under the current key and bound to ``context``."""
        head = _VERSION + self._current
        return head + _encrypt(self._ciphers[self._current], _checked(data_key), head + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the data key inside ``wrapped``.

        Raises:
            UnknownKeyError: it was wrapped by a key that is not among these.
            SealError: it was altered, or belongs to another context.

        """
        head, body = wrapped[: 1 + _KEY_ID_BYTES], wrapped[1 + _KEY_ID_BYTES :]
        key_id = head[1:]
        if head[:1] != _VERSION or len(key_id) != _KEY_ID_BYTES:
            message = "A wrapped data key has no known layout."
            raise SealError(message)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            message = f"The key-encryption key {key_id.hex()} is not at hand."
            raise UnknownKeyError(message, key=key_id.hex())
        return _decrypt(cipher, body, head + context, what="A wrapped data key")

    @override
    def __repr__(self) -> str:
        """Show ids only: a key must not reach a log through a traceback."""
        return f"{type(self).__name__}(current={self._current.hex()}, known={len(self._ciphers)})"


def new_data_key() -> bytes:
    """Return 32 random bytes from the operating system."""
    return secrets.token_bytes(KEY_BYTES)


def cell(table: str, column: str, row: UUID) -> bytes:
    """Return the context of one stored value: ``schema.table|column|row id``."""
    return f"{table}|{column}|{row}".encode()


def seal(data_key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Return ``plaintext`` encrypted under ``data_key`` and bound to ``context``; never twice the same bytes."""
    return _VERSION + _encrypt(AESGCM(_checked(data_key)), plaintext, _VERSION + context)


def open_sealed(data_key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return what ``seal`` was given.

    Raises:
        SealError: the bytes were altered, the key is another one, or they belong to another context.

    """
    if sealed[:1] != _VERSION:
        message = "A sealed value has no known layout."
        raise SealError(message)
    return _decrypt(AESGCM(_checked(data_key)), sealed[1:], _VERSION + context, what="A sealed value")


def normalise(text: str) -> str:
    """Return ``text`` as it is compared: NFKC, without surrounding white space, without regard to case.

    Folding case can undo the normalisation, so that is done once more; then this is its own fixed point.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def blind_index(key: bytes, text: str, *, domain: str) -> bytes:
    """Return a keyed fingerprint (HMAC-SHA-256, 32 bytes) of the normalised ``text``, to find it without reading it.

    ``domain`` says what kind of text it is (``email``): equal texts of two kinds have nothing in common. The key MUST
    be used for nothing else; without it the fingerprints can't be guessed from lists of known texts.
    """
    message = domain.encode() + b"\x00" + normalise(text).encode("utf-8", "surrogatepass")
    return hmac.digest(_checked(key), message, "sha256")


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        message = f"A key has {len(key)} bytes instead of {KEY_BYTES}."
        raise KeySizeError(message)
    return key


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"laurel key id\x00" + _checked(key)).digest()[:_KEY_ID_BYTES]


def _encrypt(cipher: AESGCM, plaintext: bytes, associated: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plaintext, associated)


def _decrypt(cipher: AESGCM, body: bytes, associated: bytes, *, what: str) -> bytes:
    try:
        return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):  # the latter when it is too short to hold a nonce
        message = f"{what} does not open: it was altered or moved, or the key is another one."
        raise SealError(message) from None
