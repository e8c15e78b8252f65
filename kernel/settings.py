"""Settings: everything that an operator can say, as ``LAUREL_*`` environment variables.

Anything wrong stops the start with one line: an unknown variable (a typing error would otherwise be a silent default),
a malformed value, a missing secret in production. Every variable can be given as ``<NAME>_FILE``, the path of a file
that holds the value, which is how secrets reach containers.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from kernel import parsers
from kernel.errors import LaurelError
from kernel.parsers import Network

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
    audit_retention_days: Mapping[str, int] = {}
    erasure_list: Path | None = None
    rules_file: Path = CHECKOUT / "samples" / "rules" / "demonstration.yaml"
    smtp_url: str | None = None
    mail_from: str = "laurel@localhost"
    confirmation_letters: Literal["sent", "handed-out"] = "sent"
    openid_providers: Path | None = None
    licence_registers: Path | None = None
    passkey_domain: str | None = None
    passkey_origins: tuple[str, ...] = ()
    staff_second_factor: Literal["required", "optional"] | None = None
    staff_training: Literal["required", "optional"] | None = None
    training_days: int = 365
    four_eyes: Literal["required", "optional"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    token_key: bytes | None = None
    token_former_keys: bytes = b""
    audit_key: bytes | None = None
    audit_former_keys: str = ""
    witness_policy: Path | None = None
    policy_packs: Path | None = None
    key_encryption_key: bytes | None = None
    other_key_encryption_keys: tuple[bytes, ...] = ()
    email_index_key: bytes | None = None
    identifier_index_key: bytes | None = None
    badge_key: bytes | None = None
    receipt_key: bytes | None = None
    receipt_former_keys: bytes = b""
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
        return self._required(self.staff_second_factor)

    @property
    def needs_four_eyes(self) -> bool:
        """Tell whether exports and changes of what holds for all wait for a second person: likewise."""
        return self._required(self.four_eyes)

    @property
    def needs_training(self) -> bool:
        """Tell whether staff need training before they see who somebody is: likewise."""
        return self._required(self.staff_training)

    def _required(self, said: str | None) -> bool:
        return (said or ("required" if self.mode == "production" else "optional")) == "required"


_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "mode": parsers.choice("development", "production"),
    "home": parsers.path,
    "database_url": parsers.url("postgresql", "postgres"),
    "migration_database_url": parsers.url("postgresql", "postgres"),
    "redis_url": parsers.url("redis", "rediss", "unix"),
    "host": str,
    "port": parsers.whole(1, 65_535),
    "workers": parsers.whole(1, 64),
    "public_url": parsers.url("http", "https"),
    "trusted_proxies": parsers.networks,
    "cors_origins": parsers.origins,
    "requests_per_minute": parsers.whole(1, 10_000_000),
    "anonymous_requests_per_minute": parsers.whole(1, 10_000_000),
    "failed_sign_ins_per_minute": parsers.whole(1, 10_000_000),
    "body_limit_bytes": parsers.whole(1_024, 67_108_864),
    "request_seconds": lambda text: float(parsers.whole(1, 3_600)(text)),
    "activity_retention_days": parsers.whole(1, 36_500),
    "audit_retention_days": parsers.days(365, "command", "denial", "export", "query", "sign-in"),
    "erasure_list": parsers.path,
    "rules_file": parsers.path,
    "smtp_url": parsers.url("smtp", "smtps"),
    "mail_from": parsers.address,
    "confirmation_letters": parsers.choice("sent", "handed-out"),
    "openid_providers": parsers.path,
    "licence_registers": parsers.path,
    "passkey_domain": parsers.domain,
    "passkey_origins": parsers.asking_origins,
    "staff_second_factor": parsers.choice("required", "optional"),
    "staff_training": parsers.choice("required", "optional"),
    "training_days": parsers.whole(1, 3_650),
    "four_eyes": parsers.choice("required", "optional"),
    "log_level": parsers.choice("debug", "info", "warning", "error"),
    "token_key": parsers.key,
    "token_former_keys": parsers.public_keys,
    "audit_key": parsers.key,
    "audit_former_keys": str,
    "witness_policy": parsers.path,
    "policy_packs": parsers.path,
    "key_encryption_key": parsers.key,
    "other_key_encryption_keys": parsers.keys,
    "email_index_key": parsers.key,
    "identifier_index_key": parsers.key,
    "badge_key": parsers.key,
    "receipt_key": parsers.key,
    "receipt_former_keys": parsers.public_keys,
    "suppression_key": parsers.key,
    "badge_rsa_key": parsers.rsa_key,
    "badge_former_keys": parsers.public_keys,
    "badge_issuer": parsers.words,
    "controller": parsers.words,
    "controller_contact": parsers.words,
    "data_location": parsers.words,
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
