"""Addresses in the one spelling that they are compared in."""

import re
from typing import Final

from consent.errors import InvalidAddressError
from consent.values import Address
from consent.vocabulary import AddressKind
from kernel.crypto import normalise

_EMAIL: Final = re.compile(r"[^@\s()<>\[\]:;,\\\"]+@[^@\s()<>\[\]:;,\\\"]+")
"""One spelling per address: none with comments, names or brackets around it (RFC 5322)."""
_PHONE: Final = re.compile(r"\+[1-9][0-9]{5,14}")
"""E.164: a country code and up to 15 digits."""

_PUNCTUATION: Final = re.compile(r"[\s().\-/]")
LONGEST: Final = 320


def normal(address: Address) -> str:
    """Return an address as it is compared: an e-mail without regard to case, a number without punctuation.

    Raises:
        InvalidAddressError: it is neither.

    """
    text = normalise(address.text)
    if address.kind is AddressKind.PHONE:
        text = _PUNCTUATION.sub("", text)
        text = f"+{text[2:]}" if text.startswith("00") else text
    pattern = _EMAIL if address.kind is AddressKind.EMAIL else _PHONE
    if len(text) > LONGEST or not pattern.fullmatch(text):
        raise InvalidAddressError("The address is no e-mail address or telephone number.", field=address.kind.value)
    return text


def is_address(address: Address) -> bool:
    """Tell whether somebody can be reached at what is given."""
    try:
        normal(address)
    except InvalidAddressError:
        return False
    return True
