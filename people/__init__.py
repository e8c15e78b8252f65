"""The vault: who people are, encrypted under one key per person.

This is the only room with columns that identify somebody; every other room holds a ``PersonId``, which says nothing.
Destroying a person's key makes everything the vault holds about that person unreadable, in every copy there is.
"""

from people.box import Box, box
from people.errors import (
    InvalidLicenceError,
    InvalidPersonError,
    LicenceStepError,
    PersonErasedError,
    PersonExistsError,
    PersonNotFoundError,
    VaultNotConfiguredError,
    ZoneCooldownError,
)
from people.holdings import HOLDINGS
from people.sealing import configure
from people.secrets import open_secret, seal_secret
from people.service import (
    bearings,
    change,
    decide_licence,
    find_by_email,
    find_by_identifier,
    key_use,
    licence_statuses,
    lock,
    profile,
    register,
    reindex,
    rewrap,
    view,
)
from people.values import (
    Bearings,
    Change,
    Identifier,
    Licence,
    LicenceDecision,
    NewPerson,
    Page,
    Particulars,
    Profile,
    VaultKeys,
    View,
)
from people.vocabulary import (
    Action,
    ContactChannel,
    Field,
    LicenceStatus,
    PersonId,
    PersonStatus,
    PracticeSetting,
    Profession,
    is_market,
)

__all__ = [
    "HOLDINGS",
    "Action",
    "Bearings",
    "Box",
    "Change",
    "ContactChannel",
    "Field",
    "Identifier",
    "InvalidLicenceError",
    "InvalidPersonError",
    "Licence",
    "LicenceDecision",
    "LicenceStatus",
    "LicenceStepError",
    "NewPerson",
    "Page",
    "Particulars",
    "PersonErasedError",
    "PersonExistsError",
    "PersonId",
    "PersonNotFoundError",
    "PersonStatus",
    "PracticeSetting",
    "Profession",
    "Profile",
    "VaultKeys",
    "VaultNotConfiguredError",
    "View",
    "ZoneCooldownError",
    "bearings",
    "box",
    "change",
    "configure",
    "decide_licence",
    "find_by_email",
    "find_by_identifier",
    "is_market",
    "key_use",
    "licence_statuses",
    "lock",
    "open_secret",
    "profile",
    "register",
    "reindex",
    "rewrap",
    "seal_secret",
    "view",
]
