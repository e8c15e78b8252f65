"""What needs two people: one asks and says why, another one agrees (ASVS 2.3.5)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from access.errors import FourEyesError, InvalidAccountError
from access.vocabulary import ApprovalState
from kernel.canonical import canonical

REASON_LENGTH: Final = 200
WAITS: Final = timedelta(days=7)
"""For how long a question waits for somebody's answer."""
HOLDS: Final = timedelta(hours=24)
"""For how long something may be done once somebody agreed."""


def reason(text: str, field: str = "reason") -> str:
    """Return a reason as it is kept: one line that says something.

    Raises:
        InvalidAccountError: it is empty, longer than 200 characters or not one line.

    """
    if not text.strip() or len(text) > REASON_LENGTH or not text.isprintable():
        raise InvalidAccountError(f"The field {field} is one line of 1 to {REASON_LENGTH} characters.", field=field)
    return text.strip()


def require_another(account: UUID, *involved: UUID) -> None:
    """See that ``account`` is none of those who are involved already.

    Raises:
        FourEyesError: it is one of them.

    """
    if account in involved:
        raise FourEyesError("Somebody else must decide this.")


def digest(operation: str, body: Mapping[str, Any]) -> bytes:
    """Return what binds an approval to exactly one request, however its JSON was laid out."""
    return hashlib.sha256(canonical({"operation": operation, "body": dict(body)})).digest()


def state(
    asked_at: datetime, decided_at: datetime | None, now: datetime, *, approved: bool | None, used: bool
) -> ApprovalState:
    """Return where a question stands at ``now``."""
    if used:
        return ApprovalState.USED
    if decided_at is None:
        return ApprovalState.WAITING if now < asked_at + WAITS else ApprovalState.EXPIRED
    if not approved:
        return ApprovalState.REJECTED
    return ApprovalState.APPROVED if now < decided_at + HOLDS else ApprovalState.EXPIRED
