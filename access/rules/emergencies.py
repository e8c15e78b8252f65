"""What breaking the glass gives: one permission or one market, for a while, and never a word in one's own favour."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from access.authority_errors import InvalidEmergencyError
from access.policy import IN_EMERGENCY, ROLE_PERMISSIONS
from access.rules.decision import in_scope
from access.values import Caller, Opened
from access.vocabulary import Permission, Role
from people.vocabulary import is_market

MOST_MINUTES: Final = 60


def check(caller: Caller, permission: Permission | None, market: str | None) -> None:
    """See that there is something to lend, which the caller has not.

    Raises:
        InvalidEmergencyError: the facts hold the ``field`` that is wrong.

    """
    if (permission is None) == (market is None):
        raise InvalidEmergencyError("Name either the field permission or the field market.", field="permission")
    if market is not None and (not is_market(market) or in_scope(caller, market)):
        message = "The field market must be an ISO 3166-1 alpha-2 code outside of your markets."
        raise InvalidEmergencyError(message, field="market")
    if permission is None:
        return
    if permission not in IN_EMERGENCY:
        raise InvalidEmergencyError("The field permission names nothing that an emergency lends.", field="permission")
    if permission in ROLE_PERMISSIONS[caller.role]:
        raise InvalidEmergencyError("The field permission names what your role may do anyway.", field="permission")


def under(caller: Caller, opened: Opened | None, permission: Permission, now: datetime) -> Caller:
    """Return the caller of a request for ``permission`` with what an emergency access adds to it at ``now``.

    A market is lent for what an emergency is for, and for nothing else that the role may do; an HCP is lent nothing.
    """
    if opened is None or now >= opened.ends_at or caller.role is Role.HCP:
        return caller
    lends_market = opened.market is not None and permission in IN_EMERGENCY
    return replace(
        caller,
        break_glass=opened.id,
        lent=opened.permission if opened.permission in IN_EMERGENCY else None,
        markets=caller.markets | {opened.market} if opened.market is not None and lends_market else caller.markets,
    )


def reviewers() -> list[Role]:
    """Return the roles that hear of an emergency access at once and review it."""
    return [role for role in Role if Permission.BREAK_GLASS_REVIEW in ROLE_PERMISSIONS[role]]
