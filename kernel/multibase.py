"""Multibase base58btc and multikey, as Data Integrity writes signatures and public keys."""

from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC: Final = b"\xed\x01"
"""Multicodec ``ed25519-pub`` as an unsigned varint."""


def encode(content: bytes) -> str:
    """Return ``content`` as base58btc with its multibase prefix ``z``."""
    number = int.from_bytes(content, "big")
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    zeros = len(content) - len(content.lstrip(b"\x00"))
    return "z" + _ALPHABET[0] * zeros + digits


def decode(text: str, size: int) -> bytes | None:
    """Return the ``size`` bytes that ``text`` spells, or None; there is exactly one spelling of them."""
    number = 0
    for digit in text[1:]:
        value = _ALPHABET.find(digit)
        if value < 0:
            return None
        number = number * len(_ALPHABET) + value
    try:
        content = number.to_bytes(size, "big")
    except OverflowError:
        return None
    return content if encode(content) == text else None


def multikey(public: bytes) -> str:
    """Return the 32 bytes of an Ed25519 public key as ``publicKeyMultibase``."""
    return encode(_ED25519_PUBLIC + public)
