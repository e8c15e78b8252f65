"""What an Open Badge says: the shape that Laurel writes, and reads back without one field more or less.

Open Badges 3.0 (1EdTech) on W3C Verifiable Credentials 2.0. The shape is closed on purpose: a field that nobody wrote
could be dropped by a JSON-LD processor unseen and shown by another one, so a badge that has one is not ours. Every
node but the proof has an id, which makes the canonical RDF of a badge a sorted list (``quads.py``).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

CREDENTIALS_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
BADGES_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CRYPTOSUITE: Final = "eddsa-rdfc-2022"
LIST_DAYS: Final = 1
"""How long a copy of a status list may be believed; the addresses serve a fresh one at any time."""

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_CONTROLS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ufffe\uffff]+")

Instant: TypeAlias = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
Identifier: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500, pattern=r'^[^\x00-\x20<>"{}|\\^`]+$')]
Words: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Index: TypeAlias = Annotated[str, Meta(pattern="^(0|[1-9][0-9]{0,9})$")]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """A part of a document; it takes no field that it doesn't know."""


class Issuer(Part, frozen=True, kw_only=True):
    """Who gives the badge."""

    id: Identifier
    type: tuple[Literal["Profile"]]
    name: Words


class Criteria(Part, frozen=True, kw_only=True):
    """What had to be done."""

    id: Identifier
    narrative: Words


class Achievement(Part, frozen=True, kw_only=True):
    """What the badge is given for; the same for everybody who holds it."""

    id: Identifier
    type: tuple[Literal["Achievement"]]
    name: Words
    description: Words
    criteria: Criteria


class Subject(Part, frozen=True, kw_only=True):
    """Who holds the badge: an identifier that was made for this badge alone and leads nowhere."""

    id: Identifier
    type: tuple[Literal["AchievementSubject"]]
    achievement: Achievement


class StatusEntry(Part, frozen=True, kw_only=True):
    """Where to look up whether the badge was taken back."""

    id: Identifier
    type: Literal["BitstringStatusListEntry"]
    status_purpose: Literal["revocation"]
    status_list_index: Index
    status_list_credential: Identifier


class Proof(Part, frozen=True, kw_only=True):
    """A Data Integrity proof."""

    type: Literal["DataIntegrityProof"]
    cryptosuite: Literal["eddsa-rdfc-2022"]
    created: Instant
    verification_method: Identifier
    proof_purpose: Literal["assertionMethod"]
    proof_value: Annotated[str, Meta(max_length=120)] | UnsetType = UNSET


class Badge(Part, frozen=True, kw_only=True):
    """An OpenBadgeCredential. ``proof`` is absent while unsigned and inside a token."""

    context: tuple[
        Literal["https://www.w3.org/ns/credentials/v2"],
        Literal["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    ] = msgspec.field(name="@context")
    id: Identifier
    type: tuple[Literal["VerifiableCredential"], Literal["OpenBadgeCredential"]]
    name: Words
    issuer: Issuer
    valid_from: Instant
    valid_until: Instant | UnsetType = UNSET
    credential_subject: Subject
    credential_status: StatusEntry
    proof: tuple[Proof] | UnsetType = UNSET


class StatusBits(Part, frozen=True, kw_only=True):
    """The bits of a status list; ``encoded_list`` is multibase base64url of the gzipped bits."""

    id: Identifier
    type: Literal["BitstringStatusList"]
    status_purpose: Literal["revocation"]
    encoded_list: Annotated[str, Meta(max_length=100_000, pattern="^u[A-Za-z0-9_-]+$")]


class StatusList(Part, frozen=True, kw_only=True):
    """A BitstringStatusListCredential: which badges of a list were taken back, and nothing about whose they are."""

    context: tuple[Literal["https://www.w3.org/ns/credentials/v2"]] = msgspec.field(name="@context")
    id: Identifier
    type: tuple[Literal["VerifiableCredential"], Literal["BitstringStatusListCredential"]]
    issuer: Identifier
    valid_from: Instant
    valid_until: Instant
    credential_subject: StatusBits
    proof: tuple[Proof] | UnsetType = UNSET


class Addresses(msgspec.Struct, frozen=True):
    """Where a badge's public documents stand, below ``base``: the public URL without its last slash."""

    base: str

    @property
    def issuer(self) -> str:
        """The issuer's profile; also the issuer's id."""
        return f"{self.base}/credentials/issuer"

    def key(self, kid: str) -> str:
        """Return where the public key with this id is served; also its full id in signatures."""
        return f"{self.base}/credentials/keys/{kid}"

    def status(self, number: int) -> str:
        """Return where a status list is served."""
        return f"{self.base}/credentials/status/{number}"

    def achievement(self, key: str) -> str:
        """Return where it is said what a badge is given for."""
        return f"{self.base}/credentials/achievements/{key}"


class BadgeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a badge is made of; ``number`` and ``index`` are its place in a status list."""

    id: UUID
    subject: UUID
    key: str
    name: str
    description: str
    earned_at: datetime
    expires_at: datetime | None
    number: int
    index: int


def achievement(addresses: Addresses, key: str, name: str, description: str) -> Achievement:
    """Return what the badge ``key`` is given for."""
    here = addresses.achievement(key)
    criteria = Criteria(id=f"{here}#criteria", narrative=plain(description))
    return Achievement(
        id=here, type=("Achievement",), name=plain(name), description=plain(description), criteria=criteria
    )


def badge(addresses: Addresses, issuer: str, facts: BadgeFacts) -> Badge:
    """Return the unsigned credential. It says on which day (UTC) it was earned, and not at which second.

    Two badges that one activity earned would otherwise tell by their time that they belong together.
    """
    here = addresses.status(facts.number)
    subject = Subject(
        id=f"urn:uuid:{facts.subject}",
        type=("AchievementSubject",),
        achievement=achievement(addresses, facts.key, facts.name, facts.description),
    )
    day = facts.earned_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Badge(
        context=(CREDENTIALS_CONTEXT, BADGES_CONTEXT),
        id=f"urn:uuid:{facts.id}",
        type=("VerifiableCredential", "OpenBadgeCredential"),
        name=plain(facts.name),
        issuer=Issuer(id=addresses.issuer, type=("Profile",), name=plain(issuer)),
        valid_from=written(day),
        valid_until=written(facts.expires_at) if facts.expires_at else UNSET,
        credential_subject=subject,
        credential_status=StatusEntry(
            id=f"{here}#{facts.index}",
            type="BitstringStatusListEntry",
            status_purpose="revocation",
            status_list_index=str(facts.index),
            status_list_credential=here,
        ),
    )


def status_list(addresses: Addresses, number: int, encoded: str, at: datetime) -> StatusList:
    """Return the unsigned list ``number`` as it stands at ``at``."""
    here = addresses.status(number)
    return StatusList(
        context=(CREDENTIALS_CONTEXT,),
        id=here,
        type=("VerifiableCredential", "BitstringStatusListCredential"),
        issuer=addresses.issuer,
        valid_from=written(at),
        valid_until=written(at + timedelta(days=LIST_DAYS)),
        credential_subject=StatusBits(
            id=f"{here}#list", type="BitstringStatusList", status_purpose="revocation", encoded_list=encoded
        ),
    )


def profile(addresses: Addresses, issuer: str, methods: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the issuer's profile, which is also the controller document of the keys that sign for it."""
    return {
        "@context": ["https://www.w3.org/ns/did/v1", BADGES_CONTEXT],
        "id": addresses.issuer,
        "type": ["Profile"],
        "name": plain(issuer),
        "url": addresses.base,
        "verificationMethod": list(methods),
        "assertionMethod": [method["id"] for method in methods],
    }


def plain(text: str) -> str:
    """Return ``text`` on one line, without what a canonicaliser might write its own way, or what XML can't hold."""
    return _CONTROLS.sub(" ", text).strip()


def written(at: datetime) -> str:
    """Return an instant as credentials write it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime(_TIME)


def instant(text: str) -> datetime:
    """Return what ``written`` was given, to the second.

    Raises:
        ValueError: there is no such instant.

    """
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
