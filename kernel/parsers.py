"""What a setting may say: each function takes its text and returns its value.

Raises ``ValueError`` with what the text must be, as the end of a sentence; no word of a secret is ever in it.
"""

import base64
import binascii
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec
import yaml
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

Document = TypeVar("Document")
Network: TypeAlias = "IPv4Network | IPv6Network"
KEY_BYTES: Final = 32
LEAST_RSA_BITS: Final = 2_048
LONGEST_NAME: Final = 120
_PEM_END: Final = "-----END PUBLIC KEY-----"


def url(*schemes: str) -> Callable[[str], str]:
    """Return what accepts a URL that begins with one of these schemes."""

    def parse(text: str) -> str:
        message = f"must be a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError:  # its words repeat a part of the URL, which may hold a password
            raise ValueError(message) from None
        place = parts.netloc if parts.scheme.startswith("http") else parts.netloc or parts.path.strip("/")
        if parts.scheme not in schemes or not place or not text.lower().startswith(f"{parts.scheme}://"):
            raise ValueError(message)
        return text

    return parse


def path(text: str) -> Path:
    """Return an absolute path; ``~`` is the home folder."""
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:  # there is no such user
        raise ValueError(str(error)) from None


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what accepts a whole number within these bounds."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
            message = f"must be a whole number from {lowest} to {highest}"
            raise ValueError(message)
        return int(text)

    return parse


def days(lowest: int, *kinds: str) -> Callable[[str], dict[str, int]]:
    """Return what accepts ``kind=days`` of these kinds, separated by commas; each at least ``lowest`` days."""

    def parse(text: str) -> dict[str, int]:
        found = dict(each.strip().partition("=")[::2] for each in text.split(",") if each.strip())
        number = whole(lowest, 36_500)
        for kind in found:
            if kind not in kinds:
                message = f"must say kind=days, separated by commas; kinds are {', '.join(kinds)}"
                raise ValueError(message)
        return {kind: number(said) for kind, said in found.items()}

    return parse


def choice(*words: str) -> Callable[[str], str]:
    """Return what accepts one of these words."""

    def parse(text: str) -> str:
        if text not in words:
            message = f"must be one of {', '.join(words)}"
            raise ValueError(message)
        return text

    return parse


def key(text: str) -> bytes:
    """Return the 32 bytes of a key in base64."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"must be {KEY_BYTES} bytes in base64 (try: openssl rand -base64 {KEY_BYTES})"
        raise ValueError(message)
    return key


def keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of a list with commas."""
    return tuple(key(part) for part in re.split(r"[\s,]+", text) if part)


def rsa_key(text: str) -> bytes:
    """Accept an RSA private key as a PEM."""
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (
        TypeError,
        ValueError,
        UnsupportedAlgorithm,
    ):  # encrypted, or no key at all; their words may repeat a part of it
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_RSA_BITS:
        message = f"must be an RSA private key of {LEAST_RSA_BITS} bits or more as a PEM without a password"
        raise ValueError(message)
    return text.encode()


def public_keys(text: str) -> bytes:
    """Accept RSA and Ed25519 public keys as PEMs, one after the other."""
    parts = text.split(_PEM_END)
    if parts.pop().strip() or not all(_is_public_key(part + _PEM_END) for part in parts):
        message = "must be RSA and Ed25519 public keys as PEMs, one after the other"
        raise ValueError(message)
    return text.encode()


def _is_public_key(pem: str) -> bool:
    try:
        return isinstance(load_pem_public_key(pem.encode()), RSAPublicKey | Ed25519PublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def words(text: str) -> str:
    """Accept a name on one line."""
    if not text.isprintable() or not 0 < len(text.strip()) <= LONGEST_NAME:
        message = f"must be a name of at most {LONGEST_NAME} letters on one line"
        raise ValueError(message)
    return text.strip()


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list with commas."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def address(text: str) -> str:
    """Accept an e-mail address."""
    if not re.fullmatch(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,189}", text):
        message = "must be an e-mail address such as laurel@example.com"
        raise ValueError(message)
    return text


def domain(text: str) -> str:
    """Return a domain name in lower case."""
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", text):
        raise ValueError("must be a domain name in lower case, such as clinic.example")
    return text


def asking_origins(text: str) -> tuple[str, ...]:
    """Return the origins of a list with commas, of pages or of Android apps (by the hash of their signing key)."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    apps = tuple(part for part in parts if re.fullmatch(r"android:apk-key-hash:[A-Za-z0-9_-]{43}", part))
    return apps + origins(",".join(part for part in parts if part not in apps))


def origins(text: str) -> tuple[str, ...]:
    """Return the origins (RFC 6454) of a list with commas."""
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin) for origin in origins):
        message = "must be origins with commas, such as https://app.example; every origin (*) is not among them"
        raise ValueError(message)
    return origins


def document(text: str, kind: type[Document]) -> Document:
    """Return a YAML text as ``kind``.

    Raises:
        ValueError: one sentence that names what is wrong.

    """
    try:
        return msgspec.convert(yaml.safe_load(text), kind)
    except yaml.YAMLError:
        raise ValueError("it is no YAML") from None
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
