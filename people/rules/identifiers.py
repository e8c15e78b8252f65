"""Whether a number can be one that a national register gave: its form, and its check digit where one is published.

A number that passes is well formed; whether it belongs to anybody only the register can tell.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

_NPI_PREFIX: Final = "80840"
_LANR_WEIGHTS: Final = (4, 9, 4, 9, 4, 9)
_OMOCODIA: Final = "LMNPQRSTUV"
_CODICE: Final = re.compile(
    rf"[A-Z]{{6}}[0-9{_OMOCODIA}]{{2}}[ABCDEHLMPRST][0-9{_OMOCODIA}]{{2}}[A-Z][0-9{_OMOCODIA}]{{3}}[A-Z]"
)
_DIGITS: Final = str.maketrans(_OMOCODIA, "0123456789")
_LAST_DAY: Final = 31
_WOMEN: Final = 40
"""What is added to the day on which a woman was born."""

_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""What the letters A to Z are worth at odd places; the digits 0 to 9 are worth what A to J are."""
_SPANISH_PROVINCES: Final = 52


def is_well_formed(system: str, value: str) -> bool:
    """Tell whether the register ``system`` can have given ``value``; one that is not known here gives anything."""
    check = SYSTEMS.get(system)
    return check is None or check(value.strip())


def is_npi(value: str) -> bool:
    """Tell whether ``value`` can be a US National Provider Identifier: ten digits, the last one a Luhn check digit.

    The check digit is computed as if 80840 (health applications, United States) stood before. Source: 45 CFR 162.406;
    CMS, "Requirements for NPI and NPI check digit". It begins with 1 or 2.
    """
    return re.fullmatch(r"[12][0-9]{9}", value, re.ASCII) is not None and has_luhn_digit(_NPI_PREFIX + value)


def is_rpps(value: str) -> bool:
    """Tell whether ``value`` can be a French RPPS number: eleven digits, the last one a Luhn check digit.

    Source: Agence du Numérique en Santé, "Répertoire Partagé des Professionnels intervenant dans le système de Santé".
    What its first digits mean is not specified.
    """
    return re.fullmatch(r"[0-9]{11}", value, re.ASCII) is not None and has_luhn_digit(value)


def is_gmc(value: str) -> bool:
    """Tell whether ``value`` can be a reference number of the General Medical Council: seven digits.

    Source: GMC, "The medical register". No check digit is published, so a slip in a digit is not noticed.
    """
    return re.fullmatch(r"[0-9]{7}", value, re.ASCII) is not None


def is_lanr(value: str) -> bool:
    """Tell whether ``value`` can be a German lifelong physician number: nine digits, of which the seventh checks six.

    The first six are weighted 4 and 9 in turn; the check digit is what their sum lacks to a multiple of ten. Source:
    Kassenärztliche Bundesvereinigung, directive under section 75(7) SGB V on physician numbers. The last two digits
    code the specialty and are not checked; nor are the pseudo numbers (``555555...``) that hospitals use, which pass
    or fail like any other.
    """
    if re.fullmatch(r"[0-9]{9}", value, re.ASCII) is None:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _LANR_WEIGHTS, strict=False))
    return int(value[6]) == -total % 10


def is_colegiado(value: str) -> bool:
    """Tell whether ``value`` can be a Spanish college number of a physician: nine digits that begin with a province.

    Provinces are 01 to 52 (INE). Source: Organización Médica Colegial, "Registro de médicos". No check digit is
    published, and other professions' colleges number as they like: this is for physicians alone.
    """
    return re.fullmatch(r"[0-9]{9}", value, re.ASCII) is not None and 1 <= int(value[:2]) <= _SPANISH_PROVINCES


def is_codice_fiscale(value: str) -> bool:
    """Tell whether ``value`` can be an Italian codice fiscale of a person: sixteen characters, the last one checks.

    Letters may stand for digits where two people would have the same (omocodia); the day of birth is one, or 40
    more for women. Whether the letters fit a name and a birth date is not looked at, nor is the code of the
    municipality. Source: DM 23 December 1976, n. 13813. Letters may be small.
    """
    code = value.upper()
    # Some letters of other alphabets become ASCII when they grow: a second spelling of one number.
    if not value.isascii() or _CODICE.fullmatch(code) is None or code[-1] != _control_letter(code[:-1]):
        return False
    day = int(code[9:11].translate(_DIGITS))
    return 1 <= day % _WOMEN <= _LAST_DAY and day <= _WOMEN + _LAST_DAY


def has_luhn_digit(digits: str) -> bool:
    """Tell whether the last of ``digits`` is their Luhn check digit (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _control_letter(code: str) -> str:
    total = 0
    for place, character in enumerate(code, start=1):
        rank = int(character) if character.isdigit() else ord(character) - ord("A")
        total += _ODD[rank] if place % 2 else rank
    return chr(ord("A") + total % 26)


SYSTEMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "us-npi": is_npi,
    "fr-rpps": is_rpps,
    "gb-gmc": is_gmc,
    "de-lanr": is_lanr,
    "es-colegiado": is_colegiado,
    "it-codice-fiscale": is_codice_fiscale,
}
"""The registers whose numbers are checked."""
