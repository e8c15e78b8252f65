"""Who handles other people's data has lately learnt how: the gate in front of what shows or changes it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from access.authority_errors import InvalidTrainingError
from access.policy import PERSONAL
from access.values import Decision
from access.vocabulary import MACHINES, Permission, Reason, Role

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)


def decide_training(
    role: Role, permission: Permission, trained_at: datetime | None, now: datetime, days: int
) -> Decision:
    """Decide whether staff of ``role`` may use ``permission`` with a module completed at ``trained_at``.

    It counts for so many ``days``, to the microsecond. HCPs see their own data only, and machines learn nothing.
    """
    if permission not in PERSONAL or role in MACHINES or role is Role.HCP:
        return Decision(allowed=True, reason=Reason.ALLOWED)
    if trained_at is None or now >= until(trained_at, days):
        return Decision(allowed=False, reason=Reason.TRAINING_MISSING)
    return Decision(allowed=True, reason=Reason.ALLOWED)


def until(trained_at: datetime, days: int) -> datetime:
    """Return when a completed module stops counting."""
    return trained_at + timedelta(days=days)


def check(completed_at: datetime, now: datetime) -> None:
    """See that a module was completed by now.

    Raises:
        InvalidTrainingError: it lies in the future, or is no instant that can be stored; the facts hold ``field``.

    """
    if completed_at.utcoffset() is None:
        raise InvalidTrainingError("The field completed_at must have an offset from UTC.", field="completed_at")
    if completed_at < EARLIEST:
        raise InvalidTrainingError("The field completed_at must not lie before the year 1900.", field="completed_at")
    if completed_at > now:
        raise InvalidTrainingError("The field completed_at must not lie in the future.", field="completed_at")
