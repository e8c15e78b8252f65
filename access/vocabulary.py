"""The words of access: who somebody is to Laurel, and what may be done."""

import re
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)

ALL_MARKETS: Final = "*"
"""Stands in a market scope for every market there is and will be."""

ALL_BRANDS: Final = "*"
"""Stands in a scope for every brand there is and will be, and for what belongs to none."""

_BRAND: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")


def is_brand(word: str) -> bool:
    """Tell whether ``word`` can be a brand's key: small letters, digits and hyphens, beginning with a letter."""
    return _BRAND.fullmatch(word) is not None


class Role(StrEnum):
    """What an account is for; every account has exactly one."""

    ADMINISTRATOR = "administrator"
    COMPLIANCE_OFFICER = "compliance_officer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    HCP = "hcp"
    LEARNING_SYSTEM = "learning_system"
    MARKETER = "marketer"
    MEDICAL_REVIEWER = "medical_reviewer"
    PROVISIONER = "provisioner"
    WITNESS = "witness"


MACHINES: Final = frozenset({Role.LEARNING_SYSTEM, Role.PROVISIONER, Role.WITNESS})
"""Roles of programs: they have a client id and a secret, and are no person."""

WHOLE: Final = frozenset({Role.COMPLIANCE_OFFICER, Role.DATA_PROTECTION_OFFICER})
"""Roles that answer for every brand: caps, transfers of value and a person's rights know of none."""


class Permission(StrEnum):
    """What can be allowed, spelled ``resource:action``; ``own-`` before a resource says that only the caller's exists.

    Keep the list alphabetical. Every route names exactly one of these; which roles hold it is said in
    ``access/policy.py`` and nowhere else.
    """

    ACCOUNT_MANAGE = "account:manage"
    ACTIVITY_DELIVER = "activity:deliver"
    ACTIVITY_RECORD = "activity:record"
    ACTIVITY_RETRACT = "activity:retract"
    APPROVAL_ASK = "approval:ask"
    APPROVAL_DECIDE = "approval:decide"
    AUDIT_EXPORT = "audit:export"
    AUDIT_HOLD = "audit:hold"
    AUDIT_LOG_FETCH = "audit-log:fetch"
    AUDIT_READ = "audit:read"
    AUDIT_REVIEW = "audit:review"
    AWARD_PROOF_READ = "award-proof:read"
    AWARD_REVOKE = "award:revoke"
    BADGES_READ = "badges:read"
    BADGE_EXPORT = "badge:export"
    BOARD_MANAGE = "board:manage"
    BOARD_READ = "board:read"
    BREAK_GLASS_OPEN = "break-glass:open"
    BREAK_GLASS_REVIEW = "break-glass:review"
    CAMPAIGN_APPROVE = "campaign:approve"
    CAMPAIGN_FREEZE = "campaign:freeze"
    CAMPAIGN_READ = "campaign:read"
    CAMPAIGN_STOP = "campaign:stop"
    CAMPAIGN_WRITE = "campaign:write"
    CLAIMS_READ = "claims:read"
    CLAIM_CANCEL = "claim:cancel"
    CLAIM_FULFIL = "claim:fulfil"
    CONSENT_DELIVER = "consent:deliver"
    CONSENT_GAPS_READ = "consent-gaps:read"
    CONSENT_READ = "consent:read"
    CONSENT_WRITE = "consent:write"
    CONTENT_APPROVE = "content:approve"
    CONTENT_CREATE = "content:create"
    CONTENT_READ = "content:read"
    CURRENCIES_READ = "currencies:read"
    CURRENCY_MANAGE = "currency:manage"
    FREEZES_GRANT = "freezes:grant"
    HCP_CONTACT_READ = "hcp-contact:read"
    HCP_CREATE = "hcp:create"
    HCP_IDENTIFIERS_READ = "hcp-identifiers:read"
    HCP_READ = "hcp:read"
    HCP_WRITE = "hcp:write"
    LEADERBOARD_READ = "leaderboard:read"
    LEGAL_HOLD_MANAGE = "legal-hold:manage"
    LICENCE_DECIDE = "licence:decide"
    MESSAGE_SEND = "message:send"
    NOTICE_READ = "notice:read"
    NOTICE_WRITE = "notice:write"
    OPPORTUNITIES_READ = "opportunities:read"
    OWN_ACCESS_LOG_READ = "own-access-log:read"
    OWN_ALERTS_READ = "own-alerts:read"
    OWN_FACTORS_MANAGE = "own-factors:manage"
    OWN_HCP_PROFILE_READ = "own-hcp-profile:read"
    OWN_HCP_PROFILE_WRITE = "own-hcp-profile:write"
    OWN_IDENTITIES_MANAGE = "own-identities:manage"
    OWN_PASSWORD_CHANGE = "own-password:change"  # noqa: S105 - names a permission
    OWN_PRIVACY_REQUESTS_READ = "own-privacy-requests:read"
    OWN_PRIVACY_REQUEST_MAKE = "own-privacy-request:make"
    OWN_PROFILE_READ = "own-profile:read"
    OWN_SESSIONS_READ = "own-sessions:read"
    OWN_TRAINING_READ = "own-training:read"
    POINTS_READ = "points:read"
    POLICIES_READ = "policies:read"
    PRIVACY_REQUESTS_READ = "privacy-requests:read"
    PRIVACY_REQUEST_HANDLE = "privacy-request:handle"
    RECOMMENDATIONS_READ = "recommendations:read"
    REWARDS_READ = "rewards:read"
    REWARD_APPROVE = "reward:approve"
    REWARD_CATALOGUE_READ = "reward-catalogue:read"
    REWARD_CLAIM = "reward:claim"
    REWARD_CREATE = "reward:create"
    ROLE_DECIDE = "role:decide"
    RULES_CHECK = "rules:check"
    RULES_EXPLAIN = "rules:explain"
    RULES_READ = "rules:read"
    SESSION_END = "session:end"
    STAFF_PROVISION = "staff:provision"
    STREAKS_READ = "streaks:read"
    SUPPRESSION_WRITE = "suppression:write"
    TRAINING_RECORD = "training:record"
    TRANSFERS_OF_VALUE_READ = "transfers-of-value:read"
    TRANSFER_DISPUTE = "transfer:dispute"
    TRANSFER_DISPUTE_ANSWER = "transfer-dispute:answer"


class AccountStatus(StrEnum):
    """Whether an account may be used."""

    ACTIVE = "active"
    DISABLED = "disabled"
    PENDING = "pending"


class Method(StrEnum):
    """By what somebody showed who they are; ``pwd``, ``otp`` and ``pop`` are names of RFC 8176."""

    PASSWORD = "pwd"  # noqa: S105 - names a method
    ONE_TIME_PASSWORD = "otp"  # noqa: S105 - the same
    RECOVERY_CODE = "recovery-code"
    PASSKEY = "pop"
    IDENTITY_PROVIDER = "identity-provider"
    CLIENT_SECRET = "client-secret"  # noqa: S105 - the same


class Ceremony(StrEnum):
    """What a passkey's challenge may be answered for, and nothing else."""

    REGISTRATION = "registration"
    SIGN_IN = "sign-in"
    PROOF = "proof"


class LetterKind(StrEnum):
    """What a letter's code is good for; letters that only tell something are named by their ``AlertKind``."""

    EMAIL_CONFIRMATION = "email-confirmation"
    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - names a letter


class AlertKind(StrEnum):
    """What an account's owner should know."""

    ACCOUNT_ENABLED = "account-enabled"
    ADDRESS_MOVED = "address-moved"
    AUTHENTICATOR_ADDED = "authenticator-added"
    AUTHENTICATOR_REMOVED = "authenticator-removed"
    BREAK_GLASS_OPENED = "break-glass-opened"
    IDENTITY_LINKED = "identity-linked"
    IDENTITY_REMOVED = "identity-removed"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_COPIED = "passkey-copied"
    PASSKEY_REMOVED = "passkey-removed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the same
    RECOVERY_CODES_RENEWED = "recovery-codes-renewed"
    RECOVERY_CODE_USED = "recovery-code-used"
    REFRESH_REUSED = "refresh-token-reused"
    REGISTRATION_REPEATED = "registration-repeated"
    ROLE_CHANGED = "role-changed"


class ApprovalState(StrEnum):
    """Where a question stands that somebody else must agree to."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    USED = "used"
    EXPIRED = "expired"


class Finding(StrEnum):
    """What somebody else thinks of an emergency access once it is over."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class Reason(StrEnum):
    """Why a decision was taken."""

    ALLOWED = "allowed"
    ROLE_LACKS_PERMISSION = "role-lacks-permission"
    OUTSIDE_MARKET = "outside-market"
    OUTSIDE_BRAND = "outside-brand"
    SECOND_FACTOR_MISSING = "second-factor-missing"
    CLIENT_NARROWED = "client-narrowed"
    FACTOR_TOO_OLD = "factor-too-old"
    TRAINING_MISSING = "training-missing"


class Reach(StrEnum):
    """How far a permission reaches."""

    OWN = "own"
    MARKET = "market"
    EVERYWHERE = "everywhere"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    ACCOUNT_CONFIRMED = "access:account:confirmed"
    ACCOUNT_CREATED = "access:account:created"
    ACCOUNT_DISABLED = "access:account:disabled"
    ACCOUNT_ENABLED = "access:account:enabled"
    ADDRESS_MOVED = "access:address:moved"
    APPROVALS_READ = "access:approvals:read"
    APPROVAL_ASKED = "access:approval:asked"
    APPROVAL_GIVEN = "access:approval:given"
    APPROVAL_REFUSED = "access:approval:refused"
    APPROVAL_USED = "access:approval:used"
    AUTHENTICATOR_CONFIRMED = "access:authenticator:confirmed"
    AUTHENTICATOR_OFFERED = "access:authenticator:offered"
    AUTHENTICATOR_REMOVED = "access:authenticator:removed"
    ALERTS_READ = "access:alerts:read"
    BREAK_GLASS_ENDED = "access:emergency:ended"
    BREAK_GLASS_OPENED = "access:emergency:opened"
    BREAK_GLASS_READ = "access:emergency:read"
    BREAK_GLASS_REVIEWED = "access:emergency:reviewed"
    CLIENTS_READ = "access:clients:read"
    CLIENT_CREATED = "access:client:created"
    CLIENT_REVOKED = "access:client:revoked"
    FACTORS_READ = "access:factors:read"
    FACTOR_PROVED = "access:factor:proved"
    FACTOR_REFUSED = "access:factor:refused"
    IDENTITIES_READ = "access:identities:read"
    IDENTITY_ASKED = "access:identity:asked"
    IDENTITY_LINKED = "access:identity:linked"
    IDENTITY_REMOVED = "access:identity:removed"
    KEY_REMOVED = "access:key:removed"
    KEY_ROTATED = "access:key:rotated"
    LETTER_SENT = "access:letter:sent"
    LETTER_STOPPED = "access:letter:stopped"
    PASSKEYS_READ = "access:passkeys:read"
    PASSKEY_ADDED = "access:passkey:added"
    PASSKEY_ASKED = "access:passkey:asked"
    PASSKEY_OFFERED = "access:passkey:offered"
    PASSKEY_REMOVED = "access:passkey:removed"
    PASSWORD_CHANGED = "access:password:changed"  # noqa: S105 - the same
    PASSWORD_RESET_ASKED = "access:reset:asked"  # noqa: S105 - the same
    RECOVERY_CODES_RENEWED = "access:codes:renewed"
    REFRESH_REUSED = "access:refresh:reused"
    REGISTRATION_ASKED = "access:registration:asked"
    REGISTRATION_LAPSED = "access:registration:lapsed"
    ROLE_CHANGED = "access:role:changed"
    ROLE_REQUESTED = "access:role:requested"
    ROLE_REQUESTS_READ = "access:requests:read"
    ROLE_REQUEST_APPROVED = "access:request:approved"
    ROLE_REQUEST_REJECTED = "access:request:rejected"
    SECRET_ROTATED = "access:secret:rotated"  # noqa: S105 - names an action
    SESSIONS_READ = "access:sessions:read"
    SESSION_ENDED = "access:session:ended"
    SESSION_REFRESHED = "access:session:refreshed"
    TRAINING_READ = "access:training:read"
    TRAINING_RECORDED = "access:training:recorded"
    SIGN_IN_FAILED = "access:session:refused"
    SIGNED_IN = "access:session:started"
    STAFF_CHANGED = "access:staff:changed"
    STAFF_DESCRIBED = "access:staff:described"
    STAFF_PROVISIONED = "access:staff:provisioned"
    STAFF_READ = "access:staff:read"
    STAFF_REMOVED = "access:staff:removed"
