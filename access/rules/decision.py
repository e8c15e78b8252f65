"""The decision whether a caller may do something, and in which markets."""

from typing import Final

from access.policy import ROLE_PERMISSIONS
from access.values import Caller, Decision
from access.vocabulary import ALL_MARKETS, Permission, Reason

_ALLOWED: Final = Decision(allowed=True, reason=Reason.ALLOWED)
_ROLE: Final = Decision(allowed=False, reason=Reason.ROLE_LACKS_PERMISSION)
_MARKET: Final = Decision(allowed=False, reason=Reason.OUTSIDE_MARKET)


def decide(caller: Caller, permission: Permission, market: str | None = None) -> Decision:
    """Decide whether ``caller`` may do ``permission``, in ``market`` where the thing concerned has one.

    What the table of ``access/policy.py`` does not hold is denied.
    """
    if permission not in ROLE_PERMISSIONS.get(caller.role, ()):
        return _ROLE
    if market is not None and not in_scope(caller, market):
        return _MARKET
    return _ALLOWED


def in_scope(caller: Caller, market: str) -> bool:
    """Tell whether ``market`` is within the caller's market scope. An empty scope holds nothing."""
    return market in caller.markets or ALL_MARKETS in caller.markets
