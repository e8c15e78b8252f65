"""What crosses the boundary of this room."""

from datetime import datetime

import msgspec
from typing_extensions import override

from kernel.crypto import WrappingKeys
from people.vocabulary import PersonId


class VaultKeys(msgspec.Struct, frozen=True):
    """The keys of the vault: ``wrapping`` for every person's own key, ``index`` (32 bytes) for blind indexes."""

    wrapping: WrappingKeys
    index: bytes

    @override
    def __repr__(self) -> str:
        """Show nothing: a key must not reach a log through a traceback."""
        return "VaultKeys(...)"


class Identifier(msgspec.Struct, frozen=True):
    """What another register calls a person: ``Identifier("us-npi", "1234567893")``."""

    system: str
    value: str


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be registered: with an e-mail address, at least one identifier, or both.

    ``market`` is an ISO 3166-1 alpha-2 code, ``zone`` an IANA time zone, ``locale`` a language with an optional region
    (``en``, ``en-GB``).
    """

    name: str
    market: str
    zone: str
    locale: str
    email: str | None = None
    identifiers: tuple[Identifier, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the vault holds about one person, readable. ``created_at`` is UTC."""

    person: PersonId
    name: str
    email: str | None
    identifiers: tuple[Identifier, ...]
    market: str
    zone: str
    locale: str
    created_at: datetime


class Bearings(msgspec.Struct, frozen=True, gc=False):
    """Where and when a person is: what other rooms need to know, and nothing that identifies."""

    zone: str
    market: str
    locale: str
