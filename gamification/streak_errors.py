"""What can go wrong with streaks; a part of the room's error tree."""

from kernel.errors import ConflictError, NotFoundError


class StreakNotFoundError(NotFoundError):
    """No streak of the rules in force has this key, or nobody in the markets of this account is this person."""

    code = "streak-not-found"


class FreezesRefusedError(ConflictError):
    """The streak takes no freezes; the facts hold ``reason``."""

    code = "freezes-refused"
    remedy = "Grant them to a streak whose rule has freezes, that has begun, and that holds fewer than its most."
