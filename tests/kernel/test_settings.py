"""Settings: whatever is wrong stops the start with one line that names the variable and never repeats a secret."""

import base64
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kernel.keys import load_keys, new_rsa_key
from kernel.settings import SECRETS, Settings, SettingsError, load

SERVERS = {"LAUREL_DATABASE_URL": "postgresql://laurel:pw@db/laurel", "LAUREL_REDIS_URL": "redis://cache:6379/0"}
KEYS = {
    f"LAUREL_{name.upper()}": base64.b64encode(bytes([number]) * 32).decode() for number, name in enumerate(SECRETS)
} | {"LAUREL_BADGE_RSA_KEY": new_rsa_key().decode()}
PRODUCTION = {"LAUREL_MODE": "production"} | SERVERS | KEYS
ED25519 = Ed25519PrivateKey.generate()
ED25519_PRIVATE = ED25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ED25519_PUBLIC = ED25519.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_without_variables_everything_has_a_value_that_works_on_one_machine() -> None:
    settings = load({"PATH": "/bin", "LAURELS": "not ours"})
    assert settings == Settings()
    assert settings.embedded
    assert settings.host == "127.0.0.1"


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = load(
        PRODUCTION
        | {
            "LAUREL_HOME": str(tmp_path),
            "LAUREL_PORT": "9000",
            "LAUREL_WORKERS": "3",
            "LAUREL_TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::/32",
            "LAUREL_REQUEST_SECONDS": "5",
            "LAUREL_ACTIVITY_RETENTION_DAYS": "365",
            "LAUREL_AUDIT_RETENTION_DAYS": "query=365, sign-in=730",
            "LAUREL_LOG_LEVEL": "warning",
            "LAUREL_PUBLIC_URL": "https://laurel.example",
            "LAUREL_BADGE_FORMER_KEYS": ED25519_PUBLIC * 2,
            "LAUREL_TOKEN_FORMER_KEYS": ED25519_PUBLIC,
            "LAUREL_SMTP_URL": "smtps://mail.example",
            "LAUREL_MAIL_FROM": "laurel@mail.example",
            "LAUREL_CORS_ORIGINS": "https://app.example, http://localhost:3000",
            "LAUREL_BADGE_ISSUER": "Aurora Medical",
        }
    )
    assert (settings.mode, settings.home, settings.port, settings.workers) == ("production", tmp_path, 9000, 3)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
    assert (settings.smtp_url, settings.mail_from) == ("smtps://mail.example", "laurel@mail.example")
    assert settings.cors_origins == ("https://app.example", "http://localhost:3000")
    assert settings.token_former_keys == ED25519_PUBLIC.encode()
    assert (settings.request_seconds, settings.activity_retention_days) == (5.0, 365)
    assert settings.audit_retention_days == {"query": 365, "sign-in": 730}
    assert settings.token_key == bytes(32)
    assert (settings.badge_issuer, settings.badge_former_keys) == ("Aurora Medical", (ED25519_PUBLIC * 2).encode())
    assert not settings.embedded


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LAUREL_PROT", "8000"),
        ("LAUREL_MODE", "prod"),
        ("LAUREL_AUDIT_RETENTION_DAYS", "query=364"),
        ("LAUREL_AUDIT_RETENTION_DAYS", "reads=730"),
        ("LAUREL_AUDIT_RETENTION_DAYS", "query"),
        ("LAUREL_CORS_ORIGINS", "*"),
        ("LAUREL_CORS_ORIGINS", "https://app.example/path"),
        ("LAUREL_MAIL_FROM", "nobody"),
        ("LAUREL_SMTP_URL", "http://mail.example"),
        ("LAUREL_STAFF_SECOND_FACTOR", "yes"),
        ("LAUREL_FOUR_EYES", "two"),
        ("LAUREL_STAFF_TRAINING", "yes"),
        ("LAUREL_TRAINING_DAYS", "0"),
        ("LAUREL_PASSKEY_DOMAIN", "https://clinic.example"),
        ("LAUREL_PASSKEY_DOMAIN", "Clinic.example"),
        ("LAUREL_PASSKEY_ORIGINS", "https://app.example/path"),
        ("LAUREL_PASSKEY_ORIGINS", "android:apk-key-hash:short"),
        ("LAUREL_PORT", "0"),
        ("LAUREL_PORT", "65536"),
        ("LAUREL_PORT", "\uff18\uff10\uff10\uff10"),
        ("LAUREL_PORT", ""),
        ("LAUREL_WORKERS", "-1"),
        ("LAUREL_REQUEST_SECONDS", "1.5"),
        ("LAUREL_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("LAUREL_TRUSTED_PROXIES", "everyone"),
        ("LAUREL_LOG_LEVEL", "loud"),
        ("LAUREL_HOME", "~nobody-of-that-name/laurel"),
        ("LAUREL_DATABASE_URL", "mysql://db/laurel"),
        ("LAUREL_DATABASE_URL", "postgresql:"),
        ("LAUREL_DATABASE_URL", "laurel"),
        ("LAUREL_REDIS_URL", "http://cache"),
        ("LAUREL_PUBLIC_URL", "laurel.example"),
        ("LAUREL_PUBLIC_URL", "https:laurel.example"),
        ("LAUREL_PUBLIC_URL", "http:///laurel"),
        ("LAUREL_TOKEN_KEY", "c2hvcnQ="),
        ("LAUREL_TOKEN_KEY", "no base64!"),
        ("LAUREL_TOKEN_KEY_FILE", "/does/not/exist"),
        ("LAUREL_BADGE_RSA_KEY", "no PEM"),
        ("LAUREL_BADGE_RSA_KEY", ED25519_PRIVATE),
        ("LAUREL_BADGE_FORMER_KEYS", "no PEM"),
        ("LAUREL_BADGE_FORMER_KEYS", ED25519_PRIVATE),
        ("LAUREL_BADGE_FORMER_KEYS", ED25519_PUBLIC + "and more"),
        ("LAUREL_BADGE_ISSUER", " "),
        ("LAUREL_BADGE_ISSUER", "two\nlines"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(PRODUCTION | {variable: value})
    assert refusal.value.detail.startswith(f"{variable}: ")
    assert "\n" not in refusal.value.detail
    assert refusal.value.facts["field"] == variable


@pytest.mark.parametrize(
    ("variable", "value", "secret"),
    [
        ("LAUREL_DATABASE_URL", "postgresql://laurel:sesame/open@db/laurel", "sesame"),
        ("LAUREL_DATABASE_URL", "postgresql://laurel:sesame@db:port/laurel", "sesame"),
        ("LAUREL_REDIS_URL", "redis://:sesame#1@cache", "sesame"),
        ("LAUREL_DATABASE_URL", "postgres//laurel:sesame@db", "sesame"),
        ("LAUREL_TOKEN_KEY", "sesame", "sesame"),
    ],
)
def test_a_secret_in_a_malformed_value_is_not_repeated(variable: str, value: str, secret: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load(SERVERS | {variable: value})
    assert variable in refusal.value.detail
    assert secret not in refusal.value.detail


@pytest.mark.parametrize("missing", sorted({*SERVERS, *KEYS}))
def test_production_does_not_start_without_its_servers_and_secrets(missing: str) -> None:
    assert load(PRODUCTION).mode == "production"
    with pytest.raises(SettingsError, match=r"LAUREL_\w+"):
        load({name: value for name, value in PRODUCTION.items() if name != missing})


def test_one_server_without_the_other_is_refused() -> None:
    for name, value in SERVERS.items():
        with pytest.raises(SettingsError, match="give both"):
            load({name: value})


def test_two_equal_keys_are_refused_in_production() -> None:
    with pytest.raises(SettingsError, match="every key must be its own"):
        load(PRODUCTION | {"LAUREL_AUDIT_KEY": PRODUCTION["LAUREL_TOKEN_KEY"]})


def test_a_secret_can_come_from_a_file_and_not_from_both(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEYS["LAUREL_TOKEN_KEY"] + "\n")
    settings = load({"LAUREL_TOKEN_KEY_FILE": str(file)})
    assert settings.token_key == bytes(32)
    with pytest.raises(SettingsError, match="given twice"):
        load({"LAUREL_TOKEN_KEY_FILE": str(file), "LAUREL_TOKEN_KEY": KEYS["LAUREL_TOKEN_KEY"]})
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="can't read that file"):
        load({"LAUREL_TOKEN_KEY_FILE": str(file)})


def test_programs_that_start_together_for_the_first_time_have_the_same_keys(tmp_path: Path) -> None:
    settings = load({"LAUREL_HOME": str(tmp_path)})
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: load_keys(settings), range(4)))
    assert made == [made[0]] * 4
    assert [file.name for file in (tmp_path / "keys").iterdir() if file.name.startswith(".")] == []


def test_keys_are_made_once_kept_private_and_each_is_another(tmp_path: Path) -> None:
    settings = load({"LAUREL_HOME": str(tmp_path)})
    made = load_keys(settings)
    assert load_keys(settings) == made
    values = {getattr(made, name) for name in SECRETS}
    assert len(values) == len(SECRETS)
    assert {len(value) for value in values} == {32}
    assert made.badge_rsa_key.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert {file.name for file in (tmp_path / "keys").iterdir()} == {f"{name}.bin" for name in SECRETS} | {
        "badge_rsa_key.pem"
    }
    for file in (tmp_path / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    given = load({"LAUREL_HOME": str(tmp_path)} | KEYS)
    assert load_keys(given).token_key == bytes(32), "what is given counts"
    assert not any(value.hex() in repr(made) for value in values)


def test_in_production_staff_need_a_second_factor_training_and_two_people_unless_it_is_said_otherwise() -> None:
    assert load(PRODUCTION).needs_second_factor
    assert not load(PRODUCTION | {"LAUREL_STAFF_SECOND_FACTOR": "optional"}).needs_second_factor
    assert not load({}).needs_second_factor
    assert load({"LAUREL_STAFF_SECOND_FACTOR": "required"}).needs_second_factor
    assert load(PRODUCTION).needs_training
    assert not load(PRODUCTION | {"LAUREL_STAFF_TRAINING": "optional"}).needs_training
    assert not load({}).needs_training
    assert load(PRODUCTION).needs_four_eyes
    assert not load(PRODUCTION | {"LAUREL_FOUR_EYES": "optional"}).needs_four_eyes
    assert not load({}).needs_four_eyes


def test_passkeys_are_made_for_a_domain_and_asked_for_by_pages_and_apps() -> None:
    app = "android:apk-key-hash:" + "a" * 43
    settings = load(
        {"LAUREL_PASSKEY_DOMAIN": "clinic.example", "LAUREL_PASSKEY_ORIGINS": f"https://app.example, {app}"}
    )
    assert settings.passkey_domain == "clinic.example"
    assert set(settings.passkey_origins) == {"https://app.example", app}
