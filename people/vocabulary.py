"""The words of the vault."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)

NAME_LENGTH: Final = 200
"""How long a person's name may be, in characters."""

_ASSIGNED: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)

MARKETS: Final = frozenset(_ASSIGNED.split())
"""The countries of the world, as ISO 3166-1 alpha-2 has assigned them: two capital letters."""


class PersonStatus(StrEnum):
    """Whether a person takes part; only an active one can be locked, found in a zone or credited."""

    ACTIVE = "active"


class Profession(StrEnum):
    """What somebody is by training and licence; coarse, so that rules can use it."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and rules are looked up by it

    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"
    NURSE = "nurse"
    MIDWIFE = "midwife"
    DENTIST = "dentist"
    PSYCHOLOGIST = "psychologist"
    PHYSIOTHERAPIST = "physiotherapist"
    PARAMEDIC = "paramedic"
    OTHER = "other"


class PracticeSetting(StrEnum):
    """What kind of place somebody works in; which one it is stands sealed in the vault."""

    HOSPITAL = "hospital"
    CLINIC = "clinic"
    GENERAL_PRACTICE = "general_practice"
    COMMUNITY_PHARMACY = "community_pharmacy"
    HOSPITAL_PHARMACY = "hospital_pharmacy"
    LABORATORY = "laboratory"
    ACADEMIA = "academia"
    OTHER = "other"


class LicenceStatus(StrEnum):
    """What is known of a licence to practise in one market."""

    UNVERIFIED = "unverified"
    PENDING = "pending"
    VERIFIED = "verified"
    LAPSED = "lapsed"
    REJECTED = "rejected"


class RegisterFinding(StrEnum):
    """What asking a register about a licence came to."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    NOT_FOUND = "not_found"
    NAME_DIFFERS = "name_differs"
    UNAVAILABLE = "unavailable"


class ContactChannel(StrEnum):
    """A way to reach somebody. Preferring one is a wish; whether it may be used is for consent to say."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    PHONE = "phone"
    REPRESENTATIVE = "rep"
    WEB = "web"


class Field(StrEnum):
    """What can be read of a person, one by one; a reader names the fields, and no other is opened."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    PRACTICE = "practice"
    IDENTIFIERS = "identifiers"
    LICENCES = "licences"
    MARKET = "market"
    ZONE = "zone"
    LOCALE = "locale"
    CREATED_AT = "created_at"
    PROFESSION = "profession"
    SPECIALTIES = "specialties"
    SETTING = "setting"
    MARKETS = "markets"
    CHANNELS = "channels"


class Action(StrEnum):
    """Audit actions of this room, spelled ``room:subject:verb``."""

    INDEXES_REBUILT = "people:index:rebuilt"
    KEY_ROTATED = "people:key:rotated"
    KEYS_READ = "people:key:read"
    KEYS_RETIRED = "people:key:retired"
    KEYS_REWRAPPED = "people:key:rewrapped"
    LICENCE_CHANGED = "people:licence:changed"
    LICENCES_READ = "people:licence:read"
    PERSON_REGISTERED = "people:person:registered"
    PROFILE_CHANGED = "people:profile:changed"
    PROFILE_READ = "people:profile:read"
    REGISTER_ANSWERED = "people:register:answered"
    REGISTER_ASKED = "people:register:asked"


def is_market(code: str) -> bool:
    """Tell whether ``code`` is one of ``MARKETS``."""
    return code in MARKETS
