"""What crosses the boundary of this room."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from typing_extensions import override

from kernel.keyring import Keyring
from people.vocabulary import ContactChannel, LicenceStatus, PersonId, PracticeSetting, Profession, RegisterFinding


class VaultKeys(msgspec.Struct, frozen=True):
    """The keys of the vault: ``wrapping`` for every person's own key, and one of 32 bytes for each blind index."""

    wrapping: Keyring
    email_index: bytes
    identifier_index: bytes

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "VaultKeys(...)"


class Identifier(msgspec.Struct, frozen=True):
    """What another register calls a person: ``Identifier("us-npi", "1234567893")``."""

    system: str
    value: str


class Particulars(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does, coarse enough to say of many: nothing here is sealed, and rules may use it.

    ``specialties`` are lower-case words with hyphens (``internal-medicine``), ``markets`` the countries beside the
    home market in which somebody practises, ``channels`` the ways to be reached, the most welcome first.
    """

    profession: Profession | None = None
    specialties: tuple[str, ...] = ()
    setting: PracticeSetting | None = None
    markets: tuple[str, ...] = ()
    channels: tuple[ContactChannel, ...] = ()


class NewPerson(Particulars, frozen=True, kw_only=True):
    """Somebody to be registered: with an e-mail address, at least one identifier, or both.

    ``market`` is an ISO 3166-1 alpha-2 code, ``zone`` an IANA time zone, ``locale`` a language with an optional region
    (``en``, ``en-GB``), ``practice`` the name and place of where somebody works.
    """

    name: str
    market: str
    zone: str
    locale: str
    email: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    phone: str | None = None
    practice: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a person's fields: one that is left out stays, one that is None or empty is removed."""

    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType | None = UNSET
    practice: str | UnsetType | None = UNSET
    identifiers: tuple[Identifier, ...] | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    profession: Profession | UnsetType | None = UNSET
    specialties: tuple[str, ...] | UnsetType = UNSET
    setting: PracticeSetting | UnsetType | None = UNSET
    markets: tuple[str, ...] | UnsetType = UNSET
    channels: tuple[ContactChannel, ...] | UnsetType = UNSET

    def given(self) -> dict[str, object]:
        """Return the fields that are not left out."""
        every = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in every.items() if value is not UNSET}


class LegalClass(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is to the law of one market, as staff found it with the licence; None wherever nobody knows.

    ``states`` are those in which the person is licensed, practises or lives, by the second part of their ISO 3166-2
    code (``CA``). ``public_employee``: a public body employs them. ``covered_recipient``: what they are given is
    reported by name where the country's law asks for it.
    """

    states: tuple[str, ...] = ()
    public_employee: bool | None = None
    covered_recipient: bool | None = None


class LegalStanding(LegalClass, frozen=True, kw_only=True):
    """What somebody's licence in one market is worth at a moment, and what they are to its law."""

    status: LicenceStatus = LicenceStatus.UNVERIFIED


class Licence(LegalClass, frozen=True, kw_only=True):
    """What is known of a licence in one market. It is valid through ``expires_on``, for ever if that is None."""

    market: str
    status: LicenceStatus
    evidence: str | None
    expires_on: date | None
    changed_at: datetime


class WaitingLicence(msgspec.Struct, frozen=True, kw_only=True):
    """A licence that waits for a decision; where the evidence is, its person's profile says.

    ``finding`` is what the ``register`` said when it was asked, at ``asked_at``; all None where none was.
    """

    id: UUID
    person: PersonId
    market: str
    expires_on: date | None
    changed_at: datetime
    register: str | None = None
    finding: RegisterFinding | None = None
    asked_at: datetime | None = None


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """A register is to be asked about a licence: which one, by the id of its row, and by which system's number."""

    licence: UUID
    person: PersonId
    market: str
    register: str
    system: str


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a register says of a number: whose it is, whether and until when, and what it calls the entry."""

    name: str
    active: bool
    expires_on: date | None
    reference: str

    @override
    def __repr__(self) -> str:
        """Show no name."""
        return f"RegisterEntry(active={self.active})"


class LicenceDecision(LegalClass, frozen=True, kw_only=True):
    """What is decided about a licence; ``evidence`` says where the proof is ("register extract 2026-17").

    It states the legal class anew: what it leaves out is not known any more.
    """

    status: LicenceStatus
    evidence: str | None = None
    expires_on: date | None = None


class Profile(Particulars, frozen=True, kw_only=True):
    """Everything that the vault holds about one person, readable. ``created_at`` is UTC."""

    person: PersonId
    name: str
    email: str | None
    identifiers: tuple[Identifier, ...]
    market: str
    zone: str
    locale: str
    created_at: datetime
    phone: str | None
    practice: str | None
    licences: tuple[Licence, ...]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one person that a reader named; the others were not opened and are left out."""

    person: PersonId
    name: str | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    practice: str | UnsetType | None = UNSET
    identifiers: tuple[Identifier, ...] | UnsetType = UNSET
    licences: tuple[Licence, ...] | UnsetType = UNSET
    market: str | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    created_at: datetime | UnsetType = UNSET
    profession: Profession | UnsetType | None = UNSET
    specialties: tuple[str, ...] | UnsetType = UNSET
    setting: PracticeSetting | UnsetType | None = UNSET
    markets: tuple[str, ...] | UnsetType = UNSET
    channels: tuple[ContactChannel, ...] | UnsetType = UNSET


class Bearings(msgspec.Struct, frozen=True, gc=False):
    """Where and when a person is, and what by profession: what other rooms need to know, and nothing that identifies.

    ``profession`` is None where the person said nothing, and where the transaction's purpose has no basis to read it.
    """

    zone: str
    market: str
    locale: str
    profession: Profession | None = None


class Page(msgspec.Struct, frozen=True):
    """How far work on everybody has come: the last person looked at, how many that were, how many were changed."""

    last: PersonId
    seen: int
    changed: int
