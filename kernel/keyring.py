"""The key-encryption keys: what wraps every person's data key, and may be kept anywhere.

A key is a port (``KeyEncryptionKey``): something with an id that wraps and unwraps. ``LocalKey`` holds its 32 bytes in
this process, from a file or the environment. A key management service is another implementation: its id is derived from
the name of the key there, and ``wrap`` and ``unwrap`` call the service with the context as associated data.

The keyring wraps with its current key and unwraps with any. So the current one can be replaced at once, and data keys
be wrapped anew one by one without touching what they sealed. A wrapped key is ``1 | key id (8) | what the key made``.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import override

from kernel.crypto import NONCE_BYTES, SealError, checked, decrypt
from kernel.errors import LaurelError

ID_BYTES: Final = 8
_VERSION: Final = b"\x01"
_HEAD_BYTES: Final = len(_VERSION) + ID_BYTES


class UnknownKeyError(LaurelError):
    """A data key was wrapped by a key-encryption key that this process was not given; the facts hold ``key``."""

    code = "wrapping-key-unknown"
    remedy = "Start with that key among LAUREL_OTHER_KEY_ENCRYPTION_KEYS."


class KeyEncryptionKey(Protocol):
    """One key-encryption key, wherever it is kept."""

    @property
    def id(self) -> bytes:
        """Name the key for ever, in ``ID_BYTES`` bytes that tell nothing of it."""
        ...

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Return ``data_key`` encrypted and bound to ``context``."""
        ...

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what ``wrap`` was given.

        Raises:
            SealError: it was altered, or belongs to another context.

        """
        ...


class LocalKey:
    """A key-encryption key held in this process: AES-256-GCM; what it makes is ``nonce (12) | ciphertext and tag``."""

    __slots__ = ("_cipher", "id")

    def __init__(self, key: bytes) -> None:
        """Take 32 random bytes.

        Raises:
            KeySizeError: the key has another size.

        """
        self._cipher = AESGCM(checked(key))
        self.id = hashlib.sha256(b"laurel key id\x00" + key).digest()[:ID_BYTES]

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """See ``KeyEncryptionKey``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data_key, context)

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See ``KeyEncryptionKey``."""
        return decrypt(self._cipher, wrapped, context, what="A wrapped data key")

    @override
    def __repr__(self) -> str:
        """Show the id only: a key must not reach a log through a traceback."""
        return f"{type(self).__name__}({self.id.hex()})"


class Keyring:
    """The keys of one process: the current one wraps, all of them unwrap."""

    __slots__ = ("_current", "_keys", "_look_again")

    def __init__(
        self,
        current: KeyEncryptionKey,
        others: Sequence[KeyEncryptionKey] = (),
        *,
        look_again: Callable[[], Sequence[KeyEncryptionKey]] | None = None,
    ) -> None:
        """Take the keys; ``look_again`` returns those there are now, where another process may have made new ones."""
        self._current = current
        self._keys = {key.id: key for key in (*others, current)}
        self._look_again = look_again

    @property
    def current(self) -> bytes:
        """The id of the key that wraps."""
        return self._current.id

    @property
    def ids(self) -> frozenset[bytes]:
        """The ids of the keys that unwrap."""
        return frozenset(self._keys)

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Return ``data_key`` encrypted under the current key and bound to ``context``."""
        head = _VERSION + self._current.id
        return head + await self._current.wrap(checked(data_key), head + context)

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the data key inside ``wrapped``.

        Raises:
            UnknownKeyError: it was wrapped by a key that is not among these.
            SealError: it was altered, or belongs to another context.

        """
        key = self._key(id_of(wrapped))
        return await key.unwrap(wrapped[_HEAD_BYTES:], wrapped[:_HEAD_BYTES] + context)

    def _key(self, name: bytes) -> KeyEncryptionKey:
        if name not in self._keys and self._look_again is not None:
            self._keys |= {key.id: key for key in self._look_again()}
        try:
            return self._keys[name]
        except KeyError:
            message = f"The key-encryption key {name.hex()} is not at hand."
            raise UnknownKeyError(message, key=name.hex()) from None

    @override
    def __repr__(self) -> str:
        """Show ids only: a key must not reach a log through a traceback."""
        return f"{type(self).__name__}(current={self.current.hex()}, known={len(self._keys)})"


def id_of(wrapped: bytes) -> bytes:
    """Return the id of the key that wrapped this.

    Raises:
        SealError: it has no known layout.

    """
    if wrapped[:1] != _VERSION or len(wrapped) < _HEAD_BYTES:
        message = "A wrapped data key has no known layout."
        raise SealError(message)
    return wrapped[1:_HEAD_BYTES]
