"""What somebody must look like to be registered, or to become."""

import re
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from kernel.crypto import normalise
from kernel.texts import is_locale
from people.errors import InvalidPersonError, ZoneCooldownError
from people.rules.identifiers import is_well_formed
from people.rules.texts import is_line
from people.values import Change, Identifier, NewPerson
from people.vocabulary import NAME_LENGTH, is_market

EMAIL_LENGTH: Final = 254
"""The longest address that fits into an SMTP path (RFC 5321, erratum 1690)."""
IDENTIFIER_LENGTH: Final = 255
"""As long as the subject of an OpenID provider may be (OpenID Connect Core 1.0 section 2)."""
IDENTIFIERS: Final = 20
PRACTICE_LENGTH: Final = 300
WORD_LENGTH: Final = 60
SPECIALTIES: Final = 20
ZONE_COOLDOWN: Final = timedelta(days=30)
"""A day is a date in the stored zone: who could move it at will could have two of them."""

_EMAIL: Final = re.compile(r"[^@\s()<>\[\]:;,\\\"]{1,64}@[^@\s()<>\[\]:;,\\\"]+")
"""No character that means something in a header (RFC 5322, 3.2.3): ``<a@x.example>`` would be a second spelling."""
_ENCODED: Final = "=?"
"""How an encoded word begins (RFC 2047): a header would carry what it decodes to, which may be a line feed."""
_PHONE: Final = re.compile(r"\+[1-9]( ?[0-9]){6,14}", re.ASCII)
_WORDS: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check(new: NewPerson, zones: AbstractSet[str]) -> None:
    """Accept ``new``, where ``zones`` are the time zones that exist.

    Whether an address reaches anyone only a message to it can tell; this keeps out what can't be one.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong; the sentence never repeats what was entered.

    """
    _require(is_market(new.market), "market", "must be an ISO 3166-1 alpha-2 code such as GB")
    given = {name: getattr(new, name) for name in Change.__struct_fields__}
    check_change(Change(**{name: value for name, value in given.items() if value is not None}), zones)
    _require(new.email is not None or bool(new.identifiers), "email", "is needed where no identifier is given")


def check_change(change: Change, zones: AbstractSet[str]) -> None:
    """Accept ``change`` as ``check`` accepts somebody new, field by field.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong; the sentence never repeats what was entered.

    """
    _check_identity(change)
    if isinstance(change.zone, str):
        _require(change.zone in zones, "zone", "must be an IANA time zone such as Europe/Paris")
    if isinstance(change.locale, str):
        _require(is_locale(change.locale), "locale", "must be a language tag such as en or en-GB")
    if isinstance(change.identifiers, tuple):
        _check_identifiers(change.identifiers)
    if isinstance(change.specialties, tuple):
        _check_words(change.specialties)
    if isinstance(change.markets, tuple):
        _require(all(map(is_market, change.markets)), "markets", "must be ISO 3166-1 alpha-2 codes such as GB")
        _require(_distinct(change.markets), "markets", "must not repeat each other")
    if isinstance(change.channels, tuple):
        _require(_distinct(change.channels), "channels", "must not repeat each other")


def check_zone_change(changed_at: datetime | None, now: datetime) -> None:
    """Let somebody move to another time zone, if the last move (``changed_at``) is long enough ago.

    Raises:
        ZoneCooldownError: it is not; the facts hold ``again_at``.

    """
    if changed_at is not None and now < changed_at + ZONE_COOLDOWN:
        again_at = (changed_at + ZONE_COOLDOWN).isoformat(timespec="seconds")
        message = f"The time zone can change once in {ZONE_COOLDOWN.days} days, again from {again_at}."
        raise ZoneCooldownError(message, field="zone", again_at=again_at)


def _check_identity(change: Change) -> None:
    if isinstance(change.name, str):
        _require(is_line(change.name, NAME_LENGTH), "name", f"must be one line of 1 to {NAME_LENGTH} characters")
    if isinstance(change.email, str):
        _require(_is_email(change.email), "email", "must be an e-mail address")
    if isinstance(change.phone, str):
        is_phone = _PHONE.fullmatch(change.phone.strip()) is not None
        _require(is_phone, "phone", "must be a number with its country code, such as +44 20 7946 0000")
    if isinstance(change.practice, str):
        is_practice = is_line(change.practice, PRACTICE_LENGTH)
        _require(is_practice, "practice", f"must be one line of 1 to {PRACTICE_LENGTH} characters")


def _check_identifiers(identifiers: tuple[Identifier, ...]) -> None:
    _require(len(identifiers) <= IDENTIFIERS, "identifiers", f"must be {IDENTIFIERS} at the most")
    for identifier in identifiers:
        is_system = len(identifier.system) <= IDENTIFIER_LENGTH and _WORDS.fullmatch(identifier.system) is not None
        _require(is_system, "identifiers.system", "must be words of a-z and 0-9 with hyphens, such as us-npi")
        is_value = is_line(identifier.value, IDENTIFIER_LENGTH)
        _require(is_value, "identifiers.value", f"must be one line of 1 to {IDENTIFIER_LENGTH} characters")
        is_number = is_well_formed(identifier.system, identifier.value)
        _require(is_number, "identifiers.value", "is no number of that register: its form or check digit is wrong")
    distinct = {(identifier.system, normalise(identifier.value)) for identifier in identifiers}
    _require(len(distinct) == len(identifiers), "identifiers", "must not repeat each other")


def _check_words(specialties: tuple[str, ...]) -> None:
    _require(len(specialties) <= SPECIALTIES, "specialties", f"must be {SPECIALTIES} at the most")
    are_words = all(len(each) <= WORD_LENGTH and _WORDS.fullmatch(each) for each in specialties)
    _require(are_words, "specialties", "must be words of a-z and 0-9 with hyphens, such as internal-medicine")
    _require(_distinct(specialties), "specialties", "must not repeat each other")


def _distinct(words: tuple[str, ...]) -> bool:
    return len(set(words)) == len(words)


def _is_email(text: str) -> bool:
    return is_line(text, EMAIL_LENGTH) and _ENCODED not in text and _EMAIL.fullmatch(text.strip()) is not None


def _require(holds: bool, field: str, sentence: str) -> None:  # noqa: FBT001 - reads as "require that ..."
    if not holds:
        message = f"The field {field} {sentence}."
        raise InvalidPersonError(message, field=field)
