"""The program's own keys: given by settings in production, made at the first start otherwise.

Four purposes, four keys: tokens, audit checkpoints, the wrapping of data keys, blind indexes. A key that did two jobs
could not be replaced after one of them leaked.
"""

import os
import secrets
from pathlib import Path

import msgspec
from typing_extensions import override

from kernel.settings import KEY_BYTES, SECRETS, Settings


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """32 bytes each: two Ed25519 seeds, an AES-256 key and an HMAC key."""

    token_key: bytes
    audit_key: bytes
    key_encryption_key: bytes
    blind_index_key: bytes

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "Keys(...)"


def load_keys(settings: Settings) -> Keys:
    """Return the keys of ``settings``; those not given are kept in ``<home>/keys``, mode 0600, made when missing."""
    folder = settings.home / "keys"
    return Keys(**{name: getattr(settings, name) or _kept(folder / f"{name}.bin") for name in SECRETS})


def _kept(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key)
    return key
