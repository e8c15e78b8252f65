"""Why somebody was not let in, in the words of the audit trail; whoever asked only learns that it failed."""

from enum import StrEnum


class TokenFault(StrEnum):
    """What is wrong with an access token; for the audit trail, the bearer only learns that it is refused."""

    MALFORMED = "malformed"
    WRONG_HEADER = "wrong-header"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    WRONG_CLAIMS = "wrong-claims"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REMOVED_KEY = "removed-key"
    KEY_NOT_SHOWN = "key-not-shown"


class IdentityFault(StrEnum):
    """What is wrong with what an identity provider answered; for the audit trail."""

    ALGORITHM = "algorithm"
    AUDIENCE = "audience"
    CLAIMS = "claims"
    CODE = "code"
    EXPIRED = "expired"
    ISSUER = "issuer"
    METADATA = "metadata"
    NONCE = "nonce"
    SIGNATURE = "signature"
    STATE = "state"
    TOKEN = "token"  # noqa: S105 - names a fault


class ScimFault(StrEnum):
    """What is wrong with what a directory sent (RFC 7644, table 9)."""

    INVALID_FILTER = "invalidFilter"
    INVALID_PATH = "invalidPath"
    INVALID_SYNTAX = "invalidSyntax"
    INVALID_VALUE = "invalidValue"
    MUTABILITY = "mutability"
    NO_TARGET = "noTarget"


class Refusal(StrEnum):
    """Why nobody was signed in; for the audit trail, whoever asked only learns that it failed."""

    UNKNOWN = "unknown"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - names a reason
    COUNTRY = "country-unknown"
    DISABLED = "disabled"
    ENDED = "session-ended"
    EXPIRED = "expired"
    IDENTITY_OF_STAFF = "identity-of-staff"
    OTP_MISSING = "otp-missing"
    PROFESSION = "profession-unknown"
    REUSED = "reused"
    UNCONFIRMED = "unconfirmed"
    WRONG_KEY = "wrong-key"
    WRONG_OTP = "wrong-otp"
    WRONG_PASSKEY = "wrong-passkey"
