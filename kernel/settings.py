"""Settings: everything that an operator can say, as ``LAUREL_*`` environment variables.

Anything wrong stops the start with one line: an unknown variable (a typing error would otherwise be a silent default),
a malformed value, a missing secret in production. Every variable can be given as ``<NAME>_FILE``, the path of a file
that holds the value, which is how secrets reach containers.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from kernel.errors import LaurelError

Network: TypeAlias = "IPv4Network | IPv6Network"
KEY_BYTES: Final = 32
LEAST_RSA_BITS: Final = 2_048
LONGEST_NAME: Final = 120
_PEM_END: Final = "-----END PUBLIC KEY-----"
DEFAULT_WORKERS: Final = min(os.cpu_count() or 1, 4)
CHECKOUT: Final = Path(__file__).resolve().parents[1]


class SettingsError(LaurelError):
    """The environment can't be used; the sentence names the variable and the remedy."""

    code = "settings-invalid"
    remedy = "Correct the named variable and start again."


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator said, checked. URLs are None where the embedded servers are to be used."""

    mode: Literal["development", "production"] = "development"
    home: Path = CHECKOUT / ".laurel"
    database_url: str | None = None
    migration_database_url: str | None = None
    redis_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = DEFAULT_WORKERS
    public_url: str = "http://127.0.0.1:8000"
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: tuple[str, ...] = ()
    requests_per_minute: int = 60_000
    anonymous_requests_per_minute: int = 6_000
    failed_sign_ins_per_minute: int = 30
    body_limit_bytes: int = 1_048_576
    request_seconds: float = 30.0
    activity_retention_days: int | None = None
    erasure_list: Path | None = None
    rules_file: Path = CHECKOUT / "samples" / "rules" / "demonstration.yaml"
    smtp_url: str | None = None
    mail_from: str = "laurel@localhost"
    staff_second_factor: Literal["required", "optional"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    token_key: bytes | None = None
    token_former_keys: bytes = b""
    audit_key: bytes | None = None
    audit_former_keys: str = ""
    witness_policy: Path | None = None
    key_encryption_key: bytes | None = None
    other_key_encryption_keys: tuple[bytes, ...] = ()
    email_index_key: bytes | None = None
    identifier_index_key: bytes | None = None
    badge_key: bytes | None = None
    receipt_key: bytes | None = None
    suppression_key: bytes | None = None
    badge_rsa_key: bytes | None = None
    badge_former_keys: bytes = b""
    badge_issuer: str = "Laurel"
    controller: str = "Laurel"
    controller_contact: str = "the data protection officer"
    data_location: str = "EU"

    @property
    def embedded(self) -> bool:
        """Tell whether Laurel runs its own PostgreSQL and Valkey."""
        return self.database_url is None

    @property
    def needs_second_factor(self) -> bool:
        """Tell whether staff get nothing done with a password alone: in production, unless it is said otherwise."""
        return (self.staff_second_factor or ("required" if self.mode == "production" else "optional")) == "required"


def _url(*schemes: str) -> Callable[[str], str]:
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


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:  # there is no such user
        raise ValueError(str(error)) from None


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
            message = f"must be a whole number from {lowest} to {highest}"
            raise ValueError(message)
        return int(text)

    return parse


def _choice(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            message = f"must be one of {', '.join(words)}"
            raise ValueError(message)
        return text

    return parse


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"must be {KEY_BYTES} bytes in base64 (try: openssl rand -base64 {KEY_BYTES})"
        raise ValueError(message)
    return key


def _keys(text: str) -> tuple[bytes, ...]:
    return tuple(_key(part) for part in re.split(r"[\s,]+", text) if part)


def _rsa_key(text: str) -> bytes:
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


def _public_keys(text: str) -> bytes:
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


def _words(text: str) -> str:
    if not text.isprintable() or not 0 < len(text.strip()) <= LONGEST_NAME:
        message = f"must be a name of at most {LONGEST_NAME} letters on one line"
        raise ValueError(message)
    return text.strip()


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,189}", text):
        message = "must be an e-mail address such as laurel@example.com"
        raise ValueError(message)
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin) for origin in origins):
        message = "must be origins with commas, such as https://app.example; every origin (*) is not among them"
        raise ValueError(message)
    return origins


_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "mode": _choice("development", "production"),
    "home": _path,
    "database_url": _url("postgresql", "postgres"),
    "migration_database_url": _url("postgresql", "postgres"),
    "redis_url": _url("redis", "rediss", "unix"),
    "host": str,
    "port": _whole(1, 65_535),
    "workers": _whole(1, 64),
    "public_url": _url("http", "https"),
    "trusted_proxies": _networks,
    "cors_origins": _origins,
    "requests_per_minute": _whole(1, 10_000_000),
    "anonymous_requests_per_minute": _whole(1, 10_000_000),
    "failed_sign_ins_per_minute": _whole(1, 10_000_000),
    "body_limit_bytes": _whole(1_024, 67_108_864),
    "request_seconds": lambda text: float(_whole(1, 3_600)(text)),
    "activity_retention_days": _whole(1, 36_500),
    "erasure_list": _path,
    "rules_file": _path,
    "smtp_url": _url("smtp", "smtps"),
    "mail_from": _address,
    "staff_second_factor": _choice("required", "optional"),
    "log_level": _choice("debug", "info", "warning", "error"),
    "token_key": _key,
    "token_former_keys": _public_keys,
    "audit_key": _key,
    "audit_former_keys": str,
    "witness_policy": _path,
    "key_encryption_key": _key,
    "other_key_encryption_keys": _keys,
    "email_index_key": _key,
    "identifier_index_key": _key,
    "badge_key": _key,
    "receipt_key": _key,
    "suppression_key": _key,
    "badge_rsa_key": _rsa_key,
    "badge_former_keys": _public_keys,
    "badge_issuer": _words,
    "controller": _words,
    "controller_contact": _words,
    "data_location": _words,
}
SECRETS: Final = (
    "token_key",
    "audit_key",
    "key_encryption_key",
    "email_index_key",
    "identifier_index_key",
    "badge_key",
    "receipt_key",
    "suppression_key",
)
"""Keys of 32 random bytes."""


def load(environment: Mapping[str, str]) -> Settings:
    """Read the settings from ``environment``.

    Raises:
        SettingsError: one sentence that names the variable and what it must be.

    """
    values: dict[str, Any] = {}
    for variable in sorted(name for name in environment if name.startswith("LAUREL_")):
        name, text = _named(variable, environment[variable])
        if name in values:
            raise SettingsError(f"{variable}: given twice, directly and as a file; remove one.", field=variable)
        try:
            values[name] = _PARSERS[name](text)
        except ValueError as error:
            raise SettingsError(f"{variable}: {error}.", field=variable) from None
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _named(variable: str, text: str) -> tuple[str, str]:
    name = variable.removeprefix("LAUREL_").lower()
    if name in _PARSERS:
        return name, text
    if name.removesuffix("_file") in _PARSERS:
        try:
            return name.removesuffix("_file"), Path(text).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{variable}: can't read that file ({type(error).__name__}).", field=variable) from None
    known = ", ".join(f"LAUREL_{each.upper()}" for each in _PARSERS)
    raise SettingsError(f"{variable}: there is no such setting; the settings are {known}.", field=variable)


def _check_together(settings: Settings) -> None:
    if (settings.database_url is None) != (settings.redis_url is None):
        message = "LAUREL_DATABASE_URL and LAUREL_REDIS_URL: give both, or neither for the embedded servers."
        raise SettingsError(message)
    if settings.mode == "production":
        needed = ("database_url", "redis_url", *SECRETS, "badge_rsa_key")
        for name in needed:
            if getattr(settings, name) is None:
                raise SettingsError(f"LAUREL_{name.upper()}: is needed in production.", field=name)
        secrets = [*(getattr(settings, name) for name in SECRETS), *settings.other_key_encryption_keys]
        if len(set(secrets)) != len(secrets):
            message = "LAUREL_*_KEY: two keys are equal; every key must be its own."
            raise SettingsError(message)
