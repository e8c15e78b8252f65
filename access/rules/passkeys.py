"""Passkeys: what a device is asked, and whether its answer is worth anything (W3C Web Authentication, level 3).

The library parses and verifies; what it leaves to its caller is decided here. Whatever it stumbles over is a refusal.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from webauthn.helpers import parse_client_data_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier

from access.errors import PasskeyRefusedError
from access.rules.jose import octets, text
from access.webauthn_json import (
    Algorithm,
    Party,
    PasskeyAnswer,
    PasskeyCreation,
    PasskeyDescriptor,
    PasskeyRequest,
    Selection,
    User,
)

CHALLENGE_BYTES: Final = 32
TIMEOUT_SECONDS: Final = 300
ALGORITHMS: Final = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""What we verify, the best first; the last one is what some Windows machines have only."""
LONGEST_ID: Final = 1_023
"""Bytes of a credential id (section 5.8.3)."""


class RelyingParty(msgspec.Struct, frozen=True):
    """As whom devices know us: the domain that passkeys are made for, and the origins that may ask for them."""

    domain: str
    origins: tuple[str, ...]
    name: str = "Laurel"


class Made(msgspec.Struct, frozen=True):
    """A passkey that a device has made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Known(msgspec.Struct, frozen=True):
    """A passkey as it is stored."""

    id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int


def party(public_url: str, domain: str | None, origins: Sequence[str]) -> RelyingParty:
    """Return as whom passkeys know us: the host of ``public_url`` unless another ``domain`` is given."""
    parts = urlsplit(public_url)
    own = f"{parts.scheme}://{parts.netloc}"
    return RelyingParty(domain or parts.hostname or "", (own, *(each for each in origins if each != own)))


def creation(
    asker: RelyingParty, account: UUID, name: str, challenge: bytes, known: Sequence[bytes], *, verified: bool
) -> PasskeyCreation:
    """Return what a device needs to make a passkey: one that it finds by itself, and none where it has one.

    ``verified``: the device must have asked for a fingerprint, a face or a PIN.
    """
    return PasskeyCreation(
        rp=Party(asker.domain, asker.name),
        user=User(text(account.bytes), name, name),
        challenge=text(challenge),
        pub_key_cred_params=[Algorithm(int(each)) for each in ALGORITHMS],
        timeout=TIMEOUT_SECONDS * 1_000,
        exclude_credentials=_descriptors(known),
        authenticator_selection=Selection(_verification(verified=verified)),
    )


def request(asker: RelyingParty, challenge: bytes, known: Sequence[bytes], *, verified: bool) -> PasskeyRequest:
    """Return what one of the ``known`` passkeys is to sign."""
    return PasskeyRequest(
        challenge=text(challenge),
        timeout=TIMEOUT_SECONDS * 1_000,
        rp_id=asker.domain,
        allow_credentials=_descriptors(known),
        user_verification=_verification(verified=verified),
    )


def challenge_of(answer: PasskeyAnswer) -> bytes:
    """Return the challenge that an answer says it answers; whether it was ours is another question.

    Raises:
        PasskeyRefusedError: it can't be read, or was given inside another site's frame.

    """
    try:
        said = parse_client_data_json(octets(answer.response.client_data_json))
    except Exception as error:
        raise refused() from error
    if said.cross_origin:
        raise refused()
    return said.challenge


def made(answer: PasskeyAnswer, asker: RelyingParty, challenge: bytes, *, verified: bool) -> Made:
    """Return the passkey that a device made when it was asked with ``challenge``.

    Raises:
        PasskeyRefusedError: another challenge, origin or domain, an unknown kind of key, or nobody was at the device.

    """
    try:
        found = webauthn.verify_registration_response(
            credential=_wire(answer),
            expected_challenge=challenge,
            expected_rp_id=asker.domain,
            expected_origin=list(asker.origins),
            require_user_verification=verified,
            supported_pub_key_algs=list(ALGORITHMS),
        )
    except Exception as error:
        raise refused() from error
    if not 0 < len(found.credential_id) <= LONGEST_ID:
        raise refused()
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def sign_count(
    answer: PasskeyAnswer, known: Known, account: UUID, asker: RelyingParty, challenge: bytes, *, verified: bool
) -> int:
    """Return how often the passkey says it was used, after it has signed ``challenge``.

    The library is not asked about the count: one that went back is told to the owner (``went_back``).

    Raises:
        PasskeyRefusedError: another passkey, account, challenge, origin or domain, or the signature is wrong.

    """
    try:
        found = webauthn.verify_authentication_response(
            credential=_wire(answer),
            expected_challenge=challenge,
            expected_rp_id=asker.domain,
            expected_origin=list(asker.origins),
            credential_public_key=known.public_key,
            credential_current_sign_count=0,
            require_user_verification=verified,
        )
    except Exception as error:
        raise refused() from error
    handle = answer.response.user_handle
    if found.credential_id != known.credential_id or handle not in {None, text(account.bytes)}:
        raise refused()
    return found.new_sign_count


def went_back(stored: int, shown: int) -> bool:
    """Tell whether a count did not grow, as that of a copy does (section 6.1.1); who does not count shows 0 always."""
    return (stored, shown) != (0, 0) and shown <= stored


def refused() -> PasskeyRefusedError:
    """Return the one refusal: which part was wrong is nobody's business."""
    return PasskeyRefusedError("This is no answer of a passkey to what was asked.", field="passkey")


def challenge_hash(challenge: bytes) -> bytes:
    """Return what is stored of a challenge."""
    return hashlib.sha256(challenge).digest()


def _wire(answer: PasskeyAnswer) -> dict[str, Any]:
    response = {
        name: value
        for name, value in msgspec.to_builtins(answer.response).items()
        if value is not None and name != "userHandle"
    }
    return {"id": answer.id, "rawId": answer.id, "type": answer.type, "response": response}


def _descriptors(known: Sequence[bytes]) -> list[PasskeyDescriptor]:
    return [PasskeyDescriptor(text(each)) for each in known]


def _verification(*, verified: bool) -> str:
    return "required" if verified else "preferred"
