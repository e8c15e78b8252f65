"""The JSON in which passkeys are asked for and answer (W3C Web Authentication, level 3, section 5.1.9 and 5.1.10).

Browsers read and write it: ``PublicKeyCredential.parseCreationOptionsFromJSON`` and ``toJSON()``. Bytes are base64url.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from typing_extensions import override


class Party(msgspec.Struct, frozen=True):
    """Who asks: a domain, and a name for whoever looks at the device."""

    id: str
    name: str


class User(msgspec.Struct, frozen=True, rename="camel"):
    """For whom: the account, and the name that the device shows beside the passkey."""

    id: str
    name: str
    display_name: str


class Algorithm(msgspec.Struct, frozen=True):
    """A kind of key (a number of IANA's COSE registry)."""

    alg: int
    type: str = "public-key"


class Selection(msgspec.Struct, frozen=True, rename="camel"):
    """What kind of passkey is wanted: one that the device finds by itself."""

    user_verification: str
    resident_key: str = "required"
    require_resident_key: bool = True


class PasskeyDescriptor(msgspec.Struct, frozen=True):
    """Names a passkey."""

    id: str
    type: str = "public-key"


class PasskeyCreation(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a device needs to make a passkey; ``timeout`` is in milliseconds."""

    rp: Party
    user: User
    challenge: str
    pub_key_cred_params: list[Algorithm]
    timeout: int
    exclude_credentials: list[PasskeyDescriptor]
    authenticator_selection: Selection
    attestation: str = "none"

    @override
    def __repr__(self) -> str:
        """Show nobody's name."""
        return "PasskeyCreation(...)"


class PasskeyRequest(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What one of these passkeys is to sign; ``timeout`` is in milliseconds."""

    challenge: str
    timeout: int
    rp_id: str
    allow_credentials: list[PasskeyDescriptor]
    user_verification: str


class PasskeyResponse(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What the device says: ``attestation_object`` when it made a passkey, the other three when one has signed."""

    client_data_json: str = msgspec.field(name="clientDataJSON")
    attestation_object: str | None = None
    authenticator_data: str | None = None
    signature: str | None = None
    user_handle: str | None = None


class PasskeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A device's answer; browsers add fields of their own, which are passed over."""

    id: str
    response: PasskeyResponse
    type: Literal["public-key"] = "public-key"


class PasskeyView(msgspec.Struct, frozen=True):
    """A passkey as its owner sees it."""

    id: UUID
    created_at: datetime
    last_used_at: datetime | None


class NewPasskey(msgspec.Struct, frozen=True):
    """A passkey that was added. Codes for when it is lost come with an account's first second factor alone."""

    id: UUID
    created_at: datetime
    recovery_codes: list[str]

    @override
    def __repr__(self) -> str:
        """Show no code."""
        return f"NewPasskey({self.id})"
