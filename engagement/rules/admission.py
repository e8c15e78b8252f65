"""May this activity be kept? One pure decision, in a fixed order, with one reason code per refusal."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from engagement.rules.parsing import Draft
from engagement.vocabulary import Reason

FUTURE_TOLERANCE: Final = timedelta(minutes=5)
"""How far ahead of ours a client's clock may go."""


class Refusal(msgspec.Struct, frozen=True):
    """Why not; ``field`` names what to correct."""

    reason: Reason
    field: str
    detail: str


NO_CONSENT: Final = Refusal(
    Reason.CONSENT_REQUIRED, "actor", "The person has not agreed to the recording of engagement."
)
NOT_VISIBLE: Final = Refusal(
    Reason.CONTENT_NOT_VISIBLE, "object", "There is no approved item with this id for the person at that time."
)
FUTURE: Final = Refusal(Reason.IN_THE_FUTURE, "occurred_at", "Lies more than 5 minutes in the future.")


def admit(draft: Draft, *, consented: bool, visible: bool, now: datetime, retention_days: int | None) -> Refusal | None:
    """Return why ``draft`` may not be kept at ``now`` (UTC), or None when it may."""
    if not consented:
        return NO_CONSENT
    if draft.occurred_at > now + FUTURE_TOLERANCE:
        return FUTURE
    if retention_days is not None and draft.occurred_at < now - timedelta(days=retention_days):
        return Refusal(Reason.TOO_OLD, "occurred_at", f"Activities are kept for {retention_days} days.")
    if not visible:
        return NOT_VISIBLE
    return None
