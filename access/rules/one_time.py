"""One-time passwords by the clock (RFC 6238, over RFC 4226), and codes for when the app is lost."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

PERIOD_SECONDS: Final = 30
DIGITS: Final = 6
"""SHA-1, six digits, thirty seconds: what every authenticator app understands. Collisions do not weaken HMAC."""
DRIFT: Final = 1
"""So many periods may the app's clock be wrong, either way (RFC 6238 section 5.2)."""
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 15
"""120 bits: beyond guessing, so that a plain hash is enough (ASVS 6.5.2)."""


def step_at(now: datetime) -> int:
    """Return the number of the period that ``now`` lies in."""
    return int(now.timestamp()) // PERIOD_SECONDS


def password_at(secret: bytes, step: int) -> str:
    """Return the one-time password of a period (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: bytes, given: str, now: datetime, last_step: int) -> int | None:
    """Return the period after ``last_step`` whose password ``given`` is, or None.

    Every period is compared, also after a match: how long it takes says nothing.
    """
    present = step_at(now)
    steps = range(present - DRIFT, present + DRIFT + 1)
    right = [hmac.compare_digest(password_at(secret, step).encode(), given.encode()) for step in steps]
    found = [step for step, matches in zip(steps, right, strict=True) if matches and step > last_step]
    return found[0] if found else None


def is_one_time(given: str) -> bool:
    """Tell whether ``given`` looks like a one-time password; anything else is taken for a recovery code."""
    return len(given) == DIGITS and given.isascii() and given.isdigit()


def key_uri(secret: bytes, account: str, issuer: str) -> str:
    """Return what an authenticator app reads from a QR code (the Key URI format)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return (
        f"otpauth://totp/{label}?secret={base32(secret)}&issuer={quote(issuer, safe='')}"
        f"&algorithm=SHA1&digits={DIGITS}&period={PERIOD_SECONDS}"
    )


def base32(secret: bytes) -> str:
    """Return a secret as it is typed into an app."""
    return base64.b32encode(secret).rstrip(b"=").decode()


def recovery_code(random: bytes) -> str:
    """Return ``RECOVERY_BYTES`` random bytes as a code that can be copied by hand: four groups of six."""
    text = base64.b32encode(random).decode().lower()
    return "-".join(text[start : start + 6] for start in range(0, len(text), 6))


def recovery_hash(account: UUID, code: str) -> bytes:
    """Return what is stored of a code, however its groups were typed; two accounts never share one."""
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(account.bytes + plain.encode("utf-8", "surrogatepass")).digest()
