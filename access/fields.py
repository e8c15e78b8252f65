"""Which fields of a person a permission shows: what is not written here is not opened for whoever holds it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from access.policy import ROLE_PERMISSIONS
from access.vocabulary import Permission, Role
from people.vocabulary import Field

PERMISSION_FIELDS: Final[Mapping[Permission, frozenset[Field]]] = MappingProxyType(
    {
        Permission.OWN_HCP_PROFILE_READ: frozenset(Field),
        Permission.HCP_READ: frozenset(
            {
                Field.MARKET,
                Field.ZONE,
                Field.LOCALE,
                Field.CREATED_AT,
                Field.PROFESSION,
                Field.SPECIALTIES,
                Field.SETTING,
                Field.MARKETS,
            }
        ),
        Permission.HCP_CONTACT_READ: frozenset({Field.NAME, Field.EMAIL, Field.PHONE, Field.PRACTICE, Field.CHANNELS}),
        Permission.HCP_IDENTIFIERS_READ: frozenset({Field.IDENTIFIERS, Field.LICENCES}),
    }
)


def shown_fields(role: Role, lent: Permission | None = None) -> frozenset[Field]:
    """Return the fields of somebody else that ``role`` may see: those of all of its permissions together.

    ``lent`` is a permission that the caller has for the moment only.
    """
    held = (ROLE_PERMISSIONS.get(role, frozenset()) | {lent}) - {Permission.OWN_HCP_PROFILE_READ}
    return frozenset[Field]().union(*(PERMISSION_FIELDS.get(each, ()) for each in held if each is not None))
