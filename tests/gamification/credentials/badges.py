"""An issuer with keys of its own, badges of it, and a JSON-LD processor that somebody else wrote."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pyld import jsonld  # type: ignore[import-untyped] # it has no types

from gamification.credential_vocabulary import Form
from gamification.credentials import BadgeIssuer, BadgeKeys
from gamification.rules.credentials.documents import BADGES_CONTEXT, CREDENTIALS_CONTEXT, BadgeFacts
from gamification.rules.credentials.judging import Judgement, credential_of, examined, judged
from gamification.service.credentials import written_badge
from kernel.keys import new_rsa_key
from tests.conftest import KEYS

HERE = Path(__file__).parent
URL = "https://laurel.example"
EARNED = datetime(2026, 3, 2, 9, 14, 33, 123456, tzinfo=UTC)
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
EXPIRES = datetime(2027, 3, 2, tzinfo=UTC)
CONTEXTS = {
    CREDENTIALS_CONTEXT: HERE / "contexts" / "credentials-v2.json",
    BADGES_CONTEXT: HERE / "contexts" / "ob-v3p0-3.0.3.json",
}

Document = dict[str, Any]


@cache
def rsa_key(number: int) -> bytes:
    """Return one of several RSA keys, made once for the whole run; number 1 is the application's in tests."""
    return KEYS.badge_rsa_key if number == 1 else new_rsa_key()


def seed(number: int) -> bytes:
    """Return the Ed25519 key that goes with it."""
    return KEYS.badge_key if number == 1 else bytes([number]) * 32


def public_pems(*numbers: int) -> bytes:
    """Return the public keys that belong to these numbers, both kinds."""
    keys = [load_pem_private_key(rsa_key(number), None).public_key() for number in numbers]
    seeds = [Ed25519PrivateKey.from_private_bytes(seed(number)).public_key() for number in numbers]
    return b"".join(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in (*keys, *seeds))


def issuer(number: int = 1, *former: int) -> BadgeIssuer:
    """Return an issuer that signs with keys ``number`` and signed with the ``former`` ones before."""
    keys = BadgeKeys(rsa_key(number), seed(number), public_pems(*former))
    return BadgeIssuer(URL, "Aurora Medical", keys)


def facts(**changed: object) -> BadgeFacts:
    """Return the facts of a badge; something may be different."""
    made = BadgeFacts(
        id=UUID(int=1, version=4),
        subject=UUID(int=2, version=4),
        key="top-mark",
        name="Top mark",
        description='Passed an assessment with "90 percent" or more.',
        earned_at=EARNED,
        expires_at=EXPIRES,
        number=1,
        index=94_567,
    )
    return msgspec.structs.replace(made, **changed)


def written(by: BadgeIssuer, form: Form, **changed: object) -> bytes:
    """Return a badge as it leaves the house."""
    return written_badge(by, facts(**changed), form, NOW)


def verdict(by: BadgeIssuer, presented: bytes, *, revoked: bool | None = False, at: datetime = NOW) -> Judgement:
    """Judge what was presented, when the status list says ``revoked``."""
    return judged(examined(credential_of(presented), by.trust), at, revoked=revoked)


def canonical(document: Document) -> bytes:
    """Return the canonical N-Quads of a JSON-LD document by PyLD, with nothing fetched."""

    def load(url: str, _: object) -> Document:
        body = json.loads(CONTEXTS[url].read_text())
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": body}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    text: str = jsonld.normalize(document, options)
    return text.encode()
