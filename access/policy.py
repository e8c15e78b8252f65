"""Who may do what: the one table that a compliance officer reads, and the only place that says it.

What is not written here is denied. ``laurel access matrix`` prints it against every route.
"""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from access.vocabulary import MACHINES, WHOLE, Permission, Reach, Role
from kernel.canonical import canonical

EVERYONE: Final = frozenset(
    {
        Permission.NOTICE_READ,
        Permission.OWN_ALERTS_READ,
        Permission.OWN_PROFILE_READ,
        Permission.OWN_SESSIONS_READ,
        Permission.SESSION_END,
    }
)
"""What every account may do."""

_PERSON: Final = EVERYONE | {Permission.OWN_FACTORS_MANAGE, Permission.OWN_PASSWORD_CHANGE}
"""What everybody may do who is no machine."""

_STAFF: Final = _PERSON | {Permission.BREAK_GLASS_OPEN, Permission.CONTENT_READ, Permission.OWN_TRAINING_READ}
"""What every member of staff may do, within their markets."""

GETTING_SECOND_FACTOR: Final = frozenset(
    {Permission.OWN_FACTORS_MANAGE, Permission.OWN_PASSWORD_CHANGE, Permission.OWN_PROFILE_READ, Permission.SESSION_END}
)
"""What staff may do before they have a second factor, where one is needed."""

WITHOUT_SECOND_FACTOR: Final = MACHINES | {Role.HCP}
"""HCPs choose whether they want one; machines have a secret that nobody remembers."""

OWN: Final = frozenset(
    {
        Permission.BADGES_READ,
        Permission.BADGE_EXPORT,
        Permission.BREAK_GLASS_OPEN,
        Permission.CLAIMS_READ,
        Permission.CONSENT_READ,
        Permission.CONSENT_WRITE,
        Permission.OPPORTUNITIES_READ,
        Permission.POINTS_READ,
        Permission.RECOMMENDATIONS_READ,
        Permission.REWARDS_READ,
        Permission.SESSION_END,
        Permission.STAFF_PROVISION,
        Permission.STREAKS_READ,
        Permission.TRANSFER_DISPUTE,
    }
)
"""What shows and changes only what is the caller's own, besides what says so by its name."""

EVERYWHERE: Final = frozenset(
    {
        Permission.APPROVAL_ASK,
        Permission.APPROVAL_DECIDE,
        Permission.AUDIT_EXPORT,
        Permission.AUDIT_HOLD,
        Permission.AUDIT_LOG_FETCH,
        Permission.AUDIT_READ,
        Permission.AUDIT_REVIEW,
        Permission.BOARD_READ,
        Permission.BREAK_GLASS_REVIEW,
        Permission.CAMPAIGN_APPROVE,
        Permission.CAMPAIGN_FREEZE,
        Permission.CAMPAIGN_READ,
        Permission.CAMPAIGN_STOP,
        Permission.CONSENT_GAPS_READ,
        Permission.CURRENCIES_READ,
        Permission.CURRENCY_MANAGE,
        Permission.LEADERBOARD_READ,
        Permission.NOTICE_READ,
        Permission.NOTICE_WRITE,
        Permission.POLICIES_READ,
        Permission.REWARD_CATALOGUE_READ,
        Permission.RULES_CHECK,
        Permission.RULES_READ,
        Permission.SUPPRESSION_WRITE,
        Permission.TRANSFERS_OF_VALUE_READ,
    }
)
"""What concerns things that belong to no market, or is done by those who oversee them all."""


PERSONAL: Final = frozenset(
    {
        Permission.CONSENT_DELIVER,
        Permission.HCP_CONTACT_READ,
        Permission.HCP_CREATE,
        Permission.HCP_IDENTIFIERS_READ,
        Permission.HCP_READ,
        Permission.HCP_WRITE,
        Permission.LICENCE_DECIDE,
        Permission.PRIVACY_REQUESTS_READ,
        Permission.PRIVACY_REQUEST_HANDLE,
        Permission.SUPPRESSION_WRITE,
    }
)
"""What shows or changes data that identifies somebody else; staff need training in security and privacy for it."""

IN_EMERGENCY: Final = frozenset(
    {
        Permission.AUDIT_READ,
        Permission.AWARD_PROOF_READ,
        Permission.CAMPAIGN_FREEZE,
        Permission.CAMPAIGN_READ,
        Permission.CAMPAIGN_STOP,
        Permission.CLAIM_CANCEL,
        Permission.CLAIM_FULFIL,
        Permission.CONSENT_DELIVER,
        Permission.CONTENT_READ,
        Permission.HCP_CONTACT_READ,
        Permission.HCP_IDENTIFIERS_READ,
        Permission.HCP_READ,
        Permission.HCP_WRITE,
        Permission.LEGAL_HOLD_MANAGE,
        Permission.LICENCE_DECIDE,
        Permission.PRIVACY_REQUESTS_READ,
        Permission.PRIVACY_REQUEST_HANDLE,
        Permission.RULES_EXPLAIN,
        Permission.SUPPRESSION_WRITE,
        Permission.TRANSFERS_OF_VALUE_READ,
    }
)
"""What staff whose role lacks it, or outside their markets, may do for an hour by breaking the glass.

It sees and it helps. What agrees to anything, gives somebody a role or takes data out of the house is not among it."""


BRANDED: Final = frozenset({"account", "board", "campaign", "claim", "content", "reward", "reward-catalogue", "role"})
"""The first words of permissions about what can belong to a brand, or to somebody who works for some brands."""


def reach(permission: Permission) -> Reach:
    """Return how far a permission reaches: within the caller's markets, unless it is said otherwise above."""
    if permission in OWN or permission.value.startswith("own-"):
        return Reach.OWN
    return Reach.EVERYWHERE if permission in EVERYWHERE else Reach.MARKET


def branded(role: Role, permission: Permission) -> bool:
    """Tell whether brands bound what a role may do: not HCPs, and not who answers for every brand."""
    concerned = permission is Permission.RULES_READ or permission.value.partition(":")[0] in BRANDED
    return concerned and role not in WHOLE | {Role.HCP}


ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: _STAFF
        | {
            Permission.ACCOUNT_MANAGE,
            Permission.ROLE_DECIDE,
            Permission.CLAIM_CANCEL,
            Permission.CLAIM_FULFIL,
            Permission.CONSENT_DELIVER,
            Permission.HCP_CONTACT_READ,
            Permission.HCP_CREATE,
            Permission.HCP_IDENTIFIERS_READ,
            Permission.HCP_READ,
            Permission.HCP_WRITE,
            Permission.LICENCE_DECIDE,
            Permission.TRAINING_RECORD,
        },
        Role.COMPLIANCE_OFFICER: _STAFF
        | {
            Permission.APPROVAL_ASK,
            Permission.APPROVAL_DECIDE,
            Permission.HCP_IDENTIFIERS_READ,
            Permission.HCP_READ,
            Permission.LICENCE_DECIDE,
            Permission.ROLE_DECIDE,
            Permission.AUDIT_EXPORT,
            Permission.AUDIT_HOLD,
            Permission.AUDIT_LOG_FETCH,
            Permission.AUDIT_READ,
            Permission.AUDIT_REVIEW,
            Permission.AWARD_PROOF_READ,
            Permission.POLICIES_READ,
            Permission.REWARD_APPROVE,
            Permission.REWARD_CATALOGUE_READ,
            Permission.ACTIVITY_RETRACT,
            Permission.AWARD_REVOKE,
            Permission.FREEZES_GRANT,
            Permission.BOARD_READ,
            Permission.BREAK_GLASS_REVIEW,
            Permission.CAMPAIGN_APPROVE,
            Permission.CAMPAIGN_FREEZE,
            Permission.CAMPAIGN_READ,
            Permission.CAMPAIGN_STOP,
            Permission.CURRENCIES_READ,
            Permission.CURRENCY_MANAGE,
            Permission.CONSENT_GAPS_READ,
            Permission.POLICIES_READ,
            Permission.RULES_EXPLAIN,
            Permission.RULES_READ,
            Permission.TRANSFERS_OF_VALUE_READ,
            Permission.TRANSFER_DISPUTE_ANSWER,
        },
        Role.DATA_PROTECTION_OFFICER: _STAFF
        | {
            Permission.APPROVAL_ASK,
            Permission.APPROVAL_DECIDE,
            Permission.BREAK_GLASS_REVIEW,
            Permission.CONSENT_GAPS_READ,
            Permission.NOTICE_WRITE,
            Permission.SUPPRESSION_WRITE,
            Permission.LEGAL_HOLD_MANAGE,
            Permission.PRIVACY_REQUESTS_READ,
            Permission.PRIVACY_REQUEST_HANDLE,
            Permission.HCP_CONTACT_READ,
            Permission.HCP_READ,
        },
        Role.HCP: _PERSON
        | {
            Permission.ACTIVITY_RECORD,
            Permission.AWARD_PROOF_READ,
            Permission.BADGES_READ,
            Permission.CLAIMS_READ,
            Permission.CLAIM_CANCEL,
            Permission.BADGE_EXPORT,
            Permission.CONSENT_READ,
            Permission.CONSENT_WRITE,
            Permission.CONTENT_READ,
            Permission.LEADERBOARD_READ,
            Permission.OPPORTUNITIES_READ,
            Permission.OWN_ACCESS_LOG_READ,
            Permission.OWN_PRIVACY_REQUESTS_READ,
            Permission.OWN_PRIVACY_REQUEST_MAKE,
            Permission.OWN_HCP_PROFILE_READ,
            Permission.OWN_HCP_PROFILE_WRITE,
            Permission.OWN_IDENTITIES_MANAGE,
            Permission.POINTS_READ,
            Permission.RECOMMENDATIONS_READ,
            Permission.REWARDS_READ,
            Permission.REWARD_CLAIM,
            Permission.STREAKS_READ,
            Permission.TRANSFER_DISPUTE,
        },
        Role.LEARNING_SYSTEM: EVERYONE
        | {
            Permission.ACTIVITY_DELIVER,
            Permission.ACTIVITY_RETRACT,
            Permission.CONSENT_DELIVER,
            Permission.CONTENT_CREATE,
            Permission.HCP_CREATE,
            Permission.MESSAGE_SEND,
            Permission.TRAINING_RECORD,
        },
        Role.MARKETER: _STAFF
        | {
            Permission.BOARD_MANAGE,
            Permission.BOARD_READ,
            Permission.CAMPAIGN_READ,
            Permission.CAMPAIGN_STOP,
            Permission.CAMPAIGN_WRITE,
            Permission.CONTENT_CREATE,
            Permission.CURRENCIES_READ,
            Permission.POLICIES_READ,
            Permission.REWARD_CATALOGUE_READ,
            Permission.REWARD_CREATE,
            Permission.RULES_CHECK,
            Permission.RULES_READ,
        },
        Role.MEDICAL_REVIEWER: _STAFF
        | {
            Permission.CONTENT_APPROVE,
            Permission.REWARD_APPROVE,
            Permission.REWARD_CATALOGUE_READ,
        },
        Role.PROVISIONER: EVERYONE | {Permission.STAFF_PROVISION},
        Role.WITNESS: EVERYONE | {Permission.AUDIT_LOG_FETCH},
    }
)


def _hashed() -> str:
    table = {
        role.value: sorted(
            f"{permission.value} {reach(permission).value}{' brand' if branded(role, permission) else ''}"
            for permission in permissions
        )
        for role, permissions in ROLE_PERMISSIONS.items()
    }
    return sha256(canonical(table)).hexdigest()


POLICY_HASH: Final = _hashed()
"""SHA-256 of RFC 8785 JSON of the table: for each role, its permissions and how far they reach, sorted.

Its first 16 digits stand in the audit entry of each request, so that it says by which table was decided.
"""
