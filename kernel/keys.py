"""The program's own keys: given by settings in production, made at the first start otherwise.

Each purpose has its key: tokens, audit checkpoints, the wrapping of data keys, each blind index, badges and badge
tokens, consent receipts, suppressed addresses. A key that did two jobs could not be replaced after one of them leaked.
"""

import os
import secrets
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from typing_extensions import override

from kernel.errors import LaurelError
from kernel.keyring import Keyring, LocalKey
from kernel.parsers import KEY_BYTES
from kernel.settings import SECRETS, Settings

RSA_BITS: Final = 3_072
"""As strong as Ed25519 is, and as NIST SP 800-57 wants it for signatures that are to hold beyond 2030."""


class GivenKeyError(LaurelError):
    """A key that settings give can't be replaced by the program."""

    code = "key-given"
    remedy = (
        "Give the new key there, the old one in LAUREL_OTHER_KEY_ENCRYPTION_KEYS, restart every process, and run"
        " `laurel keys rewrap`."
    )


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """32 bytes each: four Ed25519 seeds, an AES-256 key and three HMAC keys; ``badge_rsa_key`` is a PEM (PKCS 8).

    ``other_key_encryption_keys`` unwrap what they wrapped until nothing is left of it.
    """

    token_key: bytes
    audit_key: bytes
    key_encryption_key: bytes
    email_index_key: bytes
    identifier_index_key: bytes
    badge_key: bytes
    receipt_key: bytes
    suppression_key: bytes
    badge_rsa_key: bytes
    token_former_keys: bytes = b""
    """Public keys (PEMs) that signed tokens before ``token_key`` did."""
    receipt_former_keys: bytes = b""
    """The same for consent receipts."""
    other_key_encryption_keys: tuple[bytes, ...] = ()

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "Keys(...)"


def load_keys(settings: Settings) -> Keys:
    """Return the keys of ``settings``; those not given are kept in ``<home>/keys``, mode 0600, made when missing."""
    folder = settings.home / "keys"
    random = partial(secrets.token_bytes, KEY_BYTES)
    made = {name: getattr(settings, name) or _kept(folder / f"{name}.bin", random) for name in SECRETS}
    return Keys(
        **made,
        badge_rsa_key=settings.badge_rsa_key or _kept(folder / "badge_rsa_key.pem", new_rsa_key),
        token_former_keys=settings.token_former_keys or _former(folder, "token"),
        receipt_former_keys=settings.receipt_former_keys or _former(folder, "receipt"),
        other_key_encryption_keys=(*settings.other_key_encryption_keys, *_others(settings)),
    )


def rotate_signing_key(settings: Settings, kind: Literal["token", "receipt"], former: bytes) -> None:
    """Put a new key of this kind into ``<home>/keys`` and ``former`` (PEMs) in the place of those before it.

    The former public keys are written first: whoever starts in between still believes everything that is out.
    """
    folder = settings.home / "keys"
    _replace(folder / f"{kind}_former_keys.pem", former)
    _replace(folder / f"{kind}_key.bin", secrets.token_bytes(KEY_BYTES))


def _former(folder: Path, kind: str) -> bytes:
    path = folder / f"{kind}_former_keys.pem"
    return path.read_bytes() if path.exists() else b""


def keyring(settings: Settings, keys: Keys) -> Keyring:
    """Return the key-encryption keys; where they are kept as files, also those that another process made meanwhile."""

    def look_again() -> list[LocalKey]:
        path = _current(settings)
        return [LocalKey(key) for key in (*_others(settings), *([path.read_bytes()] if path.exists() else ()))]

    others = [LocalKey(key) for key in keys.other_key_encryption_keys]
    is_kept = settings.key_encryption_key is None
    return Keyring(LocalKey(keys.key_encryption_key), others, look_again=look_again if is_kept else None)


def rotate(settings: Settings) -> Keys:
    """Make a new key-encryption key in ``<home>/keys``, keep the one before it among the others, and return all keys.

    Raises:
        GivenKeyError: the key is given by a setting.

    """
    if settings.key_encryption_key is not None:
        message = "The key-encryption key is given by LAUREL_KEY_ENCRYPTION_KEY."
        raise GivenKeyError(message)
    before = load_keys(settings)
    # The old key is safe among the others before the new one takes its place: a kill in between loses nothing.
    _replace(_other_path(settings), b"".join([*_others(settings), before.key_encryption_key]))
    _replace(_current(settings), secrets.token_bytes(KEY_BYTES))
    return load_keys(settings)


def retire(settings: Settings, used: Collection[bytes]) -> int:
    """Forget the other keys in ``<home>/keys`` whose ids are not ``used``; return how many there were."""
    others = _others(settings)
    kept = [key for key in others if LocalKey(key).id in used]
    if len(kept) < len(others):
        _replace(_other_path(settings), b"".join(kept))
    return len(others) - len(kept)


def _current(settings: Settings) -> Path:
    return settings.home / "keys" / "key_encryption_key.bin"


def _other_path(settings: Settings) -> Path:
    return settings.home / "keys" / "other_key_encryption_keys.bin"


def _others(settings: Settings) -> list[bytes]:
    """Return the keys that were current before, as files keep them: 32 bytes each, one after the other."""
    path = _other_path(settings)
    kept = path.read_bytes() if path.exists() else b""
    return [kept[start : start + KEY_BYTES] for start in range(0, len(kept), KEY_BYTES)]


def new_rsa_key() -> bytes:
    """Return a new RSA private key as a PEM (PKCS 8, not encrypted)."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what ``path`` holds; of several processes that find nothing, the first one's key is kept, whole."""
    if path.exists():
        return path.read_bytes()
    draft = _draft(path, make())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink()
    return path.read_bytes()


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of what ``path`` holds, whole or not at all."""
    _draft(path, content).replace(path)


def _draft(path: Path, content: bytes) -> Path:
    """Write ``content`` beside ``path``, for its owner alone, and return where."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
