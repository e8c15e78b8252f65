"""The decision whether a caller may do something, in which markets, and for which brands."""

from datetime import timedelta
from typing import Final

from access.policy import EVERYONE, GETTING_SECOND_FACTOR, ROLE_PERMISSIONS, WITHOUT_SECOND_FACTOR, branded
from access.values import Caller, Decision
from access.vocabulary import ALL_MARKETS, Permission, Reason, Role

_ALLOWED: Final = Decision(allowed=True, reason=Reason.ALLOWED)
_ROLE: Final = Decision(allowed=False, reason=Reason.ROLE_LACKS_PERMISSION)
_MARKET: Final = Decision(allowed=False, reason=Reason.OUTSIDE_MARKET)
_BRAND: Final = Decision(allowed=False, reason=Reason.OUTSIDE_BRAND)
_NARROWED: Final = Decision(allowed=False, reason=Reason.CLIENT_NARROWED)
_SECOND: Final = Decision(allowed=False, reason=Reason.SECOND_FACTOR_MISSING)
_OLD: Final = Decision(allowed=False, reason=Reason.FACTOR_TOO_OLD)


def decide(caller: Caller, permission: Permission, market: str | None = None, brand: str | None = None) -> Decision:
    """Decide whether ``caller`` may do ``permission``, in ``market`` and for ``brand`` where the thing has one.

    What neither the table of ``access/policy.py`` nor an emergency access holds is denied.
    """
    if permission not in ROLE_PERMISSIONS.get(caller.role, ()) and permission is not caller.lent:
        return _ROLE
    if caller.narrowed is not None and permission not in caller.narrowed | EVERYONE:
        return _NARROWED
    if market is not None and not in_scope(caller, market):
        return _MARKET
    if brand is not None and branded(caller.role, permission) and not caller.scope.knows({brand}):
        return _BRAND
    return _ALLOWED


def decide_factors(
    role: Role, permission: Permission, *, enrolled: bool, needed: bool, age: timedelta | None, most: int | None
) -> Decision:
    """Decide whether what the caller showed at sign-in, or since, is enough.

    ``enrolled``: the account has a second factor; ``needed``: this installation wants one of staff; ``age``: of the
    newest proof, None when there is none; ``most``: how old that may be for this, in seconds (RFC 9470).
    """
    if needed and not enrolled and role not in WITHOUT_SECOND_FACTOR and permission not in GETTING_SECOND_FACTOR:
        return _SECOND
    if most is not None and (age is None or age.total_seconds() > most):
        return _OLD
    return _ALLOWED


def in_scope(caller: Caller, market: str) -> bool:
    """Tell whether ``market`` is within the caller's market scope. An empty scope holds nothing."""
    return market in caller.markets or ALL_MARKETS in caller.markets
