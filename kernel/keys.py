"""The program's own keys: given by settings in production, made at the first start otherwise.

Each purpose has its key: tokens, audit checkpoints, the wrapping of data keys, blind indexes, badges and badge tokens,
consent receipts, suppressed addresses. A key that did two jobs could not be replaced after one of them leaked.
"""

import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from typing_extensions import override

from kernel.settings import KEY_BYTES, SECRETS, Settings

RSA_BITS: Final = 3_072
"""As strong as Ed25519 is, and as NIST SP 800-57 wants it for signatures that are to hold beyond 2030."""


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """32 bytes each: four Ed25519 seeds, an AES-256 key and two HMAC keys; ``badge_rsa_key`` is a PEM (PKCS 8)."""

    token_key: bytes
    audit_key: bytes
    key_encryption_key: bytes
    blind_index_key: bytes
    badge_key: bytes
    receipt_key: bytes
    suppression_key: bytes
    badge_rsa_key: bytes

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "Keys(...)"


def load_keys(settings: Settings) -> Keys:
    """Return the keys of ``settings``; those not given are kept in ``<home>/keys``, mode 0600, made when missing."""
    folder = settings.home / "keys"
    random = partial(secrets.token_bytes, KEY_BYTES)
    made = {name: getattr(settings, name) or _kept(folder / f"{name}.bin", random) for name in SECRETS}
    return Keys(**made, badge_rsa_key=settings.badge_rsa_key or _kept(folder / "badge_rsa_key.pem", new_rsa_key))


def new_rsa_key() -> bytes:
    """Return a new RSA private key as a PEM (PKCS 8, not encrypted)."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what ``path`` holds; of several processes that find nothing, the first one's key is kept, whole."""
    if path.exists():
        return path.read_bytes()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(make())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink()
    return path.read_bytes()
