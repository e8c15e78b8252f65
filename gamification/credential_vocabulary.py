"""The words of badges that leave the house."""

from enum import StrEnum


class Form(StrEnum):
    """How a badge leaves the house: a token (VC-JWT), JSON with its proof, or a picture that carries the token."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"


class Verdict(StrEnum):
    """What a presented badge is worth; only ``valid`` is a yes."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    STATUS_UNKNOWN = "status_unknown"
    TAMPERED = "tampered"
    NOT_OURS = "not_ours"
