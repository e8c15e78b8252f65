"""The vault: who people are, encrypted under one key per person.

This is the only room with columns that identify somebody; every other room holds a ``PersonId``, which says nothing.
Destroying a person's key makes everything the vault holds about that person unreadable, in every copy there is.
"""

from people.box import Box, box
from people.errors import (
    InvalidPersonError,
    PersonErasedError,
    PersonExistsError,
    PersonNotFoundError,
    VaultNotConfiguredError,
)
from people.holdings import HOLDINGS
from people.sealing import configure
from people.service import bearings, find_by_email, find_by_identifier, lock, profile, register
from people.values import Bearings, Identifier, NewPerson, Profile, VaultKeys
from people.vocabulary import Action, PersonId, PersonStatus, is_market

__all__ = [
    "HOLDINGS",
    "Action",
    "Bearings",
    "Box",
    "Identifier",
    "InvalidPersonError",
    "NewPerson",
    "PersonErasedError",
    "PersonExistsError",
    "PersonId",
    "PersonNotFoundError",
    "PersonStatus",
    "Profile",
    "VaultKeys",
    "VaultNotConfiguredError",
    "bearings",
    "box",
    "configure",
    "find_by_email",
    "find_by_identifier",
    "is_market",
    "lock",
    "profile",
    "register",
]
