"""Details that are about one person by content: what an entry says of them, and whether what lies beside it fits.

The entry holds a salted commitment to the detail and the hash of its ciphertext. Destroying the person's key destroys
detail and salt; what is left says nothing, and every hash and proof still holds.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from audit.errors import UNREADABLE_BY
from kernel.canonical import canonical
from kernel.facts import SealedDetail

SALT_BYTES: Final = 32

MARK: Final = b'"sealed":[{"commitment":"'
"""Stands in the canonical text of every entry that has such details, and hardly in another one."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry says of one sealed detail; both hashes in hexadecimal. The fields stand as RFC 8785 sorts them."""

    commitment: str
    sha256: str
    subject: UUID


class _Claiming(msgspec.Struct):
    sealed: list[Claim] = []


_decode = msgspec.json.Decoder(_Claiming).decode


def commitment(salt: bytes, detail: Mapping[str, Any]) -> bytes:
    """Return HMAC-SHA256 of the canonical detail (RFC 8785) under its salt."""
    return hmac.digest(salt, canonical(dict(detail)), "sha256")


def claim(sealed: SealedDetail) -> Claim:
    """Return what the entry says of a sealed detail."""
    digest = sha256(sealed.ciphertext).hexdigest()
    return Claim(commitment=sealed.commitment.hex(), sha256=digest, subject=sealed.subject)


def claims(body: bytes) -> list[Claim]:
    """Return what an entry says of its sealed details, in the order of their parts; nothing where it has none."""
    if MARK not in body:
        return []
    try:
        return _decode(body).sealed
    except UNREADABLE_BY:
        return []


def differing(said: Sequence[Claim], stored: Mapping[int, bytes]) -> list[str]:
    """Return a sentence for each part that is not what the entry says; ``stored`` holds ciphertexts by part."""
    more = sorted(stored.keys() - range(len(said)))
    found = [f"It says nothing of part {part} of its sealed detail." for part in more]
    for part, each in enumerate(said):
        if part not in stored:
            found.append(f"Part {part} of its sealed detail is not there.")
        elif sha256(stored[part]).hexdigest() != each.sha256:
            found.append(f"Part {part} of its sealed detail is not the one that it commits to.")
    return found
