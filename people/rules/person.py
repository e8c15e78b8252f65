"""What somebody must look like to be registered."""

import re
from collections.abc import Set as AbstractSet
from typing import Final

from kernel.crypto import normalise
from kernel.texts import is_locale
from people.errors import InvalidPersonError
from people.values import Identifier, NewPerson
from people.vocabulary import is_market

NAME_LENGTH: Final = 200
EMAIL_LENGTH: Final = 254
"""The longest address that fits into an SMTP path (RFC 5321, erratum 1690)."""
IDENTIFIER_LENGTH: Final = 200
IDENTIFIERS: Final = 20

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+")
_SYSTEM: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check(new: NewPerson, zones: AbstractSet[str]) -> None:
    """Accept ``new``, where ``zones`` are the time zones that exist.

    Whether an address reaches anyone only a message to it can tell; this keeps out what can't be one.

    Raises:
        InvalidPersonError: the facts hold the ``field`` that is wrong; the sentence never repeats what was entered.

    """
    _require(_is_line(new.name, NAME_LENGTH), "name", f"must be one line of 1 to {NAME_LENGTH} characters")
    _require(is_market(new.market), "market", "must be an ISO 3166-1 alpha-2 code such as GB")
    _require(new.zone in zones, "zone", "must be an IANA time zone such as Europe/Paris")
    _require(is_locale(new.locale), "locale", "must be a language tag such as en or en-GB")
    if new.email is not None:
        _require(_is_email(new.email), "email", "must be an e-mail address")
    _require(new.email is not None or bool(new.identifiers), "email", "is needed where no identifier is given")
    _check_identifiers(new.identifiers)


def _check_identifiers(identifiers: tuple[Identifier, ...]) -> None:
    _require(len(identifiers) <= IDENTIFIERS, "identifiers", f"must be {IDENTIFIERS} at the most")
    for identifier in identifiers:
        is_system = len(identifier.system) <= IDENTIFIER_LENGTH and _SYSTEM.fullmatch(identifier.system) is not None
        _require(is_system, "identifiers.system", "must be words of a-z and 0-9 with hyphens, such as us-npi")
        is_value = _is_line(identifier.value, IDENTIFIER_LENGTH)
        _require(is_value, "identifiers.value", f"must be one line of 1 to {IDENTIFIER_LENGTH} characters")
    distinct = {(identifier.system, normalise(identifier.value)) for identifier in identifiers}
    _require(len(distinct) == len(identifiers), "identifiers", "must not repeat each other")


def _is_email(text: str) -> bool:
    return _is_line(text, EMAIL_LENGTH) and _EMAIL.fullmatch(text.strip()) is not None


def _is_line(text: str, length: int) -> bool:
    return len(text) <= length and bool(text.strip()) and text.isprintable()


def _require(holds: bool, field: str, sentence: str) -> None:  # noqa: FBT001 - reads as "require that ..."
    if not holds:
        message = f"The field {field} {sentence}."
        raise InvalidPersonError(message, field=field)
