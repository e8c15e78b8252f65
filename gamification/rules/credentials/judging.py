"""What a presented badge is worth: who signed it, whether it is as it was signed, and whether it still counts.

A right signature is half of the answer. A badge that was taken back is signed as well as ever, so nothing here says
``valid`` before somebody has looked the status up.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import UNSET

from gamification.credential_vocabulary import Verdict
from gamification.rules.credentials import integrity, status, tokens
from gamification.rules.credentials.baking import PNG_START, PictureError, credential_in
from gamification.rules.credentials.documents import Addresses, Badge, StatusList, instant

LARGEST: Final = 524_288
"""Bytes of a presented badge; a picture of ours has a fiftieth of it."""

TOKEN_DOTS: Final = 2


class Fault(StrEnum):
    """What is wrong with a presented badge that can't be believed."""

    SHAPE_UNKNOWN = "shape-unknown"
    ISSUER_UNKNOWN = "issuer-unknown"
    KEY_UNKNOWN = "key-unknown"
    HEADER_WRONG = "header-wrong"
    CLAIMS_WRONG = "claims-wrong"
    PROOF_MISSING = "proof-missing"
    SIGNATURE_WRONG = "signature-wrong"


class Trust(msgspec.Struct, frozen=True):
    """Whose badges are ours: the issuer's addresses, and the public keys by theirs, former ones included."""

    addresses: Addresses
    ed25519: Mapping[str, Ed25519PublicKey]
    rsa: Mapping[str, RSAPublicKey]


class Examined(msgspec.Struct, frozen=True):
    """What the signature says about a presented badge: either the badge as it was signed, or what is wrong."""

    badge: Badge | None = None
    fault: Fault | None = None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to whoever was shown a badge. ``reason`` is a stable code.

    ``revoked`` is what the status list says, and None where it was not read. What the badge says is shown only when
    its signature is right.
    """

    verdict: Verdict
    reason: str
    revoked: bool | None = None
    id: str | None = None
    name: str | None = None
    achievement: str | None = None
    issuer: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


def credential_of(presented: bytes) -> str:
    """Return the credential inside what was presented: a picture, a token or JSON.

    Raises:
        PictureError: there is none in it, or more than one.

    """
    if len(presented) > LARGEST:
        raise PictureError("This is larger than any badge.")
    if presented.startswith(PNG_START) or presented.lstrip()[:1] == b"<":
        return credential_in(presented).strip()
    try:
        text = presented.decode().strip()
    except UnicodeDecodeError as error:
        raise PictureError("This is neither a picture nor text.") from error
    if not text.startswith("{") and text.count(".") != TOKEN_DOTS:
        raise PictureError("This is neither a picture, nor JSON, nor a token.")
    return text


def examined(credential: str, trust: Trust) -> Examined:
    """Return what the signature says about a token or a JSON text."""
    found = _document(credential, trust, Badge)
    return Examined(fault=found) if isinstance(found, Fault) else Examined(badge=found)


def listed(credential: str, trust: Trust, badge: Badge, now: datetime) -> bool | None:
    """Tell whether a status list that was presented says that ``badge`` was taken back.

    None where the list says nothing about it: it is another list, it is not signed by us, or it is out of date.
    """
    found = _document(credential, trust, StatusList)
    if isinstance(found, Fault) or found.id != badge.credential_status.status_list_credential:
        return None
    if not instant(found.valid_from) <= now < instant(found.valid_until):
        return None
    return status.is_set(found.credential_subject.encoded_list, int(badge.credential_status.status_list_index))


def judged(seen: Examined, now: datetime, *, revoked: bool | None) -> Judgement:
    """Return the verdict; ``revoked`` is what the status list says, None where nobody could read it."""
    if seen.badge is None:
        fault = seen.fault or Fault.SHAPE_UNKNOWN
        foreign = fault in {Fault.ISSUER_UNKNOWN, Fault.KEY_UNKNOWN}
        return Judgement(verdict=Verdict.NOT_OURS if foreign else Verdict.TAMPERED, reason=fault.value)
    badge = seen.badge
    verdict, reason = _standing(badge, now, revoked=revoked)
    return Judgement(
        verdict=verdict,
        reason=reason,
        revoked=revoked,
        id=badge.id,
        name=badge.name,
        achievement=badge.credential_subject.achievement.id,
        issuer=badge.issuer.id,
        valid_from=badge.valid_from,
        valid_until=None if badge.valid_until is UNSET else str(badge.valid_until),
    )


def _standing(badge: Badge, now: datetime, *, revoked: bool | None) -> tuple[Verdict, str]:
    if revoked:
        return Verdict.REVOKED, "revoked-by-issuer"
    if badge.valid_until is not UNSET and now >= instant(str(badge.valid_until)):
        return Verdict.EXPIRED, "valid-until-passed"
    if revoked is None:
        return Verdict.STATUS_UNKNOWN, "status-list-missing"
    if now < instant(badge.valid_from):
        return Verdict.NOT_YET_VALID, "valid-from-ahead"
    return Verdict.VALID, "signature-and-status-right"


def _document(credential: str, trust: Trust, shape: "type[integrity.Document]") -> "integrity.Document | Fault":
    """Return what ``credential`` says, as one of ours with a right signature, or what is wrong with it."""
    if not credential.startswith("{") and not tokens.is_token(credential):
        return Fault.SHAPE_UNKNOWN
    try:
        if not credential.startswith("{"):
            return _from_token(credential, trust, shape)
        said = tokens.object_of(credential)
        if _issuer(said) != trust.addresses.issuer:
            return Fault.ISSUER_UNKNOWN
        return _from_json(msgspec.convert(said, shape), trust)
    except (tokens.AmbiguousError, msgspec.ValidationError):
        return Fault.SHAPE_UNKNOWN


def _from_token(token: str, trust: Trust, shape: "type[integrity.Document]") -> "integrity.Document | Fault":
    said = tokens.payload_of(token)
    if _issuer(said) != trust.addresses.issuer:
        return Fault.ISSUER_UNKNOWN
    kid = tokens.kid_of(token)
    if kid is None:
        return Fault.HEADER_WRONG
    key = trust.rsa.get(kid)
    if key is None:
        return Fault.KEY_UNKNOWN
    if not tokens.verified(token, key):
        return Fault.SIGNATURE_WRONG
    document = msgspec.convert({name: value for name, value in said.items() if name not in tokens.CLAIMS}, shape)
    stated = {name: said[name] for name in tokens.CLAIMS if name in said}
    return document if stated == tokens.claims(document) and document.proof is UNSET else Fault.CLAIMS_WRONG


def _from_json(document: "integrity.Document", trust: Trust) -> "integrity.Document | Fault":
    if document.proof is UNSET:
        return Fault.PROOF_MISSING
    key = trust.ed25519.get(document.proof[0].verification_method)
    if key is None:
        return Fault.KEY_UNKNOWN
    return document if integrity.holds(document, key) else Fault.SIGNATURE_WRONG


def _issuer(said: Mapping[str, Any]) -> object:
    issuer = said.get("issuer")
    return issuer.get("id") if isinstance(issuer, dict) else issuer
